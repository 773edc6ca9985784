// The shared store: the cookie holds a sealed ticket, Redis holds the session, sealed with our key, under a
// hash of the ticket. Whoever reads Redis alone, or the cookie alone, has nothing.
import type { RedisConnection } from '../../lib/redis.js'
import type { Sealer } from '../../lib/sealer.js'
import type { Log } from '../../log.js'
import type { Clock, Session } from '../../model.js'
import type { ReadIdentity } from '../codec.js'
import type { EndedSessions, Ending } from '../ended.js'
import type { SessionStore, StoredSession } from '../store.js'
import { reach, unavailable } from './reach.js'
import { type AheadSessions, createAheadSessions, type RefreshedSession } from './redis-ahead.js'
import { createSessionCount } from './redis-count.js'
import { createUserIndex } from './redis-index.js'
import { createLocks } from './redis-locks.js'
import type { OpenedSession, Ticket } from './redis-opened.js'
import { createRedisSealing, nullIfNewer } from './redis-sealing.js'

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
  const sealing = createRedisSealing({ sealer, readIdentity, prefix, log })
  const { keyOf, open } = sealing
  const lockOf = (id: string) => `${keyOf(id)}:lock`

  async function fetch(id: string): Promise<OpenedSession | null> {
    const key = keyOf(id)
    return current(open(key, await reach(redis.get(key))))
  }

  /** What of that counts now. */
  function current(
    found: OpenedSession | null,
  ): OpenedSession | null | Promise<OpenedSession | null> {
    if (found === null || ended.has(found.session)) return null
    const newer = ahead.newerThan(found.session)
    return newer === null ? found : putBack(newer)
  }

  /** Redis has lost it. */
  async function putBack({ session, endsAt }: RefreshedSession): Promise<OpenedSession | null> {
    const kept = await put(session, endsAt - clock())
    return kept && { session: kept, stale: false }
  }

  /** What is stored then: this session, a newer one, or null when it was ended. */
  async function put(session: Session, ttlSeconds: number): Promise<Session | null> {
    const key = keyOf(session.id)
    const value = sealing.seal(key, session)
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
    const taken = await reach(redis.take(key))
    sealing.forget(key)
    const last = nullIfNewer(() => open(key, taken))?.session ?? session
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
      const value = await reach(redis.get(key))
      const found = nullIfNewer(() => open(key, value))
      if (found !== null) yield found.session
    }
  }

  /** Writes what could not be written when it was refreshed. */
  async function catchUp(id: string): Promise<void> {
    const late = ahead.unwritten(id)
    if (late !== null) await put(late.session, late.endsAt - clock())
  }

  return {
    read(place, sent) {
      const ticket = sealing.openTicket(place, sent)
      if (ticket === null) return null
      return redis.read(ticket.key).then(value => {
        const found = current(sealing.recall(ticket.key, value))
        return found instanceof Promise
          ? found.then(late => storedBehind(ticket, late))
          : storedBehind(ticket, found)
      }, unavailableNow)
    },

    async create(place, session, ttlSeconds) {
      const key = keyOf(session.id)
      // Before the session, so that none is ever missing in the list of its user.
      await reach(index.add(session.identity.subject, key, session.signedInAt + maxSeconds))
      await reach(redis.set(key, sealing.seal(key, session), ttlSeconds))
      living.add(key, clock() + ttlSeconds)
      return { session, reference: sealing.sealTicket(place, session), stale: false }
    },

    async write(place, session, ttlSeconds, reference) {
      const refreshed = locks.holds(lockOf(session.id))
      if (refreshed) ahead.add(session, clock() + ttlSeconds)
      const kept = await put(session, ttlSeconds)
      if (kept === null) return null
      const ticket = sealing.openTicket(place, reference)
      const same = ticket !== null && !ticket.stale
      return {
        session: kept,
        reference: same ? reference : sealing.sealTicket(place, kept),
        stale: false,
      }
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

    memoryUse: sealing.memoryUse,
  }
}

function storedBehind(ticket: Ticket, found: OpenedSession | null): StoredSession | null {
  if (found === null) return null
  const { session, stale } = found
  return { session, reference: ticket.reference, stale: stale || ticket.stale }
}

function unavailableNow(cause: unknown): never {
  throw unavailable(cause)
}
