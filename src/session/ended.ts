// Sessions that were ended while copies of their cookies, or answers on their way, might still be about.
import { createFadingMap } from '../lib/fading-map.js'
import type { Clock, Session } from '../model.js'

/** What was ended: one session, or all that a user, or everybody for null, had begun before an instant. */
export type Ending =
  | { readonly id: string; readonly until: number }
  | { readonly subject: string | null; readonly begunBefore: number; readonly until: number }

/** A bounded list of what has ended. Instants are NumericDate seconds. */
export interface EndedSessions {
  /** `until`: when no cookie of these sessions is good any more by itself. */
  add(ending: Ending): void
  has(session: Session): boolean
}

/** Some 10 MB when full. What is beyond it is forgotten, the oldest first. */
const maxEnded = 100_000
const maxUsers = 10_000

/** The same list, for which sessions begun before the setting `session.notBefore` have ended too. */
export function endedAlsoBefore(ended: EndedSessions, notBefore: number): EndedSessions {
  return {
    add: ended.add,
    has: session => session.signedInAt < notBefore || ended.has(session),
  }
}

/** An empty list. */
export function createEndedSessions(
  clock: Clock,
  { max = maxEnded }: { max?: number } = {},
): EndedSessions {
  const ids = createFadingMap<true>(clock, max)
  const users = createFadingMap<number>(clock, maxUsers)
  let everybodyBefore = 0

  return {
    add(ending) {
      if ('id' in ending) return ids.set(ending.id, true, ending.until)
      const { subject, begunBefore, until } = ending
      if (subject === null) everybodyBefore = Math.max(everybodyBefore, begunBefore)
      else users.set(subject, Math.max(users.get(subject) ?? 0, begunBefore), until)
    },
    has({ id, signedInAt, identity }) {
      if (signedInAt < everybodyBefore || ids.get(id) === true) return true
      return signedInAt < (users.get(identity.subject) ?? 0)
    },
  }
}
