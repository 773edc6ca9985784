// Ends a running command on Ctrl-C or SIGTERM: what is open is closed, a second signal ends at once.

/** How long open requests may take to finish. */
const deadlineMs = 10_000

/** Closes once and exits with 0; what is still open at the deadline is cut. */
export function closeOnSignal(close: () => Promise<void>): void {
  let closing = false
  const onSignal = () => {
    if (closing) process.exit(1)
    closing = true
    setTimeout(() => process.exit(0), deadlineMs).unref()
    close().then(
      () => process.exit(0),
      error => {
        process.stderr.write(`cognito-gateway: ${(error as Error).message}\n`)
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
}
