// Sessions that were ended while copies of their cookies, or answers on their way, might still be about.
import type { Clock } from '../model.js'

/** A bounded list of ended sessions, by id. */
export interface EndedSessions {
  /** @param until  when no cookie of the session is good any more by itself, NumericDate seconds */
  add(id: string, until: number): void
  has(id: string): boolean
}

/** Some 10 MB when full. What is beyond it is forgotten, the oldest first. */
const maxEnded = 100_000

/** An empty list. Grows with what is in it, which lru-cache would not: it takes room for all at once. */
export function createEndedSessions(clock: Clock, max: number = maxEnded): EndedSessions {
  /** Oldest first. */
  const until = new Map<string, number>()

  function dropOldest(): void {
    for (const [id, end] of until) {
      if (end > clock() && until.size <= max) return
      until.delete(id)
    }
  }

  return {
    add(id, end) {
      until.delete(id)
      until.set(id, end)
      dropOldest()
    },
    has: id => (until.get(id) ?? 0) > clock(),
  }
}
