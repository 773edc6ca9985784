// What would become of a request, told by the rooms that decide, without sending anything.
import { explainAccess, type Judged } from '../access/policy.js'
import type { Config } from '../config.js'
import { createIsOwnPath, createPaths } from '../endpoints/paths.js'
import { GatewayError } from '../errors.js'
import { createOriginFinder, splitHost } from '../lib/public-origin.js'
import { parseRequestTarget } from '../lib/request-target.js'
import { systemClock } from '../lib/system-clock.js'
import type { Log } from '../log.js'
import type { Caller, Clock, Decision, RequestTarget } from '../model.js'
import { createUpstreams } from '../proxy/upstreams.js'
import { createRouteFinder } from '../routing/finder.js'
import { compileRoutes } from '../routing/table.js'
import { createShow } from './identity.js'
import { createSigning } from './signing.js'
import { type CompiledRoute, toRoute, toWay } from './ways.js'

/** A request that somebody asks about. */
export interface Question {
  readonly method: string
  /** Host header. */
  readonly host: string
  /** The bytes of the request target. */
  readonly target: string
  /** Null for nobody. */
  readonly caller: Caller | null
}

/** What would become of it. */
export interface Explanation {
  /** Why no route is even looked for, or none is found: an error code, and what of the request is at fault. */
  readonly refused?: {
    readonly code: string
    readonly status: number
    readonly reason?: string | undefined
  }
  /** True for the gateway's own URLs. */
  readonly isOwn?: true
  readonly path?: string
  readonly route?: {
    readonly position: number
    readonly name: string
    /** The rule, and each requirement in it, for the person asked about; null for nobody. */
    readonly rule: Judged | null
    readonly decision: Decision
    /** What somebody who is not signed in would meet. */
    readonly nobody: Decision['outcome']
  }
  /** Only for what is allowed: where it would go, and what the gateway adds. */
  readonly application?: {
    readonly upstream: string
    readonly target: string
    /** Name, value, name, value, … */
    readonly headers: readonly string[]
  }
}

/** What stands where only a real request has something. */
const placeholders = { peer: '(address of the client)', requestId: '(new for each request)' }

/** Explains one request by these settings. */
export function explainRequest(
  config: Config,
  question: Question,
  { clock, log }: { clock: Clock; log: Log },
): Explanation {
  const { method, host, caller } = question
  const origin = createOriginFinder(config.url)(host)
  if (origin === null) return { refused: { code: 'GW_ERR_HOST_UNKNOWN', status: 421 } }

  const isOwnPath = createIsOwnPath(createPaths(config.paths), config.paths)
  const compiled = config.routes.map(settings => ({
    settings,
    route: toRoute(settings, config.mode, clock),
  }))
  const findRoute = createRouteFinder({
    find: compileRoutes(compiled.map(({ settings, route }) => ({ match: settings, route }))),
    isOwnPath,
  })
  try {
    const target = parseRequestTarget(question.target)
    const { path } = target
    if (target.doubt === null && isOwnPath(path)) return { isOwn: true, path }
    const route = findRoute({ host: splitHost(host).name, method, target })
    const position = compiled.findIndex(one => one.route === route)
    const found = compiled[position]
    if (found === undefined) throw new GatewayError('GW_ERR_NOT_FOUND')
    const decision = found.route.decide(caller?.identity ?? null)
    return {
      path,
      route: {
        position,
        name: found.route.name,
        rule: caller && explainAccess(found.settings.access, caller.identity, clock),
        decision,
        nobody: found.route.decide(null).outcome,
      },
      ...(decision.outcome === 'allow' && {
        application: describeApplication(
          config,
          found,
          { target, caller, origin: origin.origin },
          log,
        ),
      }),
    }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    const { code, status, reason } = error
    return { refused: { code, status, reason } }
  }
}

function describeApplication(
  config: Config,
  { settings, route }: CompiledRoute,
  { target, caller, origin }: { target: RequestTarget; caller: Caller | null; origin: string },
  log: Log,
): NonNullable<Explanation['application']> {
  const show = createShow({
    config,
    signed: createSigning(config, systemClock).signed,
    log,
    clock: systemClock,
  })
  // Connected when first used: so never.
  const way = toWay(settings, config, createUpstreams({ maxTunnels: 0 }), show.isOwned)
  const from = way?.from.get(origin)
  if (way === null || from === undefined) throw new Error(`${route.name} admits, without upstream`)
  const headers = way.buildHeaders([], {
    ...placeholders,
    cookie: null,
    forwarding: from.lines,
    identity:
      caller === null || !route.needsUser ? [] : show.linesFor(settings, route.name)(caller),
  })
  return {
    upstream: String(settings.upstream),
    target: way.rewrite === null ? target.raw : way.rewrite(target.raw),
    headers: hidden(headers, new Set(Object.keys(settings.headers.request))),
  }
}

/** Tokens that applications would believe. */
const tokenHeaders = new Set(['authorization', 'x-amzn-oidc-data', 'x-gateway-assertion'])

/** What the settings put into headers may be a password of the application's. */
function hidden(headers: readonly string[], fromSettings: ReadonlySet<string>): string[] {
  return headers.map((text, at) => {
    const name = headers[at - 1] ?? ''
    const isSecret = fromSettings.has(name) || tokenHeaders.has(name.toLowerCase())
    return at % 2 === 1 && isSecret ? '(hidden)' : text
  })
}
