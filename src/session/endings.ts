// Who wants to hear that a session has ended in this process: by signing out, by a new sign-in in its place, because
// Cognito refused its refresh token, or with many others, by whoever runs this or by an event.
import type { Session } from '../model.js'
import type { EndedSessions } from './ended.js'
import type { SessionStore } from './store.js'

/** Ends of sessions. As many listeners as there are open connections, which are bounded. */
export interface Endings {
  /** Calls the listener once when the session ends; gives what makes it deaf. */
  on(session: Session, listener: () => void): () => void
  /** Tells of a session that has ended in another process. */
  tell(sessionId: string): void
  /** The same store, whose ends are told. A store that could not end a session has not ended it. */
  announcedBy(store: SessionStore): SessionStore
}

/** Endings of one process. @param ended  tells of those of many sessions, here or elsewhere */
export function createEndings(ended: Pick<EndedSessions, 'has' | 'onEndOfMany'>): Endings {
  const listeners = new Map<string, { session: Session; hearing: Set<() => void> }>()

  function tell(sessionId: string): void {
    const { hearing = [] } = listeners.get(sessionId) ?? {}
    listeners.delete(sessionId)
    for (const listener of hearing) listener()
  }

  ended.onEndOfMany(() => {
    for (const [id, { session }] of listeners) if (ended.has(session)) tell(id)
  })

  return {
    on(session, listener) {
      const { id } = session
      const { hearing } = listeners.get(id) ?? { hearing: new Set() }
      listeners.set(id, { session, hearing: hearing.add(listener) })
      return () => {
        hearing.delete(listener)
        if (hearing.size === 0 && listeners.get(id)?.hearing === hearing) listeners.delete(id)
      }
    },

    tell,

    announcedBy(store) {
      return {
        ...store,
        async destroy(session, ttlSeconds) {
          const last = await store.destroy(session, ttlSeconds)
          tell(session.id)
          return last
        },
        async destroyMany(which) {
          const destroyed = await store.destroyMany(which)
          for (const { id } of destroyed) tell(id)
          return destroyed
        },
      }
    },
  }
}
