// First of all hooks: gives a request its one reading. What two parsers could read differently, and what
// is for a host that is not ours, goes no further.
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { GatewayError } from '../errors.js'
import { type CutCookies, cutCookies } from '../lib/cookie-jar.js'
import { type FindOrigin, splitHost } from '../lib/public-origin.js'
import { parseRequestTarget } from '../lib/request-target.js'
import type { Peers } from '../lib/trusted-peers.js'
import type { Browser, RequestTarget } from '../model.js'
import { isOddlyFramed } from '../proxy/upload.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The one reading of the request target. */
    target: RequestTarget
    /** When it came, on the clock of `performance.now()`. */
    begunMs: number
    /** The browser at one of our origins, with the gateway's cookies. */
    browser: Browser
    /** Name of the host that was asked for: what routes are chosen by. */
    routeHost: string
    /** The application's cookies, byte for byte; null when there are none. */
    applicationCookies: string | null
  }
  interface FastifyContextConfig {
    /** True for what answers under any Host, such as a load balancer's ping. */
    anyHost?: boolean
    /** True for the way to applications, where the route judges what a target leaves in doubt. */
    doubtful?: boolean
  }
}

const refusedMethods: ReadonlySet<string> = new Set(['TRACE', 'CONNECT'])

/** The answer to `OPTIONS *`, which asks for the server as a whole (RFC 9110 section 9.3.7). */
const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/**
 * Sets `request.begunMs`, `request.target`, `request.browser` and `request.applicationCookies`.
 *
 * Fails with GW_ERR_METHOD_REFUSED, GW_ERR_REQUEST_INVALID, GW_ERR_EXPECTATION_FAILED, GW_ERR_TARGET_REFUSED or
 * GW_ERR_HOST_UNKNOWN.
 */
export function readTarget({
  findOrigin,
  isLeaving,
  peers,
}: {
  findOrigin: FindOrigin
  /** Whether this process is about to go, so that no connection should be kept. */
  isLeaving: () => boolean
  peers: Pick<Peers, 'isTrusted'>
}): onRequestHookHandler {
  return (request: FastifyRequest, reply: FastifyReply, done) => {
    const { method, url, headers } = request.raw
    request.begunMs = performance.now()
    if (isLeaving()) reply.raw.shouldKeepAlive = false
    if (refusedMethods.has(method ?? '')) return done(new GatewayError('GW_ERR_METHOD_REFUSED'))
    const odd = oddityOf(request.raw)
    if (odd !== null) {
      reply.raw.shouldKeepAlive = false
      return done(new GatewayError('GW_ERR_REQUEST_INVALID', { reason: odd }))
    }
    if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') {
      reply.raw.shouldKeepAlive = false
      return done(new GatewayError('GW_ERR_EXPECTATION_FAILED'))
    }
    const host = hostOf(request, peers)
    const found = findOrigin(host)
    if (found === null && request.routeOptions.config.anyHost !== true) {
      return done(new GatewayError('GW_ERR_HOST_UNKNOWN'))
    }
    if (url === '*' && method === 'OPTIONS') {
      return void reply.code(204).header('allow', allowedMethods).send()
    }
    try {
      request.target = parseRequestTarget(url ?? '')
    } catch (error) {
      return done(error as Error)
    }
    if (request.target.doubt !== null && request.routeOptions.config.doubtful !== true) {
      const reason = 'encoded slash or mark, or empty segment'
      return done(new GatewayError('GW_ERR_TARGET_REFUSED', { reason }))
    }
    const { own, rest }: CutCookies = cutCookies(headers.cookie)
    request.browser = {
      origin: found?.origin ?? '',
      secure: found?.secure ?? true,
      client: found?.client,
      cookies: own,
      request,
    }
    request.applicationCookies = rest
    request.routeHost = splitHost(host ?? '').name
    done()
  }
}

/** The host that the browser asked for; a trusted proxy that rewrites Host says it beside. */
function hostOf({ raw }: FastifyRequest, peers: Pick<Peers, 'isTrusted'>): string | undefined {
  const forwarded = raw.headers['x-forwarded-host']
  if (forwarded === undefined || !peers.isTrusted(raw)) return raw.headers.host
  return String(forwarded).split(',').at(-1)?.trim()
}

/** What another server on the way could read differently than Node does; null for nothing. */
function oddityOf(request: FastifyRequest['raw']): string | null {
  const { httpVersion, rawHeaders } = request
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 'expected HTTP/1.1 or HTTP/1.0'
  if (isOddlyFramed(request)) return 'expected Transfer-Encoding chunked in HTTP/1.1'
  const hosts = countHosts(rawHeaders)
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) {
    return 'expected one Host line (RFC 9112 section 3.2)'
  }
  return null
}

/** Node takes the first and forgets the others. */
function countHosts(raw: readonly string[]): number {
  let hosts = 0
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] as string
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++
  }
  return hosts
}
