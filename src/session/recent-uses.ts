// What a session became when its use was written down, for requests that come with the cookie from before: those that
// were on their way, and those of clients that keep no cookies.
import { createFadingMap } from '../lib/fading-map.js'
import type { Clock } from '../model.js'
import { type Limits, touchInterval } from './lifetime.js'
import type { StoredSession } from './store.js'

/** Uses written down a short while ago, so that not every further request writes another. */
export interface RecentUses {
  add(place: string, stored: StoredSession): void
  /** What an older state of the session has become, and whether its browser may not have heard of it yet. */
  after(place: string, older: StoredSession): { stored: StoredSession; tell: boolean } | null
}

const maxRemembered = 10_000
/** As long as answers of a page take; who has not taken the cookie by then hears of it at the next writing. */
const tellSeconds = 5

/** None yet. A use is remembered for half of the time after which the next would be written down. */
export function createRecentUses(limits: Limits, clock: Clock): RecentUses {
  const seconds = touchInterval(limits) / 2
  const recent = createFadingMap<StoredSession>(clock, maxRemembered)
  const keyOf = (place: string, { session: { id } }: StoredSession) => `${id} ${place}`

  return {
    add(place, stored) {
      recent.set(keyOf(place, stored), stored, clock() + seconds)
    },
    after(place, older) {
      const stored = recent.get(keyOf(place, older))
      if (stored === undefined || !isLater(stored, older)) return null
      return { stored, tell: clock() - stored.session.seenAt <= tellSeconds }
    },
  }
}

/** The same tokens, used later. What has other tokens is not this one's successor. */
function isLater({ session: later }: StoredSession, { session: older }: StoredSession): boolean {
  return later.seenAt > older.seenAt && later.tokens.issuedAt === older.tokens.issuedAt
}
