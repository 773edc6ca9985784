// The only place, with services/, where rooms are built and where one room's skill is handed to another.
import { createAuditTrail } from './audit/trail.js'
import { createCall } from './cognito/call.js'
import { createClockWatch } from './cognito/clock-watch.js'
import { resolveEndpoints } from './cognito/endpoints.js'
import { explainCallbackError, toReason } from './cognito/explain.js'
import { createTokenVerifier } from './cognito/verifier.js'
import type { Config } from './config.js'
import { createIsOwnPath, createPaths } from './endpoints/paths.js'
import { GatewayError } from './errors.js'
import type { CookieSite } from './lib/cookie-jar.js'
import { createLimiter } from './lib/limiter.js'
import { createNowAndThen } from './lib/now-and-then.js'
import { createOriginFinder } from './lib/public-origin.js'
import { type ReadinessCheck, runChecks } from './lib/readiness.js'
import { createSealer } from './lib/sealer.js'
import { systemClock } from './lib/system-clock.js'
import { createPeers } from './lib/trusted-peers.js'
import { type Log, openAuditLog } from './log.js'
import { createAfterSignOut } from './login/after-sign-out.js'
import { createLoginFlow } from './login/flow.js'
import { createRounds } from './login/rounds.js'
import { createTransactions } from './login/transaction.js'
import type { Clock, TokenSet } from './model.js'
import { createPages } from './pages/pages.js'
import { createRouteFinder } from './routing/finder.js'
import { compileRoutes } from './routing/table.js'
import { createAdmission } from './services/admission.js'
import { openAppClients, revokeByClient } from './services/app-clients.js'
import { auditRefreshes } from './services/audited.js'
import { openAws } from './services/aws.js'
import { createCallerLines } from './services/identity.js'
import { keepTrying } from './services/keep-trying.js'
import { createLasting, type Lasting } from './services/lasting.js'
import type { TokenGrant } from './services/login-metrics.js'
import { keepRequestTimes } from './services/request-times.js'
import { createSigning } from './services/signing.js'
import { limitRevocations, limitsOf, openStore } from './services/store.js'
import { openTracing } from './services/tracing.js'
import { openUpstreams } from './services/upstreams.js'
import { takeUserEvents } from './services/user-events.js'
import { createPassage, toRoute } from './services/ways.js'
import { createWishesAt } from './services/wishes.js'
import { createBackOff } from './session/back-off.js'
import { createBrowserSessions } from './session/browser-session.js'
import { keepTokens } from './session/keep.js'
import { remainingSeconds } from './session/lifetime.js'
import { createOtherSessions } from './session/other-sessions.js'
import { createRefresher } from './session/refresh.js'
import { createRevocation } from './session/revocation.js'
import { createSessionWatch } from './session/session-watch.js'
import { createUserChanges } from './session/user-changes.js'

/** Everything the listeners need, built. */
export type Services = Awaited<ReturnType<typeof createServices>>

const cognitoTimeoutMs = 10_000
const keysTimeoutMs = 3000
/** Refreshes at once and waiting: Cognito allows 120 a second for an account (quota `UserAuthentication`). */
const maxTokenCalls = 30
const maxWaitingTokenCalls = 5000
/** What goes on failing is written down this often. */
const logPauseMs = 60_000

/**
 * Builds all rooms from checked settings.
 *
 * @param clock    moved by tests
 * @param given    what those before knew, when settings are loaded again
 */
