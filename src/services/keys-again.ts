// Keys of the user pool that Cognito has withdrawn are not to be trusted for as long as the process lives.
import type { Log } from '../log.js'

/** How long a withdrawn key may still be good here. */
const everyMs = 3_600_000

/** Looks for the keys again, every hour. What cannot be had changes nothing, and is written down. */
export function lookAgainForKeys(
  renew: () => Promise<void>,
  log: Pick<Log, 'warn'>,
): { stop: () => void } {
  const timer = setInterval(() => {
    renew().catch(error =>
      log.warn({ err: error }, 'keys of the user pool could not be fetched; known ones serve on'),
    )
  }, everyMs).unref()
  return { stop: () => clearInterval(timer) }
}
