// Ends a running command on Ctrl-C or SIGTERM: what is open is closed, a second signal ends at once.

/** Closes once, then lets the process end by itself. */
export function closeOnSignal(close: () => Promise<void>): void {
  let closing = false
  const onSignal = () => {
    if (closing) process.exit(1)
    closing = true
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
