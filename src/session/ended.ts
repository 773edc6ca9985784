// Sessions that were ended while copies of their cookies, or answers on their way, might still be about.
import { createFadingMap } from '../lib/fading-map.js'
import type { Clock, Session } from '../model.js'

/**
 * What was ended: one session, or all that a user, or everybody for null, had begun before an instant; which tokens of
 * a user are out of date; and which event said so.
 */
export type Ending =
  | { readonly id: string; readonly until: number }
  | { readonly subject: string | null; readonly begunBefore: number; readonly until: number }
  | { readonly subject: string; readonly issuedUntil: number; readonly until: number }
  | { readonly event: string; readonly until: number }

/** A bounded list of what has ended. Instants are NumericDate seconds. */
export interface EndedSessions {
  /** `until`: when no cookie of these sessions is good any more by itself. */
  add(ending: Ending): void
  has(session: Session): boolean
  /** Whether its tokens are from before a change of the user: they have to be refreshed before the session serves. */
  isOutdated(session: Session): boolean
  /** Whether this event was added. */
  knows(event: string): boolean
  /** Calls the listener whenever sessions of a user, or everybody's, have ended. */
  onEndOfMany(listener: () => void): void
}

/** Some 10 MB when full. What is beyond it is forgotten, the oldest first. */
const maxEnded = 100_000
const maxUsers = 10_000
const maxEvents = 10_000

/** The same list, for which sessions begun before the setting `session.notBefore` have ended too. */
export function endedAlsoBefore(ended: EndedSessions, notBefore: number): EndedSessions {
  return {
    ...ended,
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
  const outdated = createFadingMap<number>(clock, maxUsers)
  const events = createFadingMap<true>(clock, maxEvents)
  const listeners: (() => void)[] = []
  let everybodyBefore = 0

  return {
    add(ending) {
      const { until } = ending
      if ('id' in ending) return ids.set(ending.id, true, until)
      if ('event' in ending) return events.set(ending.event, true, until)
      if ('issuedUntil' in ending) {
        const { subject, issuedUntil } = ending
        return outdated.set(subject, Math.max(outdated.get(subject) ?? 0, issuedUntil), until)
      }
      const { subject, begunBefore } = ending
      if (subject === null) everybodyBefore = Math.max(everybodyBefore, begunBefore)
      else users.set(subject, Math.max(users.get(subject) ?? 0, begunBefore), until)
      for (const listener of listeners) listener()
    },
    has({ id, signedInAt, identity }) {
      if (signedInAt < everybodyBefore || ids.get(id) === true) return true
      return signedInAt < (users.get(identity.subject) ?? 0)
    },
    isOutdated: ({ tokens, identity }) =>
      tokens.issuedAt <= (outdated.get(identity.subject) ?? Number.NEGATIVE_INFINITY),
    knows: event => events.get(event) === true,
    onEndOfMany: listener => void listeners.push(listener),
  }
}
