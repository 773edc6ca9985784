// GET /oauth2/auth: for a proxy that has its own way to the application and asks us first (nginx auth_request,
// Traefik and Caddy forward auth, HAProxy). The same routes and rules decide as when we forward ourselves.
import type {
  FastifyReply,
  FastifyRequest,
  onRequestHookHandler,
  RouteHandlerMethod,
} from 'fastify'
import { forbidden, type JudgeRequest } from '../access/judge.js'
import { GatewayError } from '../errors.js'
import type { FindOrigin } from '../lib/public-origin.js'
import { splitHost } from '../lib/public-origin.js'
import { methodOfPreflight } from '../lib/request-source.js'
import { parseRequestTarget } from '../lib/request-target.js'
import type { Peers } from '../lib/trusted-peers.js'
import type { Log } from '../log.js'
import { isNavigation } from '../login/navigation.js'
import { fitReturnTo } from '../login/return-to.js'
import type { Caller, Route } from '../model.js'
import type { FindRoute } from '../routing/finder.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Method of the request that a proxy asks about. */
    originalMethod: string
  }
}

/**
 * Raw header lines for a caller, or nobody: name, value, name, value, …
 *
 * Names without a value are there and empty. Caddy copies a name that is missing as the text of its placeholder,
 * and an application would take that for somebody.
 */
export type CallerLines = (caller: Caller | null, route: Route) => readonly string[]

/** What proxies say of the original request. From others they are an attempt to be judged by another page. */
const originalNames = [
  'x-original-url',
  'x-original-uri',
  'x-original-method',
  'x-forwarded-uri',
  'x-forwarded-method',
] as const

/**
 * Puts the request that a trusted proxy asks about in the place of the one that carries the question: target,
 * origin, method and route. Without any of its headers the question is about `/`.
 *
 * Fails with GW_ERR_FORBIDDEN for a peer that is not trusted, and for what no route serves; with
 * GW_ERR_REQUEST_INVALID when two headers say what was asked for; with GW_ERR_HOST_UNKNOWN and
 * GW_ERR_TARGET_REFUSED as every request does.
 */
export function readOriginal({
  peers,
  findOrigin,
  findRoute,
  log,
}: {
  peers: Pick<Peers, 'isTrusted'>
  findOrigin: FindOrigin
  findRoute: FindRoute
  log: Pick<Log, 'warn'>
}): onRequestHookHandler {
  return (request, _reply, done) => {
    const asksAbout = originalNames.some(name => request.headers[name] !== undefined)
    if (asksAbout && !peers.isTrusted(request.raw)) {
      const peer = request.raw.socket.remoteAddress
      log.warn({ id: request.id, peer }, 'an auth request of a peer that is not in trustedProxies')
      return done(
        new GatewayError('GW_ERR_FORBIDDEN', { reason: 'the peer is not in trustedProxies' }),
      )
    }
    try {
      const { host, uri, method } = originalOf(request)
      const origin = findOrigin(host)
      if (origin === null) throw new GatewayError('GW_ERR_HOST_UNKNOWN')
      request.target = parseRequestTarget(uri)
      request.browser = { ...request.browser, ...origin }
      request.originalMethod = method
      const find = (method: string) =>
        findRoute({ host: splitHost(host).name, method, target: request.target })
      const asked = methodOfPreflight(method, request.headers)
      const found = (asked === null ? null : find(asked)?.preflights) ?? find(method)
      if (found === null)
        throw new GatewayError('GW_ERR_FORBIDDEN', { reason: 'no route serves it' })
      request.route = found
      done()
    } catch (error) {
      done(error as Error)
    }
  }
}