export async function createServices(
  config: Config,
  log: Log,
  clock: Clock = systemClock,
  given?: Lasting,
) {
  const lasting = given ?? createLasting(clock)
  const { metrics, drain, endings } = lasting
  const paths = createPaths(config.paths)
  const endpoints = resolveEndpoints(config.cognito)
  const sealer = createSealer(config.secrets)
  const pages = createPages({
    settings: config.pages,
    origins: {
      logout: new URL(endpoints.logout).origin,
      embedders: config.embedding.ancestors,
      after: [...config.url, ...config.login.returnTo],
    },
    log,
  })

  const upstreams = openUpstreams(config, log)
  const forgetLoads = lasting.watchLoads(upstreams.loads)
  const peers = createPeers(config.trustedProxies)
  const audit = openAuditLog(config.log.audit, log)
  const tracing = await openTracing(config.tracing, log)
  const { requests } = config.log
  const times = requests === 'none' ? null : keepRequestTimes(metrics.watchRoute, log)
  const callToken = <T>(grant: TokenGrant, call: () => Promise<T>): Promise<T> => {
    const timed = () => metrics.timeTokenCall(grant, call)
    if (tracing === null) return timed()
    return tracing.call('POST /oauth2/token', { 'oauth.grant_type': grant }, timed)
  }
  const record = createAuditTrail({ write: audit.write, addressOf: peers.clientAddress })

  const verifier = lasting.keepVerifier(config.cognito, () =>
    createTokenVerifier({
      endpoints,
      clientId: config.cognito.clientId,
      bearerClientIds: config.cognito.bearerClientIds ?? [config.cognito.clientId],
      call: createCall(config.cognito, keysTimeoutMs),
      clock,
      onKeysFetched: metrics.countKeyFetch,
    }),
  )
  const clients = openAppClients(config.cognito, config.url, {
    endpoints,
    verifier,
    call: createCall(config.cognito, cognitoTimeoutMs),
    compareClocks: createClockWatch({ clock, sometimes: createNowAndThen(logPauseMs), log }),
    clock,
    log,
  })

  // Before anything is opened: packages may be missing.
  const aws = await openAws(config, { issuer: endpoints.issuer, clock, log })

  const keep = <Verified extends { tokens: TokenSet }>(verified: Verified): Verified => ({
    ...verified,
    tokens: keepTokens(verified.tokens, config.session.keep),
  })
  const limits = limitsOf(config)
  const sessionKeeping = await openStore({
    config,
    sealer,
    limits,
    memory: lasting.sessions,
    clock,
    log,
    onCommandEnd: metrics.countRedisCommand,
  })
  const { store } = sessionKeeping
  const limitTokenCalls = createLimiter({
    concurrency: maxTokenCalls,
    waiting: maxWaitingTokenCalls,
    onFull: () =>
      new GatewayError('GW_ERR_COGNITO_UNAVAILABLE', { reason: 'too many refreshes wait' }),
  })
  const revoke = createRevocation({
    revokeToken: limitRevocations(revokeByClient(clients)),
    log,
  })
  const admission = createAdmission(config.login, {
    revoke: ({ identity, tokens }) => void revoke({ identity, tokens }),
    clock,
    log,
  })
  const refresher = createRefresher({
    store,
    revoke,
    renewTokens: auditRefreshes(record, async (session, _browser, onRotated) => {
      const renewed = await limitTokenCalls(() =>
        callToken('refresh_token', () =>
          clients.of(session.identity).pool.renewTokens(session, onRotated),
        ),
      )
      return renewed && admission.stays(renewed.identity) ? keep(renewed) : null
    }),
    backOff: createBackOff({ clock }),
    memory: lasting.refreshes,
    ttlSeconds: session => remainingSeconds(session, limits, clock()),
    clock,
  })
  const announced = (aws?.forgettingEnded ?? same)(endings.announcedBy(store))
  const sessions = createBrowserSessions({
    store: announced,
    refresher,
    revoke,
    limits,
    isOutdated: lasting.sessions.ended.isOutdated,
    endsWithBrowser: config.session.endsWithBrowser,
    maxCookieBytes: config.session.maxCookieBytes,
    cookieSite: cookieSiteOf(config.embedding),
    sometimes: createNowAndThen(logPauseMs),
    onRefused(session, { request }, reason) {
      metrics.countSessionEnd('refresh_refused')
      record('session_ended', { session, request, reason })
    },
    clock,
    log,
  })

  const login = createLoginFlow({
    transactions: createTransactions({ sealer, clock }),
    rounds: createRounds({ sealer, clock }),
    callbackPath: paths.callback,
    buildAuthorizationUrl: parameters => {
      metrics.countLogin('begun')
      return clients.at(parameters.redirectUri).client.authorizationUrl(parameters)
    },
    redeemCode: async callback => {
      const { pool } = clients.at(callback.callbackUrl)
      return keep(await callToken('authorization_code', () => pool.redeemCode(callback)))
    },
    explainCallbackError: (error, description) => {
      const explanation = explainCallbackError(error, description)
      return { code: explanation.code, reason: toReason(explanation, error, description) }
    },
  })

  const isOwnPath = createIsOwnPath(paths, config.paths)
  const routes = config.routes.map(settings => ({
    settings,
    route: toRoute(settings, config.mode, clock),
  }))
  const findRoute = createRouteFinder({
    find: compileRoutes(routes.map(({ settings, route }) => ({ match: settings, route }))),
    isOwnPath,
  })
  const signing = createSigning(config, clock)
  const showParts = { config, signed: signing.signed, log, clock }
  const passage = createPassage({
    aws,
    showParts,
    routes,
    upstreams,
    peers,
    watchRoute: times?.watchRoute ?? metrics.watchRoute,
    ownsTrace: tracing !== null,
  })
  const hydration = keepTrying(() => verifier.hydrate(), log)
  const begin = () => {
    metrics.watchMemories({ sessions: store.memoryUse, bearer_tokens: clients.bearerMemory })
    record('settings_loaded', {
      more: { url: config.url, userPoolId: config.cognito.userPoolId, store: config.session.store },
    })
  }
  if (given === undefined) begin()
  const readiness: ReadinessCheck[] = [
    { name: 'stays', check: drain.check },
    { name: 'keys', check: () => verifier.hydrate() },
    { name: 'sessions', check: () => store.ping() },
  ]

  return {
    paths,
    pages,
    log,
    clock,
    limits,
    hsts: config.tls.hsts,
    login,
    admit: admission.admit,
    sessions,
    otherSessions: createOtherSessions({ store: announced, revoke, limits, clock }),
    watchSession: createSessionWatch({ endings, peek: sessions.peek, limits, clock, log }),
    afterSignOut: createAfterSignOut({ sealer, clock }),
    buildLogoutUrl: clients.buildLogoutUrl,
    peers,
    callerLines: createCallerLines(showParts),
    findBearer: clients.findBearer,
    takeEvent: takeUserEvents({
      userPoolId: config.cognito.userPoolId,
      changes: createUserChanges({
        store: announced,
        addEnding: sessionKeeping.addEnding,
        knows: lasting.sessions.ended.knows,
        maxSeconds: limits.maxSeconds,
        clock,
      }),
      revoke,
      record,
      onEnded: () => metrics.countSessionEnd('user_event'),
      log,
    }),
    eventKeys: config.session.events.key ?? [],
    awsCredentials: config.aws.credentialsEndpoint ? (aws?.pool ?? null) : null,
    publishedKeys: signing.published,
    issuer: endpoints.issuer,
    scopesAt: clients.scopesAt,
    hasResourceMetadata: config.paths.resourceMetadata,
    crowd: lasting.crowd,
    signInRate: lasting.signInRate,
    bounds: config.limits,
    findOrigin: createOriginFinder(config.url, clients.ownOf),
    findRoute,
    isOwnPath,
    allowedWishes: config.login.parameters,
    wishesAt: createWishesAt(findRoute, config.url),
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
    closeStreams: passage.closeStreams,
    drain,
    checkReadiness: () => runChecks(readiness),
    /** Looks for new keys of the user pool; those that are there serve on when that fails. */
    renewKeys: verifier.renew,
    /** To be called once these serve, where they replace others. */
    begin,
    metrics,
    record,
    requestLog: times === null || requests === 'none' ? null : { which: requests, ...times },
    tracing: tracing && { tracing, continues: config.tracing.continue, peers },
    async close() {
      audit.close()
      await tracing?.close()
      hydration.stop()
      await passage.close()
      aws?.close()
      forgetLoads()
      if (given === undefined) metrics.close()
      await sessionKeeping.close()
    },
  }
}

function same<Thing>(thing: Thing): Thing {
  return thing
}

/** Cookies go along into frames only where the settings embed applications. */
function cookieSiteOf({ ancestors, partitioned }: Config['embedding']): CookieSite {
  if (ancestors.length === 0) return 'lax'
  return partitioned ? 'partitioned' : 'none'
}
