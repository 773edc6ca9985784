// The only place where rooms are built and where one room's skill is handed to another.
import { compileAccess, reportOnly } from './access/policy.js'
import { createBearerCallers } from './cognito/bearer.js'
import { createCall } from './cognito/call.js'
import { toIdentity } from './cognito/claims.js'
import { type CognitoClient, createCognitoClient } from './cognito/client.js'
import { createClockWatch } from './cognito/clock-watch.js'
import { logoutUrl, resolveEndpoints } from './cognito/endpoints.js'
import { explainCallbackError, toReason } from './cognito/explain.js'
import { createUserPool } from './cognito/user-pool.js'
import { createTokenVerifier } from './cognito/verifier.js'
import type { Config } from './config.js'
import type { ReadinessCheck } from './endpoints/admin.js'
import type { CallerLines } from './endpoints/forward-auth.js'
import { createPaths } from './endpoints/paths.js'
import type { Pass, Passage } from './endpoints/proxied.js'
import type { OpenTunnel } from './endpoints/upgrade.js'
import { GatewayError } from './errors.js'
import {
  createIdentityLines,
  type IdentityLines,
  type OnLeftOut,
} from './identity-headers/inject.js'
import { createOwned, normalise } from './identity-headers/owned.js'
import type { Style } from './identity-headers/style.js'
import { claimHeaders } from './identity-headers/styles/claim-headers.js'
import { styles } from './identity-headers/styles/table.js'
import { isGatewayCookie } from './lib/cookie-jar.js'
import { createLimiter } from './lib/limiter.js'
import { createNowAndThen, type NowAndThen } from './lib/now-and-then.js'
import { createOriginFinder } from './lib/public-origin.js'
import type { RedisConnection } from './lib/redis.js'
import { createSealer, type Sealer } from './lib/sealer.js'
import { createPeers, type Peers } from './lib/trusted-peers.js'
import { openViews, viewsFolder } from './lib/views.js'
import type { Log } from './log.js'
import { createAfterSignOut } from './login/after-sign-out.js'
import { createLoginFlow } from './login/flow.js'
import { createRounds } from './login/rounds.js'
import { createTransactions } from './login/transaction.js'
import type { Clock, Route, TokenSet } from './model.js'
import { forward } from './proxy/forward.js'
import { createTunnels } from './proxy/tunnel.js'
import { createUpstreams, type Upstreams } from './proxy/upstreams.js'
import { createWay, type Way } from './proxy/way.js'
import { createRouteFinder } from './routing/finder.js'
import { compileRoutes } from './routing/table.js'
import { createBackOff } from './session/back-off.js'
import { createBrowserSessions } from './session/browser-session.js'
import { createEndedSessions } from './session/ended.js'
import { createEndedFeed } from './session/ended-feed.js'
import { createEndings } from './session/endings.js'
import { keepTokens } from './session/keep.js'
import { type Limits, remainingSeconds } from './session/lifetime.js'
import { createRefresher } from './session/refresh.js'
import { createRevocation, type RevokeToken } from './session/revocation.js'
import { createSessionWatch } from './session/session-watch.js'
import type { SessionStore } from './session/store.js'
import { createCookieStore } from './session/stores/cookie.js'
import { createRedisStore } from './session/stores/redis.js'

/** Everything the listeners need, built. */
export type Services = Awaited<ReturnType<typeof createServices>>

const cognitoTimeoutMs = 10_000
const keysTimeoutMs = 3000
/** Refreshes at once and waiting: Cognito allows 120 a second for an account (quota `UserAuthentication`). */
const maxTokenCalls = 30
const maxWaitingTokenCalls = 5000
const maxRevocations = 10
const maxWaitingRevocations = 100_000
/** What goes on failing is written down this often. */
const logPauseMs = 60_000
const firstHydrationRetryMs = 1000
const lastHydrationRetryMs = 30_000

