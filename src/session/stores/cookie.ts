// The store without a server: the browser's cookie is the session, sealed.
import { LRUCache } from 'lru-cache'
import type { Sealer } from '../../lib/sealer.js'
import type { Session } from '../../model.js'
import { decodeSession, encodeSession, type ReadIdentity } from '../codec.js'
import type { SessionStore, StoredSession } from '../store.js'

/** The last characters of a reference carry its authentication tag, which tells any two apart. */
const tailCharacters = 22
const maxCachedSessions = 10_000
const maxCachedBytes = 48 * 1024 * 1024
/** Rough size of an opened session beside its reference: tokens once more, claims, header lines. */
const openedFactor = 2
/** Sessions that were ended while their cookies might still be about. */
const maxEndedSessions = 100_000

interface CachedSession extends StoredSession {
  readonly place: string
}

/**
 * Sessions sealed into their own cookie, with a bounded cache of opened ones.
 *
 * `destroy` reaches this process alone: a copied cookie of an ended session stays good elsewhere until its
 * end. The Redis store has no such gap.
 */
export function createCookieStore({
  sealer,
  readIdentity,
}: {
  sealer: Sealer
  readIdentity: ReadIdentity
}): SessionStore {
  const opened = new LRUCache<string, CachedSession>({
    max: maxCachedSessions,
    maxSize: maxCachedBytes,
    sizeCalculation: ({ reference }) => reference.length * (1 + openedFactor),
  })
  const ended = new LRUCache<string, true>({ max: maxEndedSessions })

  function open(place: string, reference: string): StoredSession | null {
    const found = sealer.open('session', place, reference)
    if (found === null) return null
    const session = decodeSession(found.plaintext, readIdentity)
    if (session === null || ended.has(session.id)) return null
    return remember({ session, reference, stale: found.stale, place })
  }

  function remember(stored: CachedSession): StoredSession {
    opened.set(stored.reference.slice(-tailCharacters), stored)
    return stored
  }

  function seal(place: string, session: Session): StoredSession {
    const reference = sealer.seal('session', place, encodeSession(session))
    return remember({ session, reference, stale: false, place })
  }

  return {
    read(place, reference) {
      const cached = opened.get(reference.slice(-tailCharacters))
      if (cached?.reference !== reference || cached.place !== place) return open(place, reference)
      return ended.has(cached.session.id) ? null : cached
    },

    create: async (place, session) => seal(place, session),

    write: async (place, session) => (ended.has(session.id) ? null : seal(place, session)),

    async destroy(session: Session, ttlSeconds) {
      ended.set(session.id, true, { ttl: Math.max(1, ttlSeconds) * 1000 })
    },

    // The browser alone has the session: there is nobody to share it with.
    exclusively: (session, work) => work(ended.has(session.id) ? null : session),

    async ping() {},
  }
}
