// What stands around the gateway: its public origins, its applications, its Redis.
import type { Config } from '../../config.js'
import { createUpstreams, type Upstream } from '../../proxy/upstreams.js'
import { describeFailure, type Finding, ok } from './finding.js'

const timeoutMs = 4000

/** Cookies are `Secure` on https origins only, and browsers keep plain http to themselves. */
export function checkOrigins({ url }: Pick<Config, 'url'>): Finding[] {
  return url.map(origin => {
    const { protocol, hostname } = new URL(origin)
    if (protocol === 'https:' || /^(?:localhost|127\..*|\[::1\])$/.test(hostname)) {
      return ok(
        'public URL',
        `${origin}, cookies ${protocol === 'https:' ? 'Secure with __Host-' : 'for this machine alone'}`,
      )
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
    const version = field('redis_version')
    return [
      ok('Redis', `version ${version}, ${field('used_memory_human')} in use`),
      checkEviction(field('maxmemory_policy')),
    ]
  } catch (error) {
    return [{ check: 'Redis', outcome: 'failure', ...describeFailure(error) }]
  }
}

function checkEviction(policy: string): Finding {
  if (!policy.startsWith('allkeys')) return ok('Redis eviction', policy || 'not told')
  return {
    check: 'Redis eviction',
    outcome: 'warning',
    seen: `maxmemory-policy is ${policy}`,
    cause: 'when its memory is full, Redis forgets sessions, and with them people are signed out',
    remedy: 'set maxmemory-policy to noeviction or volatile-ttl, and enough maxmemory',
  }
}
