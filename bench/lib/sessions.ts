// Further sessions out of one that was really signed in: other ids, other groups, tokens that are about to expire. Sealed
// with the gateway's own secret, so that the gateway opens them as it opens every other.
import { toIdentity } from '../../src/cognito/claims.js'
import { cutCookies } from '../../src/lib/cookie-jar.js'
import { connectRedis } from '../../src/lib/redis.js'
import { createSealer } from '../../src/lib/sealer.js'
import type { Session } from '../../src/model.js'
import { decodeSession, encodeSession } from '../../src/session/codec.js'
import { readReferences, sessionPlace, writeReference } from '../../src/session/cookie.js'
import { createEndedSessions } from '../../src/session/ended.js'
import { joinPieces } from '../../src/session/sent-reference.js'
import { createRedisStore } from '../../src/session/stores/redis.js'
import { parseRedisUrl } from '../../src/session/stores/redis-url.js'
import { secret } from './gateway.js'

/** As long as sessions of the gateway live at most. */
const maxSeconds = 43_200
const sealer = createSealer([Buffer.from(secret, 'base64url')])

/** The session behind a Cookie header. @param url  origin of the gateway */
export function openSession(url: string, cookie: string): Session {
  const [sent] = readReferences(cutCookies(cookie).own, false)
  const found = sent && sealer.open('session', sessionPlace({ origin: url }), joinPieces(sent))
  const session = found && decodeSession(found.plaintext, toIdentity)
  if (!session) throw new Error('a cookie of the gateway could not be opened')
  return session
}

/** A Cookie header that carries a session. */
export function sealSession(url: string, session: Session): string {
  const reference = sealer.seal('session', sessionPlace({ origin: url }), encodeSession(session))
  return cookieOf(reference)
}

/** The same person so many times, under ids of their own, as browsers have it that were here within the minute. */
export function manySessions(url: string, cookie: string, count: number): string[] {
  const session = { ...openSession(url, cookie), seenAt: Math.floor(Date.now() / 1000) }
  return Array.from({ length: count }, (_, number) =>
    sealSession(url, {
      ...session,
      id: `${session.id.slice(0, 36)}${String(number).padStart(7, '0')}`,
    }),
  )
}

/** The same person so many times in Redis, written as the gateway at this origin does; Cookie headers with their tickets. */
export async function manyInRedis(
  { url, redisUrl }: { url: string; redisUrl: string },
  session: Session,
  count: number,
): Promise<string[]> {
  const place = sessionPlace({ origin: url })
  const clock = () => Date.now() / 1000
  const redis = connectRedis({
    ...parseRedisUrl(redisUrl),
    tls: null,
    timeoutMs: 5000,
    onError() {},
  })
  const store = createRedisStore({
    redis,
    sealer,
    readIdentity: toIdentity,
    prefix: 'cognito-gateway:',
    ended: createEndedSessions(clock),
    maxSeconds,
    clock,
    log: { warn() {} },
  })
  const cookies: string[] = []
  for (let number = 0; number < count; number++) {
    const id = `${session.id.slice(0, 36)}${String(number).padStart(7, '0')}`
    const own = { ...session, id, seenAt: clock() }
    const { reference } = await store.create(place, own, maxSeconds)
    cookies.push(cookieOf(reference))
  }
  await redis.close()
  return cookies
}

function cookieOf(reference: string): string {
  return writeReference(reference, null, [], false)
    .map(line => line.split(';')[0])
    .join('; ')
}
