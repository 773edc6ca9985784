// Connections to applications: one bounded pool each, TLS verified, nothing retried.
import { isIP, type Socket } from 'node:net'
import type { buildConnector as BuildConnector, Pool as PoolOfConnections } from 'undici'
import { buildConnector, endWell, Pool } from '../lib/undici.js'
import { Breaker, type BreakerLimits } from './breaker.js'
import { DirectReads } from './direct-reads.js'
import { EventStreams } from './event-stream.js'
import { HeadDeadlines } from './head-deadlines.js'

/** Bounds of one upstream. */
export interface UpstreamLimits extends BreakerLimits {
  readonly maxConnections: number
  /** Requests under way and those that wait for a connection. Beyond it the answer is 503, before memory grows. */
  readonly maxInFlight: number
  /** How long a request waits for a connection when all are taken. */
  readonly maxWaitMs: number
  /** Upgraded connections, which come on top of those of requests. */
  readonly maxTunnels: number
}

/** Requests under way to all applications together. */
export interface AllInFlight {
  inFlight: number
  readonly maxInFlight: number
}

/** One application. */
export interface Upstream extends UpstreamLimits {
  /** As the settings name it. */
  readonly place: string
  readonly pool: PoolOfConnections
  /** What its certificate has to be for. */
  readonly hostname: string
  /** Host and port as it knows itself; `localhost` behind a unix socket. */
  readonly host: string
  /** Requests that undici holds; counted by the forwarder. */
  inFlight: number
  /** The same of all applications. */
  readonly all: AllInFlight
  readonly breaker: Breaker
  /** Opens a connection outside of the pool, as verified as those in it; it may be closed one way at a time. */
  readonly connect: (callback: BuildConnector.Callback) => void
  /** Upgraded connections, asked for or open; counted by the tunnel. */
  tunnels: number
  readonly headDeadlines: HeadDeadlines
  /** Answers under way that are event streams. */
  readonly eventStreams: EventStreams
}

/** How one upstream is reached, where it is not as usual. */
export interface UpstreamAccess {
  readonly connectTimeoutMs?: number | undefined
  readonly tls?: UpstreamTls | undefined
}

/** PEM, and a name. */
export interface UpstreamTls {
  /** The authorities to trust in place of Node's own. */
  readonly ca?: string | undefined
  /** Certificate and key of the gateway as a client. */
  readonly cert?: string | undefined
  readonly key?: string | undefined
  /** What the certificate has to be for, when it is not the host of the origin. */
  readonly serverName?: string | undefined
}

/** How busy one application is kept. */
export interface UpstreamLoad {
  /** As the settings name it. */
  readonly place: string
  readonly inFlight: number
  readonly tunnels: number
  /** Whether it counts as not to be reached, and how often it came to that. */
  readonly isDown: boolean
  readonly timesDown: number
}

/** Told when an application counts as not to be reached, and when it does no longer. */
export type OnReach = (place: string, reach: 'lost' | 'back', error?: Error) => void

/** The applications of all routes. */
export interface Upstreams {
  /**
   * The pool of an origin, or of a unix socket as `unix:/path`; routes that reach it in the same way share one.
   * Connected when first used.
   */
  open(place: string, access?: UpstreamAccess): Upstream
  /** What each has to do at this moment. */
  loads(): readonly UpstreamLoad[]
  /** Ends answers that never end by themselves, and those that begin from now on. */
  endEventStreams(): void
  /** Ends idle connections and waits for busy ones. */
  close(): Promise<void>
}

const defaultLimits: UpstreamLimits = {
  maxConnections: 1024,
  maxInFlight: 2048,
  maxWaitMs: 5000,
  maxTunnels: 10_000,
  breakerFailures: 10,
  breakerPauseMs: 1000,
}
const defaultMaxInFlight = 10_000
const defaultConnectTimeoutMs = 5000
const maxHeadBytes = 32 * 1024
/** Shorter than the keep-alive of common servers, so that we close first and never write into a close. */
const keepAliveMs = 4000

/**
 * No pools yet.
 *
 * @param bounds              of each
 * @param more.maxInFlight    requests under way to all of them together
 */
