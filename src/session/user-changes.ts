// Sessions follow what becomes of their user at Cognito, which tells nobody by itself: an event ends them, or has them
// refreshed before they serve again.
import type { Clock, Session } from '../model.js'
import type { Ending } from './ended.js'
import type { SessionStore } from './store.js'

/** What became of a user. Instants are NumericDate seconds. */
export interface UserChange {
  /** Tells events apart. */
  readonly event: string
  readonly subject: string
  readonly at: number
  readonly effect: 'end' | 'renew'
}

/** What a change came to. */
export type Outcome =
  | { readonly outcome: 'known' | 'too old' | 'not yet' | 'renewed' }
  /** Sessions in cookies are in no list: they end, and are not counted. */
  | { readonly outcome: 'ended'; readonly sessions: readonly Session[] }

/** Applies changes of users, in this process and in every other that there is a way to. */
export interface UserChanges {
  /** @throws GW_ERR_SESSION_UNAVAILABLE when the store cannot be reached: to be delivered again */
  apply(change: UserChange): Promise<Outcome>
}

/** EventBridge delivers again for so long (deploy/cognito-events.yaml); what is older is a replay. */
const windowSeconds = 3600
/** Our clock may be behind. */
const aheadSeconds = 120

/** @param maxSeconds  the longest life of a session */
export function createUserChanges({
  store,
  addEnding,
  knows,
  maxSeconds,
  clock,
}: {
  store: Pick<SessionStore, 'destroyMany'>
  addEnding: (ending: Ending) => void
  /** Whether an event was dealt with, here or elsewhere. */
  knows: (event: string) => boolean
  maxSeconds: number
  clock: Clock
}): UserChanges {
  /** What was begun, or given, afterwards is not touched: an event that comes twice changes nothing the second time. */
  async function change({ subject, at, effect }: UserChange): Promise<Outcome> {
    if (effect === 'end') {
      // Never later than now by our own clock: who signs in from here on must not be sent round and round.
      const begunBefore = Math.min(at, clock()) + 1
      const sessions = await store.destroyMany({ subject, begunBefore })
      return { outcome: 'ended', sessions }
    }
    addEnding({ subject, issuedUntil: at, until: clock() + maxSeconds })
    return { outcome: 'renewed' }
  }

  return {
    async apply(given) {
      const age = clock() - given.at
      if (age > windowSeconds) return { outcome: 'too old' }
      if (age < -aheadSeconds) return { outcome: 'not yet' }
      if (knows(given.event)) return { outcome: 'known' }
      const outcome = await change(given)
      addEnding({ event: given.event, until: given.at + windowSeconds + aheadSeconds })
      return outcome
    },
  }
}
