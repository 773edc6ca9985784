// For what goes wrong at every request while something is away: said at once, then counted.

/** Says what happened, or counts it. @param say  gets the number of those that were not said since the last time */
export type NowAndThen = (say: (unsaid: number) => void) => void

/** Says one thing within each stretch of time; of the others only how many there were. */
export function createNowAndThen(everyMs: number, now: () => number = Date.now): NowAndThen {
  let quietUntil = 0
  let unsaid = 0
  return say => {
    if (now() < quietUntil) return void unsaid++
    quietUntil = now() + everyMs
    say(unsaid)
    unsaid = 0
  }
}
