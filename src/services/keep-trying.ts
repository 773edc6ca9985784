// What has to succeed once, and may take its time.
import type { Log } from '../log.js'

const firstPauseMs = 1000
const longestPauseMs = 30_000

/** Runs a task until it succeeds once, with growing pauses, in the background. */
export function keepTrying(task: () => Promise<void>, log: Log): { stop: () => void } {
  let timer: NodeJS.Timeout | undefined
  let pauseMs = firstPauseMs
  const attempt = () => {
    task().catch(error => {
      log.warn({ err: error }, 'keys of the user pool could not be fetched; will try again')
      timer = setTimeout(attempt, pauseMs).unref()
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    })
  }
  attempt()
  return { stop: () => clearTimeout(timer) }
}
