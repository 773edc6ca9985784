// The shared store: the cookie holds a sealed ticket, Redis holds the session, sealed with our key, under a
// hash of the ticket. Whoever reads Redis alone, or the cookie alone, has nothing.
import { createHash, randomBytes } from 'node:crypto'
import { GatewayError } from '../../errors.js'
import type { RedisConnection } from '../../lib/redis.js'
import type { Opened, Sealer } from '../../lib/sealer.js'
import type { Log } from '../../log.js'
import type { Clock, Session } from '../../model.js'
import { decodeSession, encodeSession, type ReadIdentity } from '../codec.js'
import { createEndedSessions } from '../ended.js'
import { joinPieces } from '../sent-reference.js'
import type { SessionStore } from '../store.js'

/** Longer than the deadline of a token call, and renewed while the work runs. */
const leaseMs = 15_000
const pollMs = 50
/** How long one process waits for another's refresh. */
const maxWaitMs = 12_000
const retryAfterSeconds = 1

/** Sessions in Redis. Every failure to reach it is GW_ERR_SESSION_UNAVAILABLE; nothing is cleared. */
export function createRedisStore({
  redis,
  sealer,
  readIdentity,
  prefix,
  clock,
  log,
}: {
  redis: RedisConnection
  sealer: Sealer
  readIdentity: ReadIdentity
  /** Begins every key, so that several gateways can share a Redis. */
  prefix: string
  clock: Clock
  log: Pick<Log, 'warn'>
}): SessionStore {
  const ended = createEndedSessions(clock)
  const keyOf = (id: string) => `${prefix}session:${createHash('sha256').update(id).digest('hex')}`
  const lockOf = (id: string) => `${keyOf(id)}:lock`

  function openTicket(place: string, reference: string): Opened | null {
    return sealer.open('session', `${place} ticket`, reference)
  }

  function sealTicket(place: string, { id }: Session): string {
    return sealer.seal('session', `${place} ticket`, id)
  }

  function sealFor(key: string, session: Session): string {
    return sealer.seal('session', key, encodeSession(session))
  }

  async function fetch(id: string): Promise<{ session: Session; stale: boolean } | null> {
    const key = keyOf(id)
    return open(key, await reach(redis.get(key)))
  }

  function open(key: string, sealed: string | null): { session: Session; stale: boolean } | null {
    if (sealed === null) return null
    const opened = sealer.open('session', key, sealed)
    const session = opened && decodeSession(opened.plaintext, readIdentity)
    if (opened && session) return { session, stale: opened.stale }
    log.warn({ key }, 'a session in Redis cannot be read: other secret, newer version, or damage')
    return null
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
      await reach(redis.set(key, sealFor(key, session), ttlSeconds))
      return { session, reference: sealTicket(place, session), stale: false }
    },

    async write(place, session, ttlSeconds, reference) {
      const key = keyOf(session.id)
      const replaced = await reach(redis.replace(key, sealFor(key, session), ttlSeconds))
      if (!replaced) return null
      const ticket = openTicket(place, reference)
      const kept = ticket !== null && !ticket.stale
      return { session, reference: kept ? reference : sealTicket(place, session), stale: false }
    },

    async destroy(session, ttlSeconds) {
      const key = keyOf(session.id)
      const last = open(key, await reach(redis.take(key)))
      ended.add(session.id, clock() + Math.max(1, ttlSeconds))
      return last?.session ?? session
    },

    hasEnded: ({ id }) => ended.has(id),

    async exclusively(session, work) {
      const owner = randomBytes(16).toString('base64url')
      const lock = lockOf(session.id)
      const until = Date.now() + maxWaitMs
      while (!(await reach(redis.acquire(lock, owner, leaseMs)))) {
        if (Date.now() > until)
          throw unavailable(new Error('another instance refreshes for too long'))
        await new Promise(resolve => setTimeout(resolve, pollMs))
      }
      const renewal = setInterval(() => {
        redis.renew(lock, owner, leaseMs).catch(() => {})
      }, leaseMs / 3).unref()
      try {
        return await work((await fetch(session.id))?.session ?? null)
      } finally {
        clearInterval(renewal)
        // Best effort: the lease ends by itself.
        redis.release(lock, owner).catch(() => {})
      }
    },

    ping: () => reach(redis.ping()),
  }
}

async function reach<T>(command: Promise<T>): Promise<T> {
  try {
    return await command
  } catch (error) {
    throw unavailable(error)
  }
}

function unavailable(cause: unknown): GatewayError {
  return new GatewayError('GW_ERR_SESSION_UNAVAILABLE', { cause, retryAfterSeconds })
}
