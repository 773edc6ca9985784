// What stands around the gateway: its public origins, its applications, its Redis.
import type { Config } from '../../config.js'
import { createUpstreams, type Upstream } from '../../proxy/upstreams.js'
import { describeFailure, type Finding, ok } from './finding.js'

const timeoutMs = 3000

/** Cookies are `Secure` on https origins only, and browsers keep plain http to themselves. */
export function checkOrigins({ url }: Pick<Config, 'url'>): Finding[] {
  const alone = url.length === 1 ? '' : ', and a sign-in of its own'
  return url.map(origin => {
    const { protocol, hostname } = new URL(origin)
    if (protocol === 'https:') {
      const seen = `${origin}, cookies Secure with __Host-, for this host alone${alone}`
      return ok('public URL', seen)
    }
    if (/^(?:localhost|127\..*|\[::1\])$/.test(hostname)) {
      return ok('public URL', `${origin}, cookies for this machine alone`)
    }
    return {
      check: 'public URL',
      outcome: 'warning',
      seen: `${origin} is plain http`,
      cause:
        'cookies and pages can be read on the way, and Cognito takes http callback URLs for localhost alone',
      remedy: 'put TLS before the gateway and set GATEWAY_URL to https://…',
    }
  })
}

/** Somebody has to speak TLS for an https origin, and it is not the gateway. */
export function checkProxy({
  url,
  trustedProxies,
}: Pick<Config, 'url' | 'trustedProxies'>): Finding[] {
  const check = 'proxy in front'
  if (!url.some(origin => origin.startsWith('https:'))) return []
  if (trustedProxies.length > 0) return [ok(check, `trusted: ${trustedProxies.join(', ')}`)]
  return [
    {
      check,
      outcome: 'warning',
      seen: 'the public URL is https, so a proxy stands in front, and trustedProxies names none',
      cause:
        'all people seem to come from its address: in logs, in X-Forwarded-For, and in what one address may do in a minute',
      remedy:
        'set GATEWAY_TRUSTED_PROXIES to the addresses of the proxy or load balancer, such as 10.0.0.0/8',
    },
  ]
}

/**
 * Whether the world reaches an application past the gateway.
 *
 * @param address  origin of the application as the world would write it
 */
export async function checkDirect(address: string): Promise<Finding> {
  const check = 'way past the gateway'
  const { pool } = createUpstreams().open(address, { connectTimeoutMs: timeoutMs })
  try {
    const { statusCode, body } = await pool.request({
      path: '/',
      method: 'HEAD',
      headersTimeout: timeoutMs,
    })
    await body.dump()
    return {
      check,
      outcome: 'failure',
      seen: `${address} answers from here (status ${statusCode})`,
      cause:
        'whoever reaches the application directly is not asked to sign in, and can write any header',
      remedy:
        'let the application listen on loopback or a private address, or allow its port in the firewall for the gateway alone; and ask again from outside its network',
    }
  } catch (error) {
    const { cause, seen } = describeFailure(error)
    // Whoever speaks, but not as expected, can be reached.
    const reached = /CERT|TLS|SSL|ALTNAME|HPE|ECONNRESET|UND_ERR_SOCKET/.test(seen)
    if (!reached) return ok(check, `${address} does not answer from here: ${cause}`)
    return {
      check,
      outcome: 'warning',
      seen: `${address}: ${seen}`,
      cause: 'something can be reached there, though it does not answer this question',
      remedy:
        'ask again with the right scheme and port, from outside the network of the application',
    }
  } finally {
    await pool.destroy()
  }
}

/** Whether each application answers, whatever it says. */
export async function checkUpstreams({ routes }: Pick<Config, 'routes'>): Promise<Finding[]> {
  const upstreams = createUpstreams()
  const places = new Map<Upstream, string>()
  for (const { upstream, tls } of routes) {
    if (upstream !== undefined) places.set(upstreams.open(upstream, { tls }), upstream)
  }
  return Promise.all([...places].map(([{ pool }, place]) => checkUpstream(pool, place)))
}

async function checkUpstream(pool: Upstream['pool'], place: string): Promise<Finding> {
  try {
    const { statusCode, body } = await pool.request({
      path: '/',
      method: 'HEAD',
      headersTimeout: timeoutMs,
    })
    await body.dump()
    return ok('application', `${place} answers (status ${statusCode})`)
  } catch (error) {
    return {
      check: 'application',
      outcome: 'failure',
      ...describeFailure(error),
      seen: `${place}: ${describeFailure(error).seen}`,
    }
  } finally {
    await pool.destroy()
  }
}

/** Major version that still had fixes when the gateway was tested with it. */
const oldestRedis = 6
/** Of the memory that it may use. */
const fullShare = 0.9

/** What the doctor asks of a Redis. */
export interface RedisReport {
  /** The text of `INFO server memory`. */
  info(): Promise<string>
}

/** Reachable, and keeping what it was given. */
export async function checkRedis(redis: RedisReport): Promise<Finding[]> {
  try {
    const info = await redis.info()
    const field = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? ''
    const [used, most] = [Number(field('used_memory')), Number(field('maxmemory'))]
    return [
      checkVersion(field('valkey_version'), field('redis_version')),
      checkMemory(used, most),
      checkEviction(field('maxmemory_policy')),
    ]
  } catch (error) {
    return [{ check: 'Redis', outcome: 'failure', ...describeFailure(error) }]
  }
}

/** Valkey calls itself a Redis as well, of the last version that was one. */
function checkVersion(valkey: string, redis: string): Finding {
  if (valkey !== '') return ok('Redis', `Valkey ${valkey}`)
  if (redis === '') return ok('Redis', 'reachable; it does not tell its version')
  if (Number.parseInt(redis, 10) >= oldestRedis) return ok('Redis', `version ${redis}`)
  return {
    check: 'Redis',
    outcome: 'warning',
    seen: `version ${redis}`,
    cause: `it is older than ${oldestRedis}, gets no security fixes, and the gateway is not tested with it`,
    remedy: 'upgrade to a version of Redis or Valkey that is maintained',
  }
}

/** @param most  zero for no limit */
function checkMemory(used: number, most: number): Finding {
  const check = 'Redis memory'
  const mb = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`
  if (!(most > 0)) return ok(check, `${mb(used)} in use, without a limit`)
  const seen = `${mb(used)} of ${mb(most)} in use`
  if (used / most < fullShare) return ok(check, seen)
  return {
    check,
    outcome: 'warning',
    seen,
    cause: 'when it is full, sessions are forgotten or sign-ins fail',
    remedy: 'give it more memory (maxmemory), or find out what else is kept there',
  }
}

function checkEviction(policy: string): Finding {
  const check = 'Redis eviction'
  if (policy === '' || policy === 'noeviction') return ok(check, policy || 'not told')
  return {
    check,
    outcome: 'warning',
    seen: `maxmemory-policy is ${policy}`,
    // Every session has an expiry, so volatile policies forget them as well.
    cause: 'when its memory is full, Redis forgets sessions, and with them people are signed out',
    remedy: 'set maxmemory-policy to noeviction, and give it enough memory',
  }
}
