// A port that systemd holds for us (sd_listen_fds(3)): it is open before the process begins and after it has ended.

const firstDescriptor = 3

/**
 * The descriptor of the one socket that was handed over; null when there is none.
 *
 * @throws Error when there are several, since there is one door
 */
export function givenSocket(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): number | null {
  // They are for the process of that number alone, and not for those that it begins.
  if (env.LISTEN_PID !== String(pid)) return null
  if (env.LISTEN_FDS === '1') return firstDescriptor
  throw new Error(
    `systemd handed over ${env.LISTEN_FDS ?? 'no'} sockets; the gateway takes one: one ListenStream in one socket unit`,
  )
}
