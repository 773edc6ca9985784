// The shared store: the cookie holds a sealed ticket, Redis holds the session, sealed with our key, under a
// hash of the ticket. Whoever reads Redis alone, or the cookie alone, has nothing.
import { createHash } from 'node:crypto'
import type { RedisConnection } from '../../lib/redis.js'
import type { Opened, Sealer } from '../../lib/sealer.js'
import type { Log } from '../../log.js'
import type { Clock, Session } from '../../model.js'
import { decodeSession, encodeSession, type ReadIdentity, SessionOfNewerVersion } from '../codec.js'
import type { EndedSessions, Ending } from '../ended.js'
import { joinPieces } from '../sent-reference.js'
import type { SessionStore } from '../store.js'
import { reach } from './reach.js'
import { type AheadSessions, createAheadSessions } from './redis-ahead.js'
import { createSessionCount } from './redis-count.js'
import { createUserIndex } from './redis-index.js'
import { createLocks } from './redis-locks.js'

/** Keys of which it was told that they cannot be read. */
const maxTold = 1000

/** Sessions in Redis. Every failure to reach it is GW_ERR_SESSION_UNAVAILABLE; nothing is cleared. */
export function createRedisStore({
  redis,
  sealer,
  readIdentity,
  prefix,
  ended,
  addEnding = ended.add,
  ahead: given,
  maxSeconds,
  clock,
  log,
}: {
  redis: RedisConnection
  sealer: Sealer
  readIdentity: ReadIdentity
  /** Begins every key, so that several gateways can share a Redis. */
  prefix: string
  ended: EndedSessions
  /** Tells other processes as well, where there is a way to: of ends of many, which may come while one is begun. */
  addEnding?: (ending: Ending) => void
  /** What this process knows better than Redis. */
  ahead?: AheadSessions
  /** The longest life of a session. */
  maxSeconds: number
  clock: Clock
  log: Pick<Log, 'warn'>
}): SessionStore {
  const ahead = given ?? createAheadSessions(clock)
  const locks = createLocks(redis)
  const index = createUserIndex({ redis, prefix, clock })
  const living = createSessionCount({ redis, prefix, clock, log })
  const told = new Set<string>()
  const keyOf = (id: string) => `${prefix}session:${createHash('sha256').update(id).digest('hex')}`
  const lockOf = (id: string) => `${keyOf(id)}:lock`

  function openTicket(place: string, reference: string): Opened | null {
    return sealer.open('session', `${place} ticket`, reference)
  }

  function sealTicket(place: string, { id }: Session): string {
    return sealer.seal('session', `${place} ticket`, id)
  }

  /** Begins with the version that Redis compares; the seal holds the two together. */
  function sealFor(key: string, session: Session): string {
    const version = Math.trunc(session.tokens.issuedAt)
    return `${version} ${sealer.seal('session', `${key} ${version}`, encodeSession(session))}`
  }

  function open(key: string, value: string | null): { session: Session; stale: boolean } | null {
    if (value === null) return null
    const [version = '', sealed = ''] = value.split(' ', 2)
    const opened = sealer.open('session', `${key} ${version}`, sealed)
    const session = opened && decodeSession(opened.plaintext, readIdentity)
    if (opened && session) return { session, stale: opened.stale }
    tellUnreadable(key)
    return null
  }

  /** The same where what a newer version wrote makes no difference. */
  function openOurs(key: string, value: string | null): ReturnType<typeof open> {
    try {
      return open(key, value)
    } catch (error) {
      if (error instanceof SessionOfNewerVersion) return null
      throw error
    }
  }

  function tellUnreadable(key: string): void {
    if (told.has(key)) return
    if (told.size >= maxTold) told.clear()
    told.add(key)
    log.warn({ key }, 'a session in Redis cannot be read: other secret, or damage')
  }

  async function fetch(id: string): Promise<{ session: Session; stale: boolean } | null> {
    const key = keyOf(id)
    const found = alive(open(key, await reach(redis.get(key))))
    const newer = found && ahead.newerThan(found.session)
    if (newer === null) return found
    const session = await put(newer.session, newer.endsAt - clock())
    return session && { session, stale: false }
  }

  function alive<Found extends { session: Session }>(found: Found | null): Found | null {
    return found !== null && ended.has(found.session) ? null : found
  }

  /** What is stored then: this session, a newer one, or null when it was ended. */
  async function put(session: Session, ttlSeconds: number): Promise<Session | null> {
    const key = keyOf(session.id)
    const value = sealFor(key, session)
    const stored = await reach(redis.replace(key, value, ttlSeconds))
    const kept = stored === value ? session : (open(key, stored)?.session ?? null)
    if (kept === null) ahead.forget(session.id)
    else {
      ahead.written(session.id)
      living.add(key, clock() + ttlSeconds)
    }
    return kept
  }

  async function destroy(session: Session, ttlSeconds: number): Promise<Session> {
    const { id, identity } = session
    const key = keyOf(id)
    const last = openOurs(key, await reach(redis.take(key)))?.session ?? session
    ended.add({ id, until: clock() + Math.max(1, ttlSeconds) })
    living.remove(key)
    await reach(index.remove(identity.subject, key))
    const newer = ahead.newerThan(last)
    ahead.forget(id)
    return newer?.session ?? last
  }

  async function* list(subject: string | null): AsyncGenerator<Session> {
    for await (const session of stored(subject)) if (!ended.has(session)) yield session
  }

  /** Also those that this process has just been told of: they are still to be taken out. */
  async function* stored(subject: string | null): AsyncGenerator<Session> {
    const keys = subject === null ? redis.keys(`${prefix}session:`) : index.keysOf(subject)
    for await (const key of keys) {
      if (key.endsWith(':lock')) continue
      const found = openOurs(key, await reach(redis.get(key)))
      if (found !== null) yield found.session
    }
  }

  /** Writes what could not be written when it was refreshed. */
  async function catchUp(id: string): Promise<void> {
    const late = ahead.unwritten(id)
    if (late !== null) await put(late.session, late.endsAt - clock())
  }

  return {
    async read(place, sent) {
      const reference = joinPieces(sent)
      const ticket = openTicket(place, reference)
      if (ticket === null) return null
      const found = await fetch(ticket.plaintext.toString('utf8'))
      return found && { session: found.session, reference, stale: found.stale || ticket.stale }
    },

    async create(place, session, ttlSeconds) {
      const key = keyOf(session.id)
      // Before the session, so that none is ever missing in the list of its user.
      await reach(index.add(session.identity.subject, key, session.signedInAt + maxSeconds))
      await reach(redis.set(key, sealFor(key, session), ttlSeconds))
      living.add(key, clock() + ttlSeconds)
      return { session, reference: sealTicket(place, session), stale: false }
    },

    async write(place, session, ttlSeconds, reference) {
      const refreshed = locks.holds(lockOf(session.id))
      if (refreshed) ahead.add(session, clock() + ttlSeconds)
      const kept = await put(session, ttlSeconds)
      if (kept === null) return null
      const ticket = openTicket(place, reference)
      const same = ticket !== null && !ticket.stale
      return { session: kept, reference: same ? reference : sealTicket(place, kept), stale: false }
    },

    destroy,

    hasEnded: session => ended.has(session),

    async destroyMany({ subject, begunBefore }) {
      const destroyed: Session[] = []
      // First, so that a session that is begun meanwhile is none, and nobody waits for a Redis that is away.
      addEnding({ subject, begunBefore, until: clock() + maxSeconds })
      for await (const session of stored(subject)) {
        if (session.signedInAt >= begunBefore) continue
        destroyed.push(await destroy(session, session.signedInAt + maxSeconds - clock()))
      }
      return destroyed
    },

    list,

    count: living.read,

    exclusively: ({ id }, work) =>
      locks.hold(
        lockOf(id),
        async () => work((await fetch(id))?.session ?? null),
        () => catchUp(id),
      ),

    async ping() {
      await reach(redis.get(`${prefix}ping`))
    },

    memoryUse: () => null,
  }
}