/** Builds all rooms from checked settings. @param clock  moved by tests */
export async function createServices(config: Config, log: Log, clock: Clock = systemClock) {
  const paths = createPaths(config.paths)
  const endpoints = resolveEndpoints(config.cognito)
  const sealer = createSealer(config.secrets)
  const views = openViews(viewsFolder, ["'self'", new URL(endpoints.logout).origin])

  const client = createCognitoClient({
    settings: config.cognito,
    endpoints,
    call: createCall(config.cognito, cognitoTimeoutMs),
    log,
  })
  const verifier = createTokenVerifier({
    endpoints,
    clientId: config.cognito.clientId,
    bearerClientIds: config.cognito.bearerClientIds ?? [config.cognito.clientId],
    call: createCall(config.cognito, keysTimeoutMs),
    clock,
  })
  const pool = createUserPool({
    client,
    verifier,
    compareClocks: createClockWatch({ clock, sometimes: createNowAndThen(logPauseMs), log }),
  })

  const keep = <Verified extends { tokens: TokenSet }>(verified: Verified): Verified => ({
    ...verified,
    tokens: keepTokens(verified.tokens, config.session.keep),
  })
  const limits = limitsOf(config)
  const sessionKeeping = await openStore({ config, sealer, limits, clock, log })
  const { store } = sessionKeeping
  const limitTokenCalls = createLimiter({
    concurrency: maxTokenCalls,
    waiting: maxWaitingTokenCalls,
    onFull: () =>
      new GatewayError('GW_ERR_COGNITO_UNAVAILABLE', { reason: 'too many refreshes wait' }),
  })
  const revoke = createRevocation({ revokeToken: limitRevocations(client), log })
  const refresher = createRefresher({
    store,
    revoke,
    renewTokens: async session => {
      const renewed = await limitTokenCalls(() => pool.renewTokens(session))
      return renewed && keep(renewed)
    },
    backOff: createBackOff({ clock }),
    ttlSeconds: session => remainingSeconds(session, limits, clock()),
    clock,
  })
  const endings = createEndings()
  const sessions = createBrowserSessions({
    store: endings.announcedBy(store),
    refresher,
    revoke,
    limits,
    endsWithBrowser: config.session.endsWithBrowser,
    maxCookieBytes: config.session.maxCookieBytes,
    sometimes: createNowAndThen(logPauseMs),
    clock,
    log,
  })

  const login = createLoginFlow({
    transactions: createTransactions({ sealer, clock }),
    rounds: createRounds({ sealer, clock }),
    callbackPath: paths.callback,
    buildAuthorizationUrl: client.authorizationUrl,
    redeemCode: async callback => keep(await pool.redeemCode(callback)),
    explainCallbackError: (error, description) => {
      const explanation = explainCallbackError(error, description)
      return { code: explanation.code, reason: toReason(explanation, error, description) }
    },
  })

  const isOwnPath = (path: string) =>
    path === config.paths.prefix ||
    path.startsWith(`${config.paths.prefix}/`) ||
    path === paths.callback ||
    path === paths.resourceMetadata
  const peers = createPeers(config.trustedProxies)
  const routes = config.routes.map(settings => ({
    settings,
    route: toRoute(settings, config.mode, clock),
  }))
  const passage = createPassage(config, routes, peers, log)
  const hydration = keepTrying(() => verifier.hydrate(), log)
  const readiness: ReadinessCheck[] = [
    { name: 'keys', check: () => verifier.hydrate() },
    { name: 'sessions', check: () => store.ping() },
  ]

  return {
    paths,
    views,
    log,
    clock,
    limits,
    login,
    sessions,
    watchSession: createSessionWatch({ endings, peek: sessions.peek, limits, clock, log }),
    afterSignOut: createAfterSignOut({ sealer, clock }),
    buildLogoutUrl: (logoutUri: string) => logoutUrl(endpoints, config.cognito.clientId, logoutUri),
    peers,
    callerLines: createCallerLines(config, log),
    findBearer: createBearerCallers({ verifier, clock }).find,
    issuer: endpoints.issuer,
    scopes: config.cognito.scopes,
    findOrigin: createOriginFinder(config.url),
    findRoute: createRouteFinder({
      find: compileRoutes(routes.map(({ settings, route }) => ({ match: settings, route }))),
      isOwnPath,
    }),
    isOwnPath,
    ownOrigins: config.url,
    returnTo: {
      ownOrigins: config.url,
      allowedOrigins: config.login.returnTo,
      passingPaths: new Set([
        paths.start,
        paths.signIn,
        paths.callback,
        paths.signOut,
        paths.signedOut,
      ]),
    },
    pass: passage.pass,
    openTunnel: passage.openTunnel,
    closeTunnels: passage.closeTunnels,
    readiness,
    async close() {
      hydration.stop()
      await passage.close()
      await sessionKeeping.close()
    },
  }
}

/** What has to be registered at the app client, for every public origin. */
export function urlsToRegister({ url, paths }: Pick<Config, 'url' | 'paths'>): {
  redirectUris: string[]
  signOutUrls: string[]
} {
  const { callback, signedOut } = createPaths(paths)
  return {
    redirectUris: url.map(origin => origin + callback),
    signOutUrls: url.map(origin => origin + signedOut),
  }
}

/** How long sessions live. */
export function limitsOf({ session, cognito }: Pick<Config, 'session' | 'cognito'>): Limits {
  return {
    idleSeconds: session.idle,
    maxSeconds: Math.min(session.max, cognito.refreshTokenValidity),
    refreshBeforeSeconds: session.refreshBefore,
  }
}

