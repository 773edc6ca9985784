// The store without a server: the browser's cookie is the session, sealed.
import { LRUCache } from 'lru-cache'
import { createCameBefore } from '../../lib/came-before.js'
import type { Sealer } from '../../lib/sealer.js'
import type { Clock, Session } from '../../model.js'
import { decodeSession, encodeSession, type ReadIdentity } from '../codec.js'
import type { EndedSessions, Ending } from '../ended.js'
import { isMadeOf, joinPieces, tailOf } from '../sent-reference.js'
import type { SessionStore, StoredSession } from '../store.js'
import type { Left, TakeTurn } from '../turns.js'
import { unavailable } from './reach.js'
import { tokensBehind } from './tokens-behind.js'

/** The last characters of a reference carry its authentication tag, which tells any two apart. */
const tailCharacters = 22
const maxCachedSessions = 10_000
const maxCachedBytes = 48 * 1024 * 1024
/** What a browser has now, and the one before: requests with it are still on their way. */
const keptStates = 2
/** Rough size of an opened session beside its reference: claims, header lines. */
const openedFactor = 1

interface CachedSession extends StoredSession {
  readonly place: string
}

/**
 * Sessions sealed into their own cookie, with a bounded cache of opened ones. One that is shown again is kept there: to keep each at
 * its first sight costs more than to open it, since what leaves the cache has become old by then and is collected late.
 *
 * Without `addEnding`, `destroy` reaches this process alone: a copied cookie of an ended session stays good
 * elsewhere until its end. The Redis store has no such gap.
 */
export function createCookieStore({
  sealer,
  readIdentity,
  ended,
  addEnding = ended.add,
  takeTurn,
  maxSeconds,
  clock,
}: {
  sealer: Sealer
  readIdentity: ReadIdentity
  ended: EndedSessions
  /** Tells other processes as well, where there is a way to. */
  addEnding?: (ending: Ending) => void
  /** Where several processes serve the same browsers. */
  takeTurn?: TakeTurn | undefined
  /** The longest life of a session. */
  maxSeconds: number
  clock: Clock
}): SessionStore {
  const opened = new LRUCache<string, CachedSession>({
    max: maxCachedSessions,
    maxSize: maxCachedBytes,
    sizeCalculation: ({ reference }) => reference.length * (1 + openedFactor),
    dispose: ({ session: { id } }, tail) => {
      const others = tails.get(id)?.filter(other => other !== tail) ?? []
      if (others.length > 0) tails.set(id, others)
      else tails.delete(id)
    },
  })
  const cameBefore = createCameBefore()
  const use = { hits: 0, misses: 0 }
  /** Sessions whose turn this process has, and what it has made of them. */
  const working = new Map<string, Left | null>()
  /** Where each session is in the cache, oldest first, so that what was replaced long ago takes no room. */
  const tails = new Map<string, readonly string[]>()

  function decode(place: string, reference: string): StoredSession | null {
    const found = sealer.open('session', place, reference)
    const session = found && decodeSession(found.plaintext, readIdentity)
    return found && session && { session, reference, stale: found.stale }
  }

  function open(place: string, reference: string): StoredSession | null {
    const found = decode(place, reference)
    if (found === null || ended.has(found.session)) return null
    return cameBefore(reference) ? remember({ ...found, place }) : found
  }

  function remember({ session, place, ...stored }: CachedSession): StoredSession {
    const reopen = () => decode(place, stored.reference)?.session ?? null
    const kept = { ...session, tokens: tokensBehind(session.tokens, reopen) }
    const cached = { session: kept, place, ...stored }
    const tail = stored.reference.slice(-tailCharacters)
    opened.set(tail, cached)
    const known = (tails.get(session.id) ?? []).filter(other => other !== tail)
    tails.set(session.id, [...known, tail])
    for (const older of known.slice(0, 1 - keptStates)) opened.delete(older)
    return cached
  }

  function forget({ id }: Session): void {
    for (const tail of tails.get(id) ?? []) opened.delete(tail)
  }

  function seal(place: string, session: Session): StoredSession {
    const reference = sealer.seal('session', place, encodeSession(session))
    return remember({ session, reference, stale: false, place })
  }

  /** The browser alone has the session; what another process has just made of it comes with the turn. */
  async function inTurn<T>(
    take: TakeTurn,
    session: Session,
    work: (stored: Session | null, reference?: string) => Promise<T>,
  ): Promise<T> {
    const { id } = session
    const turn = await take(id).catch(cause => {
      throw unavailable(cause)
    })
    working.set(id, null)
    try {
      if (ended.has(session)) return await work(null)
      const known = turn.left && open(turn.left.place, turn.left.reference)
      const isNewer = known !== null && known.session.tokens.issuedAt > session.tokens.issuedAt
      return await (isNewer ? work(known.session, known.reference) : work(session))
    } finally {
      turn.over(working.get(id) ?? null)
      working.delete(id)
    }
  }

  return {
    read(place, sent) {
      const cached = opened.get(tailOf(sent, tailCharacters))
      const known = cached?.place === place && isMadeOf(cached.reference, sent)
      if (!known) {
        use.misses++
        return open(place, joinPieces(sent))
      }
      use.hits++
      return ended.has(cached.session) ? null : cached
    },

    create: async (place, session) => seal(place, session),

    async write(place, session) {
      if (ended.has(session)) return null
      const stored = seal(place, session)
      const { reference } = stored
      if (working.has(session.id)) working.set(session.id, { place, reference })
      return stored
    },

    async destroy(session: Session, ttlSeconds) {
      forget(session)
      addEnding({ id: session.id, until: clock() + Math.max(1, ttlSeconds) })
      return session
    },

    hasEnded: session => ended.has(session),

    async destroyMany(which) {
      addEnding({ ...which, until: clock() + maxSeconds })
      return []
    },

    list: () => null,

    count: () => null,

    // The browser alone has the session: there is nobody to share it with.
    exclusively: (session, work) =>
      takeTurn === undefined
        ? work(ended.has(session) ? null : session)
        : inTurn(takeTurn, session, work),

    async ping() {},

    memoryUse: () => ({ ...use, kept: opened.size }),
  }
}
