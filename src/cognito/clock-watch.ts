// How far Cognito's clock may be from ours, and who says so when it is.
import type { NowAndThen } from '../lib/now-and-then.js'
import type { Log } from '../log.js'
import type { Clock } from '../model.js'

/** What `exp` may be past, for every check of it. Clocks are rarely better than this, and seldom much worse. */
export const toleranceSeconds = 60

/** A token call takes some of it. */
const tolerableSeconds = 15

/** Compares the `iat` of a token that was issued just now with our clock. */
export type CompareClocks = (issuedAt: number) => void

/** Warns, now and then, of a difference that somebody should mend. */
export function createClockWatch({
  clock,
  sometimes,
  log,
}: {
  clock: Clock
  sometimes: NowAndThen
  log: Pick<Log, 'warn'>
}): CompareClocks {
  return issuedAt => {
    const seconds = Math.round(clock() - issuedAt)
    if (Math.abs(seconds) <= tolerableSeconds) return
    sometimes(() =>
      log.warn(
        { seconds, toleranceSeconds },
        `the clock of this machine is ${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} Cognito's: let NTP set it, or tokens will be refused`,
      ),
    )
  }
}