/** The first that is there: an absolute URL, a target with its host beside it, or nothing. */
function originalOf({ headers }: FastifyRequest): { host: string; uri: string; method: string } {
  const one = (name: string) => headers[name]?.toString() || undefined
  const uris = ['x-original-url', 'x-original-uri', 'x-forwarded-uri'].filter(name => one(name))
  const methods = ['x-original-method', 'x-forwarded-method'].filter(name => one(name))
  if (uris.length > 1 || methods.length > 1) {
    // Proxies pass on what they do not know: one of the two is the client's, and nobody can tell which.
    const reason = `expected one of ${[...uris, ...methods].join(', ')}; let the proxy remove the others`
    throw new GatewayError('GW_ERR_REQUEST_INVALID', { reason })
  }
  const host = one('x-forwarded-host') ?? headers.host ?? ''
  const uri = one('x-original-url') ?? one('x-original-uri') ?? one('x-forwarded-uri') ?? '/'
  const method = (one('x-original-method') ?? one('x-forwarded-method') ?? 'GET').toUpperCase()
  // Cut by hand: a parser would mend what has to be refused.
  const [, urlHost, rest] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(uri) ?? []
  if (urlHost === undefined) return { host, uri, method }
  return { host: urlHost, uri: rest || '/', method }
}

/**
 * Answers 202 with the identity in headers, 401 with the login start in `X-Gateway-Login`, or 403. `redirect=1`: 302 to the login start for navigations;
 * `allowed_groups=a,b`: membership of one of them is needed as well.
 */
export function forwardAuthEndpoint({
  callerLines,
  judge,
  startPath,
}: {
  callerLines: CallerLines
  judge: JudgeRequest
  startPath: string
}): RouteHandlerMethod {
  return async (request, reply) => {
    const { caller, route, session, originalMethod, headers } = request
    const wanted = groupsAskedFor(request)
    if (!judge(request) || (wanted !== null && caller === null)) {
      const mayGo =
        queryOf(request).get('redirect') === '1' && isNavigation(originalMethod, headers)
      // Who is signed in and has to sign in did so too long ago. Who only lacks a scope of the route proved who they are.
      const again = session !== null && request.decision === 'login'
      const login = loginFor(request, startPath, again)
      if (mayGo && headers.authorization === undefined) {
        const { origin } = request.browser
        return reply.header('cache-control', 'no-store').redirect(origin + login, 302)
      }
      reply.header('x-gateway-login', login)
      throw new GatewayError('GW_ERR_LOGIN_REQUIRED')
    }
    if (wanted !== null && !caller?.identity.groups.some(group => wanted.includes(group))) {
      throw forbidden(route, 'in none of allowed_groups')
    }
    addLines(reply, callerLines(caller, route))
    return reply.code(202).header('cache-control', 'no-store').send('')
  }
}

/** Whether the answer depends on who somebody is: by the rule, or by the groups asked for. Preflights are nobody's. */
export function isCallerWanted(request: FastifyRequest): boolean {
  const { route, originalMethod, headers } = request
  if (methodOfPreflight(originalMethod, headers) !== null) return false
  return route.needsUser || groupsAskedFor(request) !== null
}

function queryOf({ url }: FastifyRequest): URLSearchParams {
  return new URLSearchParams(url.split('?')[1] ?? '')
}

/** As oauth2-proxy has it: any of the names, whole and with their case. Null where none are asked for. */
function groupsAskedFor(request: FastifyRequest): readonly string[] | null {
  const asked = queryOf(request).getAll('allowed_groups')
  if (asked.length === 0) return null
  return asked.flatMap(list => list.split(',')).filter(name => name !== '')
}

/** The login start that comes back to the page. A proxy that builds it itself has no way to encode the page (nginx). */
function loginFor({ target }: FastifyRequest, startPath: string, again: boolean): string {
  const returnTo = encodeURIComponent(fitReturnTo(target))
  return `${startPath}?rd=${returnTo}${again ? '&prompt=login' : ''}`
}

function addLines(reply: FastifyReply, lines: readonly string[]): void {
  for (let at = 0; at < lines.length; at += 2) {
    reply.header(lines[at] as string, lines[at + 1] as string)
  }
}