export function createUpstreams(
  bounds: Partial<UpstreamLimits> = {},
  {
    maxInFlight = defaultMaxInFlight,
    onReach = () => {},
  }: { maxInFlight?: number; onReach?: OnReach } = {},
): Upstreams {
  const upstreams = new Map<string, Upstream>()
  const limits = { ...defaultLimits, ...bounds }
  const all: AllInFlight = { inFlight: 0, maxInFlight }

  return {
    open(place, access = {}) {
      const key = JSON.stringify([place, access])
      const upstream = upstreams.get(key) ?? openUpstream(place, access, { limits, all, onReach })
      upstreams.set(key, upstream)
      return upstream
    },
    loads: () =>
      [...upstreams.values()].map(({ place, inFlight, tunnels, breaker }) => ({
        place,
        inFlight,
        tunnels,
        isDown: breaker.isOpen,
        timesDown: breaker.timesOpened,
      })),
    endEventStreams() {
      for (const { eventStreams } of upstreams.values()) eventStreams.close()
    },
    async close() {
      await Promise.all([...upstreams.values()].map(({ pool }) => pool.close()))
    },
  }
}

function openUpstream(
  place: string,
  access: UpstreamAccess,
  { limits, all, onReach }: { limits: UpstreamLimits; all: AllInFlight; onReach: OnReach },
): Upstream {
  const breaker = new Breaker(limits, {
    opened: error => onReach(place, 'lost', error),
    closed: () => onReach(place, 'back'),
  })
  const socketPath = place.startsWith('unix:') ? place.slice('unix:'.length) : undefined
  const origin = socketPath === undefined ? place : 'http://localhost'
  const url = new URL(origin)
  const { host, hostname: bracketed, port, protocol } = url
  const address = bracketed.replaceAll(/^\[|\]$/g, '')
  const hostname = access.tls?.serverName ?? address
  const options = connectOptions(access, socketPath)
  const pool = new Pool(settled(url), {
    connections: limits.maxConnections,
    pipelining: 1,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    maxHeaderSize: maxHeadBytes,
    bodyTimeout: 0,
    connect: connectTo(hostname, openForPool(options), breaker),
  })
  const open = connectTo(hostname, buildConnector({ ...options, allowHalfOpen: true }), breaker)
  return {
    place,
    pool,
    hostname,
    host,
    inFlight: 0,
    all,
    breaker,
    connect: callback => open({ hostname: address, port, protocol }, callback),
    tunnels: 0,
    headDeadlines: new HeadDeadlines(),
    eventStreams: new EventStreams(),
    ...limits,
  }
}

function connectOptions(
  { connectTimeoutMs = defaultConnectTimeoutMs, tls = {} }: UpstreamAccess,
  socketPath: string | undefined,
): BuildConnector.BuildOptions {
  const { ca, cert, key } = tls
  return {
    timeout: connectTimeoutMs,
    rejectUnauthorized: true,
    allowH2: false,
    ...(socketPath !== undefined && { socketPath }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
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
  open: BuildConnector.connector,
  breaker: Breaker,
): BuildConnector.connector {
  const servername = isIP(hostname) === 0 ? hostname : ''
  return (target, callback) =>
    open({ ...target, servername }, (...outcome) => {
      const [error] = outcome
      if (error === null) breaker.succeeded()
      else breaker.failed(error)
      callback(...outcome)
    })
}

/** Connections that undici's parser reads: directly, but for those over TLS, which tells an end while nothing is to be read. */
function openForPool(options: BuildConnector.BuildOptions): BuildConnector.connector {
  const overTls = buildConnector(options)
  return (target, callback) => {
    const reads = target.protocol === 'https:' ? null : new DirectReads()
    const open =
      reads === null
        ? overTls
        : buildConnector({ ...options, onread: reads.onread } as BuildConnector.BuildOptions)
    open(target, (...outcome) => {
      const [error, socket] = outcome
      if (error === null) {
        endWell(socket)
        reads?.serve(socket)
        holdProcess(socket)
      }
      callback(...outcome)
    })
  }
}

/**
 * The process lives as long as the connection does, some seconds beyond its last answer at most (`keepAliveMs`). undici would let
 * go of it after each answer, and take hold of it again for each request.
 */
function holdProcess(socket: Socket): void {
  socket.ref = () => socket
  socket.unref = () => socket
}

/** An origin whose parts undici does not have to cut out anew, four times for each request. */
function settled(origin: URL): URL {
  const { origin: whole, protocol } = origin
  return Object.defineProperties(origin, {
    origin: { value: whole },
    protocol: { value: protocol },
  })
}