/** Ending many sessions must not take the token endpoint from those who sign in. */
export function limitRevocations({ revoke }: Pick<CognitoClient, 'revoke'>): RevokeToken {
  const limit = createLimiter({
    concurrency: maxRevocations,
    waiting: maxWaitingRevocations,
    onFull: () =>
      new GatewayError('GW_ERR_COGNITO_UNAVAILABLE', { reason: 'too many revocations wait' }),
  })
  return token => limit(() => revoke(token))
}

/** Where sessions are kept, and what tells other processes of their ends. */
export async function openStore({
  config: { session },
  sealer,
  limits: { maxSeconds },
  clock,
  log,
}: {
  config: Pick<Config, 'session'>
  sealer: Sealer
  limits: Limits
  clock: Clock
  log: Log
}): Promise<{ store: SessionStore; settle: () => Promise<void>; close: () => Promise<void> }> {
  const redis = session.redis.url === undefined ? null : await openRedis(session, log)
  const { prefix } = session.redis
  const ended = createEndedSessions(clock, { notBefore: session.notBefore ?? 0 })
  const common = { sealer, readIdentity: toIdentity, ended, maxSeconds, clock }
  if (redis === null) {
    const store = createCookieStore(common)
    return { store, settle: async () => {}, close: async () => {} }
  }
  if (session.store === 'redis') {
    const store = createRedisStore({ ...common, redis, prefix, log })
    return { store, settle: async () => {}, close: () => redis.close() }
  }
  const sometimes = createNowAndThen(logPauseMs)
  const feed = createEndedFeed({
    stream: redis,
    key: `${prefix}ended`,
    sealer,
    ended,
    onFailure: error =>
      sometimes(unsaid =>
        log.warn({ err: error, unsaid }, 'ended sessions are not shared while Redis is away'),
      ),
  })
  const close = async () => {
    feed.close()
    await redis.close()
  }
  const store = createCookieStore({ ...common, addEnding: feed.add })
  return { store, settle: feed.exchange, close }
}

/**
 * Connects in the background; until then sessions cannot be read and `/readyz` says so. The client is loaded
 * on demand: it is memory that a gateway with sessions in cookies does not need.
 */
export async function openRedis({ redis }: Config['session'], log: Log): Promise<RedisConnection> {
  const { url, timeout, ca, cert, key } = redis
  if (url === undefined) throw new TypeError('session.redis.url was checked with the settings')
  const { connectRedis } = await import('./lib/redis.js')
  return connectRedis({
    ...url,
    tls: url.tls ? { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) } : null,
    timeoutMs: timeout,
    onError: nowAndThenEach((err, reason, unsaid) =>
      log.warn({ err, reason, unsaid }, 'Redis cannot be used; trying again'),
    ),
  })
}

type TellFailure = (error: Error, reason: string | undefined, unsaid: number) => void

const maxFailuresAtOnce = 20

/** A server that is away says so at every attempt; the log need not. Another failure is told at once. */
function nowAndThenEach(tell: TellFailure): (error: Error, reason: string | undefined) => void {
  const known = new Map<string, NowAndThen>()
  return (error, reason) => {
    const failure = reason ?? error.message
    if (known.size >= maxFailuresAtOnce) known.clear()
    const sometimes = known.get(failure) ?? createNowAndThen(logPauseMs)
    known.set(failure, sometimes)
    sometimes(unsaid => tell(error, reason, unsaid))
  }
}

/** What time it is, NumericDate seconds. */
export function systemClock(): number {
  return Math.floor(Date.now() / 1000)
}

type RouteSettings = Config['routes'][number]

interface CompiledRoute {
  readonly settings: RouteSettings
  readonly route: Route
}

function toRoute(settings: RouteSettings, usualMode: Config['mode'], clock: Clock): Route {
  const mode = settings.mode ?? usualMode
  const policy = compileAccess(settings.access, clock)
  const { path, host, access, websocket, tokenUse, crossSite } = settings
  const { encodedSlash, emptySegments } = settings
  return {
    name: `${host ?? ''}${path}`,
    ...(mode === 'report' && access !== 'deny' ? reportOnly(policy) : policy),
    explain: settings.explain ?? null,
    upgrades: websocket,
    tokenUse,
    allowsCrossSite: crossSite === 'allow',
    encodedSlash,
    emptySegments,
  }
}

interface Ways {
  readonly pass: Pass
  readonly openTunnel: OpenTunnel
  readonly closeTunnels: () => void
  readonly close: () => Promise<void>
}

