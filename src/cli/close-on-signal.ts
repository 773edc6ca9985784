// Ends a running command on Ctrl-C or SIGTERM: what is open is closed, a second signal ends at once.

/** How long open requests may take to finish, where nothing else is said. */
const usualDeadlineMs = 10_000

/**
 * Closes once and exits with 0; with 1 when something had to be cut, at the latest at the deadline.
 *
 * @param close  told whether somebody sits at the terminal (SIGINT, SIGHUP), who does not want to wait; gives false
 *   when it cut something
 * @returns what the signals call, for others that mean the same
 */
export function closeOnSignal(
  close: (signal: { readonly byHand: boolean }) => Promise<unknown>,
  deadlineMs = () => usualDeadlineMs,
): (signal: NodeJS.Signals) => void {
  let closing = false
  const onSignal = (signal: NodeJS.Signals) => {
    if (closing) process.exit(1)
    closing = true
    setTimeout(() => process.exit(1), deadlineMs()).unref()
    close({ byHand: signal !== 'SIGTERM' }).then(
      whole => process.exit(whole === false ? 1 : 0),
      error => {
        process.stderr.write(`cognito-gateway: ${(error as Error).message}\n`)
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return onSignal
}
