// The routes, compiled: who may pass, and the way through to the application.
import { compileAccess, reportOnly } from '../access/policy.js'
import type { Config } from '../config.js'
import type { Pass, Passage } from '../endpoints/proxied.js'
import type { OpenTunnel } from '../endpoints/upgrade.js'
import { normalise } from '../identity-headers/owned.js'
import { isGatewayCookie } from '../lib/cookie-jar.js'
import { hstsName, hstsValue } from '../lib/hsts.js'
import type { Peers } from '../lib/trusted-peers.js'
import { frameAncestors } from '../lib/views.js'
import type { Clock, Route } from '../model.js'
import { withCors } from '../proxy/answer-edits.js'
import type { ExchangeWatch } from '../proxy/exchange-watch.js'
import { forward } from '../proxy/forward.js'
import { createTunnels } from '../proxy/tunnel.js'
import type { Upstreams } from '../proxy/upstreams.js'
import { createWay, type Way } from '../proxy/way.js'
import { compileCors } from '../routing/cors.js'
import type { Aws } from './aws.js'
import { createShow, type ShowParts } from './identity.js'

export type RouteSettings = Config['routes'][number]

export interface CompiledRoute {
  readonly settings: RouteSettings
  readonly route: Route
}

export function toRoute(settings: RouteSettings, usualMode: Config['mode'], clock: Clock): Route {
  const mode = settings.mode ?? usualMode
  const policy = compileAccess(settings.access, clock)
  const { path, host, access, websocket, tokenUse, crossSite, sigv4 } = settings
  const { encodedSlash, emptySegments, keepFragment } = settings
  const cors = compileCors(settings.cors, settings.methods)
  const route: Route = {
    name: `${host ?? ''}${path}`,
    ...(mode === 'report' && access !== 'deny' ? reportOnly(policy) : policy),
    login: settings.login,
    explain: settings.explain ?? null,
    // A signature is for one request with one answer.
    upgrades: websocket && sigv4 === undefined,
    tokenUse,
    allowsCrossSite: crossSite === 'allow',
    keepsFragment: keepFragment,
    encodedSlash,
    emptySegments,
    crossOrigin: cors === 'application' ? null : cors,
    preflights: null,
  }
  // Nothing is looked up for a preflight, so that nobody's name can go along.
  const open = compileAccess('public', clock)
  return cors === 'application' && access !== 'deny'
    ? { ...route, preflights: { ...route, ...open } }
    : route
}

interface Ways {
  readonly pass: Pass
  readonly openTunnel: OpenTunnel
  /** Tells WebSockets and event streams to connect again. */
  readonly closeStreams: () => void
  readonly close: () => Promise<void>
}

/** The way through to applications: headers of one room, connections of another. */
export function createPassage({
  showParts,
  routes,
  upstreams,
  peers,
  watchRoute,
  ownsTrace,
  aws,
}: {
  showParts: ShowParts
  routes: readonly CompiledRoute[]
  upstreams: Upstreams
  peers: Peers
  /** Who is told how the exchanges of a route go. */
  watchRoute: (route: Route, upstream: string) => ExchangeWatch
  /** Whether the gateway says which trace a request belongs to, and nobody else. */
  ownsTrace: boolean
  aws: Aws | null
}): Ways {
  const { config } = showParts
  const tunnels = createTunnels({
    idleMs: config.websocket.idle * 1000,
    ownCloseCodes: config.websocket.closeCodes,
  })
  const show = createShow(showParts)
  const isOwned = ownsTrace
    ? (name: string) => isTraceName(name) || show.isOwned(name)
    : show.isOwned
  const ways = new Map(
    routes.flatMap(({ settings, route }) => {
      const way = toWay(settings, config, upstreams, isOwned)
      if (way === null) return []
      const watch = watchRoute(route, way.upstream.place)
      const identityLines = show.linesFor(settings, route.name)
      const forwardSigned = aws?.signedWay(settings) ?? null
      const shown = { ...way, identityLines, watch, forwardSigned }
      if (route.preflights === null) return [[route, shown] as const]
      // Nobody sends a preflight, and nobody has nothing to sign with.
      const unsigned = { ...shown, forwardSigned: null }
      return [[route, shown] as const, [route.preflights, unsigned] as const]
    }),
  )
  const nobody: readonly string[] = []

  /** What requests and upgrades have in common. */
  function prepare(passage: Passage) {
    const { request, response, route, target, caller } = passage
    const way = ways.get(route)
    const from = way?.from.get(passage.origin)
    if (way === undefined || from === undefined) {
      throw new Error('a route without upstream admitted a request')
    }
    const headers = way.buildHeaders(request.rawHeaders, {
      cookie: passage.cookie,
      forwarding: passage.traceLines === null ? from.lines : [...from.lines, ...passage.traceLines],
      identity: caller === null ? nobody : way.identityLines(caller),
      peer: peers.forwardedFor(request),
      requestId: passage.requestId,
    })
    return {
      request,
      response,
      target: way.rewrite === null ? target : way.rewrite(target),
      headers,
      upstream: way.upstream,
      setCookies: passage.setCookies,
      isGatewayCookie,
      editAnswer:
        route.crossOrigin === null
          ? from.editAnswer
          : withCors(from.editAnswer, route.crossOrigin.linesFor(request.headers.origin)),
      timeoutMs: way.timeoutMs,
      idleMs: way.idleMs,
      maxBodyBytes: way.maxBodyBytes,
      begunMs: passage.begunMs,
      watch: way.watch,
      onFailure: passage.onFailure,
    }
  }

  return {
    pass(passage) {
      try {
        const forwardSigned = ways.get(passage.route)?.forwardSigned ?? null
        if (forwardSigned === null) forward(prepare(passage))
        else forwardSigned(prepare(passage), passage.caller)
      } catch (error) {
        passage.onFailure(error)
      }
    },
    openTunnel(passage, protocol, watch) {
      try {
        tunnels.open({ ...prepare(passage), protocol, watch })
      } catch (error) {
        passage.onFailure(error)
      }
    },
    closeStreams() {
      tunnels.close()
      upstreams.endEventStreams()
    },
    close: () => upstreams.close(),
  }
}

/** W3C Trace Context. */
function isTraceName(name: string): boolean {
  return /^trace(?:parent|state)$/i.test(name)
}

/** The way of one route; null where everything is refused. */
export function toWay(
  settings: RouteSettings,
  {
    url: publicOrigins,
    embedding: { ancestors },
    tls: { hsts },
  }: Pick<Config, 'url' | 'embedding' | 'tls'>,
  upstreams: Upstreams,
  owns: (name: string) => boolean,
): Way | null {
  const { path, upstream, timeout, tls, stripPrefix = true, rewrite = '/' } = settings
  if (upstream === undefined) return null
  const isMoved = settings.stripPrefix !== undefined || settings.rewrite !== undefined
  // The host that is signed has to be the one that is asked.
  const hostHeader = settings.sigv4 === undefined ? settings.hostHeader : 'upstream'
  return createWay(
    { ...settings, hostHeader },
    {
      upstream: upstreams.open(upstream, { connectTimeoutMs: timeout.connect * 1000, tls }),
      prefix: isMoved ? { from: stripPrefix === true ? path : stripPrefix, to: rewrite } : null,
      publicOrigins,
      answerLines:
        ancestors.length === 0 ? [] : ['Content-Security-Policy', frameAncestors(ancestors)],
      answerHeaders: hsts === undefined ? {} : { [hstsName]: hstsValue(hsts) },
      names: { isOwned: owns, fold: normalise },
    },
  )
}