/** The way through to applications: headers of one room, connections of another. */
function createPassage(
  config: Config,
  routes: readonly CompiledRoute[],
  peers: Peers,
  log: Log,
): Ways {
  const upstreams = createUpstreams({ maxTunnels: config.websocket.max })
  const tunnels = createTunnels({
    idleMs: config.websocket.idle * 1000,
    ownCloseCodes: config.websocket.closeCodes,
  })
  const show = createShow(config, log)
  const ways = new Map(
    routes.flatMap(({ settings, route }) => {
      const way = toWay(settings, config.url, upstreams, show.isOwned)
      return way === null ? [] : [[route, { ...way, identityLines: show.linesFor(settings) }]]
    }),
  )
  const nobody: readonly string[] = []

  /** What requests and upgrades have in common. */
  function prepare({ request, response, route, target, caller, cookie, ...rest }: Passage) {
    const way = ways.get(route)
    const from = way?.from.get(rest.origin)
    if (way === undefined || from === undefined) {
      throw new Error('a route without upstream admitted a request')
    }
    const headers = way.buildHeaders(request.rawHeaders, {
      cookie,
      forwarding: from.lines,
      identity: caller === null ? nobody : way.identityLines(caller),
      peer: peers.forwardedFor(request),
      requestId: rest.requestId,
    })
    return {
      request,
      response,
      target: way.rewrite === null ? target : way.rewrite(target),
      headers,
      upstream: way.upstream,
      setCookies: rest.setCookies,
      isGatewayCookie,
      editAnswer: from.editAnswer,
      timeoutMs: way.timeoutMs,
      idleMs: way.idleMs,
      maxBodyBytes: way.maxBodyBytes,
      onFailure: rest.onFailure,
    }
  }

  return {
    pass(passage) {
      try {
        forward(prepare(passage))
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
    closeTunnels: () => tunnels.close(),
    close: () => upstreams.close(),
  }
}

/** How people are shown to applications, by the settings of all routes and those of one. */
function createShow({ identity }: Config, log: Log) {
  const own = Object.keys(identity.headers).length > 0 ? [claimHeaders(identity.headers)] : []
  const shown: readonly Style[] = [...identity.style.map(name => styles[name]), ...own]
  const known = new Map<string, IdentityLines>()
  return {
    isOwned: createOwned(shown.flatMap(({ owns }) => owns)),

    /** Routes that say the same share their lines. */
    linesFor({ groups, maxIdentityBytes: maxBytes }: RouteSettings): IdentityLines {
      const settings = { ...identity, onlyGroups: groups?.only, maxBytes }
      const key = JSON.stringify([groups, maxBytes])
      const lines = known.get(key) ?? createIdentityLines(shown, settings, sayLeftOut(log))
      known.set(key, lines)
      return lines
    },
  }
}

function sayLeftOut(log: Log): OnLeftOut {
  return (header, { subject }) =>
    log.warn({ header, sub: subject }, 'identity header left out: its value cannot be sent')
}

/** The identity as a proxy gets it for its own use: as applications do, and under the names of auth requests. */
function createCallerLines({ identity }: Config, log: Log): CallerLines {
  const own = Object.keys(identity.headers).length > 0 ? [claimHeaders(identity.headers)] : []
  const named = new Set<Style>([styles.forwarded, styles['auth-request']])
  for (const name of identity.style) named.add(styles[name])
  const shown = [...named, ...own]
  const names = shown.flatMap(({ owns }) => owns)
  const linesOf = createIdentityLines(shown, identity, sayLeftOut(log))
  return caller => {
    const lines = caller === null ? [] : linesOf(caller)
    const absent = names.filter(name => !lines.includes(name))
    return [...lines, ...absent.flatMap(name => [name, ''])]
  }
}

/** Null where everything is refused. */
function toWay(
  settings: RouteSettings,
  publicOrigins: readonly string[],
  upstreams: Upstreams,
  owns: (name: string) => boolean,
): Way | null {
  const { path, upstream, timeout, tls, stripPrefix = true, rewrite = '/' } = settings
  if (upstream === undefined) return null
  const isMoved = settings.stripPrefix !== undefined || settings.rewrite !== undefined
  return createWay(settings, {
    upstream: upstreams.open(upstream, { connectTimeoutMs: timeout.connect * 1000, tls }),
    prefix: isMoved ? { from: stripPrefix === true ? path : stripPrefix, to: rewrite } : null,
    publicOrigins,
    names: { isOwned: owns, fold: normalise },
  })
}

/** Runs a task until it succeeds once, with growing pauses, in the background. */
function keepTrying(task: () => Promise<void>, log: Log): { stop: () => void } {
  let timer: NodeJS.Timeout | undefined
  let pauseMs = firstHydrationRetryMs
  const attempt = () => {
    task().catch(error => {
      log.warn({ err: error }, 'keys of the user pool could not be fetched; will try again')
      timer = setTimeout(attempt, pauseMs).unref()
      pauseMs = Math.min(pauseMs * 2, lastHydrationRetryMs)
    })
  }
  attempt()
  return { stop: () => clearTimeout(timer) }
}
