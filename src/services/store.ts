// Where sessions are kept, and what tells other processes of their ends.
import { toIdentity } from '../cognito/claims.js'
import type { Config } from '../config.js'
import { GatewayError } from '../errors.js'
import { createLimiter } from '../lib/limiter.js'
import { createNowAndThen, type NowAndThen } from '../lib/now-and-then.js'
import type { RedisConnection } from '../lib/redis.js'
import type { Sealer } from '../lib/sealer.js'
import type { Log } from '../log.js'
import type { Clock } from '../model.js'
import {
  createEndedSessions,
  type EndedSessions,
  type Ending,
  endedAlsoBefore,
} from '../session/ended.js'
import { createEndedFeed } from '../session/ended-feed.js'
import type { Limits } from '../session/lifetime.js'
import type { RevokeToken } from '../session/revocation.js'
import type { SessionStore } from '../session/store.js'
import { createCookieStore } from '../session/stores/cookie.js'
import { createRedisStore } from '../session/stores/redis.js'
import { type AheadSessions, createAheadSessions } from '../session/stores/redis-ahead.js'
import type { TakeTurn } from '../session/turns.js'

/** What goes on failing is written down this often. */
const logPauseMs = 60_000
const maxRevocations = 10
const maxWaitingRevocations = 100_000

/** How long sessions live. */
export function limitsOf({ session, cognito }: Pick<Config, 'session' | 'cognito'>): Limits {
  return {
    idleSeconds: session.idle,
    maxSeconds: Math.min(session.max, cognito.refreshTokenValidity),
    refreshBeforeSeconds: session.refreshBefore,
    recheckSeconds: session.recheck,
  }
}

/** Ending many sessions must not take the token endpoint from those who sign in. */
export function limitRevocations(revoke: RevokeToken): RevokeToken {
  const limit = createLimiter({
    concurrency: maxRevocations,
    waiting: maxWaitingRevocations,
    onFull: () =>
      new GatewayError('GW_ERR_COGNITO_UNAVAILABLE', { reason: 'too many revocations wait' }),
  })
  return (token, identity) => limit(() => revoke(token, identity))
}

/** The other processes that serve the same port. */
export interface Siblings {
  readonly tellEnding: (ending: Ending) => void
  readonly takeTurn: TakeTurn
}

/** What a process knows of sessions beside its store. */
export interface StoreMemory {
  readonly ended: EndedSessions
  /** Where several processes serve the same browsers. */
  readonly takeTurn?: TakeTurn | undefined
  /** The same list for what the other processes know already. */
  readonly heard: EndedSessions
  /** Endings that Redis has not been told of. */
  readonly untold: Ending[]
  /** Refreshed sessions that Redis may have lost. */
  readonly ahead: AheadSessions
}

/** Nothing is known. */
export function createStoreMemory(clock: Clock, siblings?: Siblings): StoreMemory {
  const heard = createEndedSessions(clock)
  const ended = siblings === undefined ? heard : endedHereAndThere(heard, siblings.tellEnding)
  const ahead = createAheadSessions(clock)
  return { ended, heard, untold: [], ahead, takeTurn: siblings?.takeTurn }
}

function endedHereAndThere(ended: EndedSessions, tell: Siblings['tellEnding']): EndedSessions {
  return {
    ...ended,
    add(ending) {
      ended.add(ending)
      tell(ending)
    },
  }
}

/** A store that is open. */
export interface SessionKeeping {
  readonly store: SessionStore
  /** Ends here, and in every process that there is a way to. */
  readonly addEnding: (ending: Ending) => void
  /** Resolves when every ending was told. */
  settle(): Promise<void>
  close(): Promise<void>
}

/** Where sessions are kept, and what tells other processes of their ends. */
export async function openStore({
  config: { session },
  sealer,
  limits: { maxSeconds },
  memory,
  clock,
  log,
  onCommandEnd,
}: {
  config: Pick<Config, 'session'>
  sealer: Sealer
  limits: Limits
  memory: StoreMemory
  clock: Clock
  log: Log
  /** Told how every Redis command went. */
  onCommandEnd?: (ms: number, answered: boolean) => void
}): Promise<SessionKeeping> {
  const redis = session.redis.url === undefined ? null : await openRedis(session, log, onCommandEnd)
  const { prefix } = session.redis
  const ended = endedAlsoBefore(memory.ended, session.notBefore ?? 0)
  const common = { sealer, readIdentity: toIdentity, ended, maxSeconds, clock }
  if (redis === null) {
    const store = createCookieStore({ ...common, takeTurn: memory.takeTurn })
    return { store, addEnding: ended.add, settle: async () => {}, close: async () => {} }
  }
  const inRedis = session.store === 'redis'
  const storeWith = (addEnding: (ending: Ending) => void) =>
    inRedis
      ? createRedisStore({ ...common, addEnding, ahead: memory.ahead, redis, prefix, log })
      : createCookieStore({ ...common, takeTurn: memory.takeTurn, addEnding })
  // Sessions in Redis end there; what changes them from outside has to be told beside it.
  if (inRedis && session.events.key === undefined) {
    const { add: addEnding } = ended
    const close = () => redis.close()
    return { store: storeWith(addEnding), addEnding, settle: async () => {}, close }
  }
  const sometimes = createNowAndThen(logPauseMs)
  const feed = createEndedFeed({
    stream: redis,
    key: `${prefix}ended`,
    sealer,
    ended: memory.heard,
    waiting: memory.untold,
    onFailure: error =>
      sometimes(unsaid =>
        log.warn({ err: error, unsaid }, 'ended sessions are not shared while Redis is away'),
      ),
  })
  const close = async () => {
    feed.close()
    await redis.close()
  }
  const addEnding = (ending: Ending) => {
    memory.ended.add(ending)
    feed.add(ending)
  }
  return { store: storeWith(addEnding), addEnding, settle: feed.exchange, close }
}

/**
 * Connects in the background; until then sessions cannot be read and `/readyz` says so. The client is loaded
 * on demand: it is memory that a gateway with sessions in cookies does not need.
 */
export async function openRedis(
  { redis }: Config['session'],
  log: Log,
  onCommandEnd?: (ms: number, answered: boolean) => void,
): Promise<RedisConnection> {
  const { url, timeout, ca, cert, key } = redis
  if (url === undefined) throw new TypeError('session.redis.url was checked with the settings')
  const { connectRedis } = await import('../lib/redis.js')
  return connectRedis({
    ...url,
    tls: url.tls ? { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) } : null,
    timeoutMs: timeout,
    onCommandEnd,
    onError: nowAndThenEach((err, reason, unsaid) =>
      log.warn({ err, reason, unsaid }, 'Redis cannot be used; trying again'),
    ),
  })
}

type TellFailure = (error: Error, reason: string | undefined, unsaid: number) => void

const maxFailuresAtOnce = 20

/** A server that is away says so at every attempt; the log need not. Another failure is told at once. */
function nowAndThenEach(tell: TellFailure): (error: Error, reason: string | undefined) => void {
  const known = new Map<string, NowAndThen>()
  return (error, reason) => {
    const failure = reason ?? error.message
    if (known.size >= maxFailuresAtOnce) known.clear()
    const sometimes = known.get(failure) ?? createNowAndThen(logPauseMs)
    known.set(failure, sometimes)
    sometimes(unsaid => tell(error, reason, unsaid))
  }
}
