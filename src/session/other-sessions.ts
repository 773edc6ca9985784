// The sessions that one person has in other browsers, for themselves to see and to end.
import { createHash } from 'node:crypto'
import type { Clock, Session } from '../model.js'
import { type Limits, sessionEndsAt } from './lifetime.js'
import type { Revoke } from './revocation.js'
import type { SessionStore } from './store.js'

/** One of them. Instants are NumericDate seconds. */
export interface OtherSession {
  /** Names it to its owner; opens nothing. */
  readonly handle: string
  readonly signedInAt: number
  readonly seenAt: number
}

/** The other sessions of whoever has this one. */
export interface OtherSessions {
  /**
   * Those begun last, newest first; null when the store has no list.
   *
   * @throws GW_ERR_SESSION_UNAVAILABLE when it cannot be read
   */
  list(session: Session): Promise<{ sessions: readonly OtherSession[]; more: boolean } | null>
  /** Ends one of them and revokes its refresh token; null when it is none of theirs or is over already. */
  end(session: Session, handle: string): Promise<Session | null>
}

const maxRead = 200
const maxShown = 10

/** Over a store that may have a list of sessions. */
export function createOtherSessions({
  store,
  revoke,
  limits,
  clock,
}: {
  store: Pick<SessionStore, 'list' | 'destroy'>
  revoke: Revoke
  limits: Limits
  clock: Clock
}): OtherSessions {
  async function* others({ id, identity }: Session): AsyncGenerator<Session> {
    let read = 0
    for await (const found of store.list(identity.subject) ?? []) {
      if (++read > maxRead) return
      if (found.id !== id) yield found
    }
  }

  return {
    async list(session) {
      if (store.list(session.identity.subject) === null) return null
      const found: Session[] = []
      for await (const other of others(session)) found.push(other)
      found.sort((a, b) => b.signedInAt - a.signedInAt)
      const sessions = found
        .slice(0, maxShown)
        .map(({ id, signedInAt, seenAt }) => ({ handle: handleOf(id), signedInAt, seenAt }))
      return { sessions, more: found.length > maxShown }
    },

    async end(session, handle) {
      for await (const other of others(session)) {
        if (handleOf(other.id) !== handle) continue
        const ended = await store.destroy(other, sessionEndsAt(other, limits) - clock())
        await revoke(ended)
        return ended
      }
      return null
    },
  }
}

/** Not the id: that is what a ticket seals. */
function handleOf(id: string): string {
  return createHash('sha256').update(`other-sessions ${id}`).digest('base64url').slice(0, 22)
}
