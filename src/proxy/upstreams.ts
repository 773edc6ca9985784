// Connections to applications: one bounded pool an origin, TLS verified, nothing retried.
import { isIP } from 'node:net'
import { buildConnector, Pool } from 'undici'

/** Bounds of one upstream. */
export interface UpstreamLimits {
  readonly maxConnections: number
  /** Requests under way and those that wait for a connection. Beyond it the answer is 503, before memory grows. */
  readonly maxInFlight: number
  /** How long a request waits for a connection when all are taken. */
  readonly maxWaitMs: number
  /** Upgraded connections, which come on top of those of requests. */
  readonly maxTunnels: number
}

/** One application, by its origin. */
export interface Upstream extends UpstreamLimits {
  readonly pool: Pool
  /** Host name of the origin; what its certificate has to be for. */
  readonly hostname: string
  /** Requests that undici holds; counted by the forwarder. */
  inFlight: number
  /** Opens a connection outside of the pool, as verified as those in it; it may be closed one way at a time. */
  readonly connect: (callback: buildConnector.Callback) => void
  /** Upgraded connections, asked for or open; counted by the tunnel. */
  tunnels: number
}

/** How upstreams are reached, where it is not as usual. */
export interface UpstreamOptions extends Partial<UpstreamLimits> {
  /** PEM of the authorities to trust in place of Node's own. */
  readonly ca?: string
}

/** The applications of all routes. */
export interface Upstreams {
  /** The pool of an origin that a route names. */
  get(origin: string): Upstream
  /** Ends idle connections and waits for busy ones. */
  close(): Promise<void>
}

const defaultLimits: UpstreamLimits = {
  maxConnections: 1024,
  maxInFlight: 2048,
  maxWaitMs: 5000,
  maxTunnels: 10_000,
}
const connectTimeoutMs = 5000
const maxHeadBytes = 32 * 1024
/** Shorter than the keep-alive of common servers, so that we close first and never write into a close. */
const keepAliveMs = 4000

/** Pools for these origins; opened at once, connected when first used. */
export function createUpstreams(
  origins: Iterable<string>,
  options: UpstreamOptions = {},
): Upstreams {
  const upstreams = new Map<string, Upstream>()
  for (const origin of new Set(origins)) upstreams.set(origin, openUpstream(origin, options))

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

function openUpstream(origin: string, { ca, ...given }: UpstreamOptions): Upstream {
  const limits = { ...defaultLimits, ...given }
  const { hostname: host, port, protocol } = new URL(origin)
  const hostname = host.replaceAll(/^\[|\]$/g, '')
  const pool = new Pool(origin, {
    connections: limits.maxConnections,
    pipelining: 1,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    maxHeaderSize: maxHeadBytes,
    bodyTimeout: 0,
    connect: connectTo(hostname, ca),
  })
  const open = connectTo(hostname, ca, { allowHalfOpen: true })
  return {
    pool,
    hostname,
    inFlight: 0,
    connect: callback => open({ hostname, port, protocol }, callback),
    tunnels: 0,
    ...limits,
  }
}

/**
 * Opens connections whose certificate is for the upstream.
 *
 * Left alone, undici asks for and checks the name in the Host header, which is the gateway's public one.
 * An address is no server name (RFC 6066 section 3); Node then checks the certificate against the address.
 */
function connectTo(
  hostname: string,
  ca: string | undefined,
  socketOptions: { allowHalfOpen?: boolean } = {},
): buildConnector.connector {
  const open = buildConnector({
    ...socketOptions,
    timeout: connectTimeoutMs,
    rejectUnauthorized: true,
    allowH2: false,
    ...(ca === undefined ? {} : { ca }),
  })
  const servername = isIP(hostname) === 0 ? hostname : ''
  return (options, callback) => open({ ...options, servername }, callback)
}
