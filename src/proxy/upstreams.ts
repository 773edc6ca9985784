// Connections to applications: one bounded pool an origin, TLS verified, nothing retried.
import { Pool } from 'undici'

/** One application, by its origin. */
export interface Upstream {
  readonly pool: Pool
  /** Requests under way or waiting; counted by the forwarder. */
  inFlight: number
}

/** The applications of all routes. */
export interface Upstreams {
  /** The pool of an origin that a route names. */
  get(origin: string): Upstream
  /** Ends idle connections and waits for busy ones. */
  close(): Promise<void>
}

const maxConnections = 1024
/** With those that wait for a connection. Beyond it the answer is 503, before memory grows. */
export const maxInFlight = 2048
const connectTimeoutMs = 5000
const maxHeadBytes = 32 * 1024
/** Shorter than the keep-alive of common servers, so that we close first and never write into a close. */
const keepAliveMs = 4000

/** Pools for these origins; opened at once, connected when first used. */
export function createUpstreams(origins: Iterable<string>): Upstreams {
  const upstreams = new Map<string, Upstream>()
  for (const origin of origins) upstreams.set(origin, { pool: openPool(origin), inFlight: 0 })

  return {
    get(origin) {
      const found = upstreams.get(origin)
      if (found === undefined) throw new RangeError(`${origin} is the upstream of no route`)
      return found
    },
    async close() {
      await Promise.all([...upstreams.values()].map(({ pool }) => pool.close()))
    },
  }
}

function openPool(origin: string): Pool {
  return new Pool(origin, {
    connections: maxConnections,
    pipelining: 1,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    maxHeaderSize: maxHeadBytes,
    bodyTimeout: 0,
    allowH2: false,
    connect: { timeout: connectTimeoutMs, rejectUnauthorized: true },
  })
}
