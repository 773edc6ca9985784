// The only place, with services/, where rooms are built and where one room's skill is handed to another.
import { createCall } from './cognito/call.js'
import { createClockWatch } from './cognito/clock-watch.js'
import { resolveEndpoints } from './cognito/endpoints.js'
import { explainCallbackError, toReason } from './cognito/explain.js'
import { createTokenVerifier } from './cognito/verifier.js'
import type { Config } from './config.js'
import { formPage } from './endpoints/account.js'
import { createIsOwnPath, createPaths } from './endpoints/paths.js'
import { createNowAndThen } from './lib/now-and-then.js'
import { createOriginFinder } from './lib/public-origin.js'
import { type ReadinessCheck, runChecks } from './lib/readiness.js'
import { createSealer } from './lib/sealer.js'
import { systemClock } from './lib/system-clock.js'
import { createPeers } from './lib/trusted-peers.js'
import type { Log } from './log.js'
import { createAfterSignOut } from './login/after-sign-out.js'
import { createLoginFlow } from './login/flow.js'
import { createRounds } from './login/rounds.js'
import { createTransactions } from './login/transaction.js'
import type { Clock } from './model.js'
import { createPages } from './pages/pages.js'
import { createRouteFinder } from './routing/finder.js'
import { compileRoutes } from './routing/table.js'
import { openAppClients } from './services/app-clients.js'
import { openAws } from './services/aws.js'
import { createCallerLines } from './services/identity.js'
import { keepTrying } from './services/keep-trying.js'
import { lookAgainForKeys } from './services/keys-again.js'
import { createLasting, type Lasting } from './services/lasting.js'
import { openObservation } from './services/observation.js'
import { createKeep, createSessionServices } from './services/sessions.js'
import { createSigning } from './services/signing.js'
import { limitsOf, openStore } from './services/store.js'
import { openUpstreams } from './services/upstreams.js'
import { createPassage, toRoute } from './services/ways.js'
import { createExtraScopes, createWishesAt } from './services/wishes.js'

/** Everything the listeners need, built. */
export type Services = Awaited<ReturnType<typeof createServices>>

const cognitoTimeoutMs = 10_000
const keysTimeoutMs = 3000
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
  const { metrics, drain } = lasting
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
  const observation = await openObservation(config, metrics, peers, log)
  const { record, callToken } = observation

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

  const limits = limitsOf(config)
  const keeping = await openStore({
    config,
    sealer,
    limits,
    memory: lasting.sessions,
    clock,
    log,
    onCommandEnd: metrics.countRedisCommand,
  })
  const { settle, ...sessionServices } = createSessionServices({
    config,
    lasting,
    keeping,
    clients,
    forgetting: aws?.forgettingEnded ?? same,
    callToken,
    record,
    limits,
    clock,
    log,
  })

  const keep = createKeep(config)
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
    watchRoute: observation.watchRoute,
    ownsTrace: observation.ownsTrace,
  })
  const hydration = keepTrying(() => verifier.hydrate(), log)
  const keys = lookAgainForKeys(verifier.renew, log)
  const begin = () => {
    metrics.watchSessions(keeping.store.count)
    metrics.watchMemories({
      sessions: keeping.store.memoryUse,
      bearer_tokens: clients.bearerMemory,
    })
    const { store, keep: carried } = config.session
    const { userPoolId } = config.cognito
    record('settings_loaded', { more: { url: config.url, userPoolId, store, carried } })
  }
  if (given === undefined) begin()
  const readiness: ReadinessCheck[] = [
    { name: 'stays', check: drain.check },
    { name: 'keys', check: () => verifier.hydrate() },
    { name: 'sessions', check: () => keeping.store.ping() },
  ]

  return {
    paths,
    pages,
    log,
    clock,
    limits,
    hsts: config.tls.hsts,
    login,
    ...sessionServices,
    afterSignOut: createAfterSignOut({ sealer, clock }),
    buildLogoutUrl: clients.buildLogoutUrl,
    peers,
    callerLines: createCallerLines(showParts),
    findBearer: clients.findBearer,
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
    wishesAt: createWishesAt(
      findRoute,
      config.url,
      new Map([
        [paths.landing, 'rd'],
        [paths.account, formPage],
      ]),
    ),
    extraScopes: createExtraScopes(
      routes.map(({ settings: { host }, route }) => ({ host, route })),
      config.url,
      sessionServices.sessions.peek,
    ),
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
    /** Writes the audit to the file that now has its name. */
    reopenAudit: observation.reopenAudit,
    /** Looks for new keys of the user pool; those that are there serve on when that fails. */
    renewKeys: verifier.renew,
    /** To be called once these serve, where they replace others. */
    begin,
    metrics,
    record,
    requestLog: observation.requestLog,
    tracing: observation.tracing,
    async close() {
      // A rotated refresh token is nowhere else until it is written down.
      await settle()
      await observation.close()
      hydration.stop()
      keys.stop()
      await passage.close()
      aws?.close()
      forgetLoads()
      if (given === undefined) metrics.close()
      await keeping.close()
    },
  }
}

function same<Thing>(thing: Thing): Thing {
  return thing
}
