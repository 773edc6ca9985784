// Who wants to hear that a session has ended in this process: by signing out, by a new sign-in in its place,
// or because Cognito refused its refresh token.
import type { SessionStore } from './store.js'

/** Ends of sessions, told by id. As many listeners as there are open connections, which are bounded. */
export interface Endings {
  /** Calls the listener once when the session ends; gives what makes it deaf. */
  on(sessionId: string, listener: () => void): () => void
  /** Tells of a session that has ended in another process. */
  tell(sessionId: string): void
  /** The same store, whose ends are told. A store that could not end a session has not ended it. */
  announcedBy(store: SessionStore): SessionStore
}

/** Endings of one process. */
export function createEndings(): Endings {
  const listeners = new Map<string, Set<() => void>>()

  function tell(sessionId: string): void {
    const hearing = listeners.get(sessionId) ?? []
    listeners.delete(sessionId)
    for (const listener of hearing) listener()
  }

  return {
    on(sessionId, listener) {
      const hearing = listeners.get(sessionId) ?? new Set()
      listeners.set(sessionId, hearing.add(listener))
      return () => {
        hearing.delete(listener)
        if (hearing.size === 0 && listeners.get(sessionId) === hearing) listeners.delete(sessionId)
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
