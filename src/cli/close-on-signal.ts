// Ends a running command on Ctrl-C or SIGTERM: what is open is closed, a second signal ends at once.

/** How long open requests may take to finish, where nothing else is said. */
const usualDeadlineMs = 10_000

/**
 * Closes once and exits with 0; what is still open at the deadline is cut, and the status is 1.
 *
 * @param close  told whether somebody sits at the terminal (SIGINT, SIGHUP), who does not want to wait
 * @returns what the signals call, for others that mean the same
 */
export function closeOnSignal(
  close: (signal: { readonly byHand: boolean }) => Promise<void>,
  deadlineMs = () => usualDeadlineMs,
): (signal: NodeJS.Signals) => void {
  let closing = false
  const onSignal = (signal: NodeJS.Signals) => {
    if (closing) process.exit(1)
    closing = true
    setTimeout(() => process.exit(1), deadlineMs()).unref()
    close({ byHand: signal !== 'SIGTERM' }).then(
      () => process.exit(0),
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
