// How long a stop can take.
import type { Config } from '../config.js'

/** For refreshes under way at the deadline, and what closes after them. */
const afterDeadlineMs = 20_000

/** When a process that was told to go is ended whatever it does. */
export function longestStopMs({ shutdown }: Pick<Config, 'shutdown'>): number {
  return (shutdown.delay + shutdown.deadline) * 1000 + afterDeadlineMs
}
