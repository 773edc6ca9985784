// How long a stop can take.
import type { Config } from '../config.js'

/** For refreshes under way at the deadline, and what closes after them. */
const afterDeadlineMs = 20_000

/** When a process that was told to go is ended whatever it does. @param all  settings that it may go by */
export function longestStopMs(...all: readonly Pick<Config, 'shutdown'>[]): number {
  const delay = Math.max(...all.map(({ shutdown }) => shutdown.delay))
  const deadline = Math.max(...all.map(({ shutdown }) => shutdown.deadline))
  return (delay + deadline) * 1000 + afterDeadlineMs
}
