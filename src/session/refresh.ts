// One refresh per session, whoever asks in whatever process, and a short memory of it for requests that were already on
// their way with the cookie from before.
import { LRUCache } from 'lru-cache'
import type { Clock, Identity, Session, TokenSet } from '../model.js'
import type { SessionStore, StoredSession } from './store.js'

/**
 * Asks Cognito for fresh tokens of a session.
 *
 * Null when the refresh token is dead for good; throws when that could not be found out.
 */
export type RenewTokens = (
  session: Session,
) => Promise<{ identity: Identity; tokens: TokenSet } | null>

/** Keeps sessions fresh. */
export interface Refresher {
  /** The session after a refresh; null when Cognito has ended it. Throws when Cognito cannot say. */
  refresh(place: string, found: StoredSession): Promise<StoredSession | null>
  /** What a session has become within the last minute, when the browser still shows an older one. */
  successor(session: Session): StoredSession | null
}

const memorySeconds = 60
const maxRemembered = 10_000

/** A refresher that asks once per session id at a time. */
export function createRefresher({
  store,
  renewTokens,
  ttlSeconds,
  clock,
}: {
  store: Pick<SessionStore, 'write' | 'exclusively'>
  renewTokens: RenewTokens
  /** Seconds a session may still live. */
  ttlSeconds: (session: Session) => number
  clock: Clock
}): Refresher {
  const running = new Map<string, Promise<StoredSession | null>>()
  const recent = new LRUCache<string, { stored: StoredSession; until: number }>({
    max: maxRemembered,
  })

  function run(place: string, found: StoredSession): Promise<StoredSession | null> {
    return store.exclusively(found.session, async stored => {
      if (stored !== null && isNewer(stored, found.session))
        return remember({ ...found, session: stored })
      return renew(place, { ...found, session: stored ?? found.session })
    })
  }

  async function renew(place: string, { session, reference }: StoredSession) {
    const renewed = await renewTokens(session)
    if (renewed === null) return null
    const fresh = { ...session, ...renewed, seenAt: clock() }
    return remember(await store.write(place, fresh, ttlSeconds(fresh), reference))
  }

  function remember(stored: StoredSession): StoredSession {
    recent.set(stored.session.id, { stored, until: clock() + memorySeconds })
    return stored
  }

  return {
    refresh(place, found) {
      const { id } = found.session
      const joined = running.get(id)
      if (joined !== undefined) return joined
      const refreshing = run(place, found).finally(() => running.delete(id))
      running.set(id, refreshing)
      return refreshing
    },

    successor(session) {
      const found = recent.get(session.id)
      if (found === undefined || found.until <= clock()) return null
      return isNewer(found.stored.session, session) ? found.stored : null
    },
  }
}

function isNewer(one: Session, other: Session): boolean {
  return one.tokens.issuedAt > other.tokens.issuedAt
}
