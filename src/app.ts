// The itinerary: every hook and route in the order a request meets them.
import { type IncomingMessage, METHODS } from 'node:http'
import { type FastifyInstance, fastify } from 'fastify'
import { createJudge } from './access/judge.js'
import { accountEndpoint, endOtherEndpoint, formPage, formWaits } from './endpoints/account.js'
import { healthEndpoint, metricsEndpoint, readyEndpoint } from './endpoints/admin.js'
import { awsCredentialsEndpoint } from './endpoints/aws-credentials.js'
import { callbackEndpoint } from './endpoints/callback.js'
import { eventsEndpoint } from './endpoints/events.js'
import { forwardAuthEndpoint, isCallerWanted, readOriginal } from './endpoints/forward-auth.js'
import { landingEndpoint } from './endpoints/landing.js'
import { proxied } from './endpoints/proxied.js'
import { jwksEndpoint, publicKeyEndpoint } from './endpoints/public-keys.js'
import { resourceMetadataEndpoint } from './endpoints/resource-metadata.js'
import { createReturnToJudge } from './endpoints/return-to.js'
import { signedOutEndpoint, signOutEndpoint } from './endpoints/sign-out.js'
import { startEndpoint } from './endpoints/start.js'
import { createUpgrade } from './endpoints/upgrade.js'
import { refreshEndpoint, userinfoEndpoint } from './endpoints/userinfo.js'
import { limitConnections } from './hooks/arrival.js'
import { authenticate } from './hooks/authenticate.js'
import { authorize } from './hooks/authorize.js'
import { answerBrokenRequest, refuseConnect } from './hooks/broken-request.js'
import { refuseCrossSite } from './hooks/cross-site.js'
import { createFailureAnswers } from './hooks/error-handler.js'
import { recordFailures } from './hooks/failure-record.js'
import { comeByHttpsOnly, finish } from './hooks/finish.js'
import { createFragmentKeeper } from './hooks/keep-fragment.js'
import { createFormKeeper } from './hooks/kept-form.js'
import { requestLog } from './hooks/request-log.js'
import { chooseRoute } from './hooks/route.js'
import { limitSignIns } from './hooks/sign-in-limit.js'
import { readTarget } from './hooks/target.js'
import { traceRequests } from './hooks/trace.js'
import type { DoorLimits } from './lib/door.js'
import { createRequestIds } from './lib/request-ids.js'
import type { Peers } from './lib/trusted-peers.js'
import type { Services } from './services.js'
import { noCookies } from './session/session-cookies.js'

/** What connections have to keep to, whoever listens. */
export const connectionLimits: DoorLimits = {
  /** Large enough for a browser with every cookie of a site; Node's own default is 16 KB. */
  maxHeaderSize: 32 * 1024,
  /** A request head that takes longer is an attack or a dead client. */
  headersTimeout: 15_000,
  /** How often connections are held against their deadlines. */
  connectionsCheckingInterval: 5000,
  /** Longer than AWS ALB's 60 s, so that the load balancer closes idle connections and not we. */
  keepAliveTimeout: 75_000,
  /** Node's own answer has no id and stands in no log; hooks/target gives one. */
  requireHostHeader: false,
}

/** No route of ours has a schema; without these Fastify loads what compiles schemas, some megabytes. */
const schemaController = {
  compilersFactory: { buildValidator: refuseSchema, buildSerializer: refuseSchema },
}

/**
 * The gateway's listener, ready to listen.
 *
 * The way of a request: one reading of its target and host · the gateway's own endpoints, or the route ·
 * who is it · may they · forward.
 */
export function createApp(services: Services): FastifyInstance {
  const { paths, record } = services
  const { keepAliveTimeout, ...http } = connectionLimits
  const failures = createFailureAnswers({
    ...services,
    record: recordFailures({ ...services.metrics, callbackPath: paths.callback, record }),
    startPath: paths.start,
    signOutPath: paths.signOut,
  })
  const nextId = createRequestIds()
  const app = fastify({
    logger: false,
    schemaController,
    genReqId: raw => requestIdOf(raw, services.peers, nextId),
    exposeHeadRoutes: false,
    // What still comes in while we close is served: its sender could not know.
    return503OnClosing: false,
    // Streams and slow uploads take as long as they take; only the head has a deadline.
    requestTimeout: 0,
    keepAliveTimeout,
    http,
    routerOptions: { maxParamLength: http.maxHeaderSize },
    clientErrorHandler: answerBrokenRequest(services),
    frameworkErrors: (error, request, reply) => void failures.handle(error, request, reply),
  })
  const arrive = limitConnections({
    ...services,
    most: services.bounds.connectionsPerAddress,
    count: services.metrics.countConnectionRefused,
  })
  app.server.on('connection', arrive)
  // Behind a door connections come to another server.
  app.server.on('arrival', arrive)
  app.server.on('connect', refuseConnect(services))
  // Left alone, Node asks for the body before there is a decision, and answers other expectations by itself.
  app.server.on('checkContinue', (request, response) => app.routing(request, response))
  app.server.on('checkExpectation', (request, response) => app.routing(request, response))
  app.decorateRequest('begunMs', 0)
  app.decorateRequest('target', null as never)
  app.decorateRequest('browser', null as never)
  app.decorateRequest('applicationCookies', null)
  app.decorateRequest('route', null as never)
  app.decorateRequest('originalMethod', 'GET')
  app.decorateRequest('routeHost', '')
  app.decorateRequest('caller', null)
  app.decorateRequest('session', null)
  app.decorateRequest('wanted', null)
  app.decorateRequest('sessionCookies', noCookies)
  app.decorateRequest('decision', null)
  app.decorateRequest('traceLines', null)
  // No endpoint of ours reads a body of whatever type, before it knows from whom it is.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null))
  app.setErrorHandler(failures.handle)

  const upgrade = createUpgrade({ ...services, writeFailure: failures.write })
  app.server.on('upgrade', upgrade.receive(app))
  app.addHook('preClose', async () => services.closeStreams())

  if (services.requestLog !== null) app.addHook('onRequest', requestLog(services.requestLog))
  app.addHook('onRequest', readTarget({ ...services, isLeaving: services.drain.begun }))
  app.addHook('onRequest', upgrade.judge)
  app.addHook('onSend', finish)
  const { hsts } = services
  if (hsts !== undefined) app.addHook('onSend', comeByHttpsOnly(hsts))

  const who = authenticate(services)
  const trace = services.tracing === null ? [] : [traceRequests(services.tracing)]
  const calm = limitSignIns({
    ...services,
    rate: services.signInRate,
    perMinute: services.bounds.signInsPerMinute,
  })
  const judge = createJudge({ ...services, count: services.metrics.countDecision })
  const judgeReturnTo = createReturnToJudge(services.returnTo)
  const start = startEndpoint({ ...services, judge: judgeReturnTo })
  const signOut = signOutEndpoint({
    ...services,
    judge: judgeReturnTo,
    signedOutPath: paths.signedOut,
    count: services.metrics.countSessionEnd,
  })
  const signedOut = signedOutEndpoint({ ...services, startPath: paths.start })
  const account = accountEndpoint(services)
  const userinfo = userinfoEndpoint(services)
  const withHead = { exposeHeadRoute: true }
  app.get(paths.ping, { ...withHead, config: { anyHost: true } }, async (_request, reply) =>
    reply.send(''),
  )
  app.get(paths.start, { ...withHead, onRequest: calm }, start)
  app.get(paths.signIn, { ...withHead, onRequest: calm }, start)
  app.get(
    paths.callback,
    { onRequest: [...trace, calm, who] },
    callbackEndpoint({ ...services, count: services.metrics.countLogin }),
  )
  app.route({ method: ['GET', 'POST'], url: paths.signOut, onRequest: calm, handler: signOut })
  app.get(paths.signedOut, signedOut)
  app.get(paths.account, { ...withHead, onRequest: who }, account)
  app.post(paths.account, { onRequest: who }, endOtherEndpoint(services))
  app.get(paths.landing, landingEndpoint({ ...services, judge: judgeReturnTo }))
  // A proxy asks with the method and the Host that it likes; what it asks about stands in headers.
  app.route({
    method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: paths.auth,
    config: { anyHost: true },
    onRequest: [
      readOriginal(services),
      authenticate({ ...services, isWanted: isCallerWanted }),
      refuseCrossSite({ ...services, methodOf: request => request.originalMethod }),
    ],
    handler: forwardAuthEndpoint({ ...services, judge, startPath: paths.start }),
  })
  app.get(paths.userinfo, { ...withHead, onRequest: who }, userinfo)
  if (services.hasResourceMetadata) {
    app.get(paths.resourceMetadata, resourceMetadataEndpoint(services))
  }
  if (services.eventKeys.length > 0) {
    app.post(paths.events, eventsEndpoint({ keys: services.eventKeys, take: services.takeEvent }))
  }
  if (services.awsCredentials !== null) {
    app.get(
      paths.awsCredentials,
      { onRequest: authenticate({ ...services, tokenUse: 'id' }) },
      awsCredentialsEndpoint(services.awsCredentials),
    )
  }
  const inside = { config: { anyHost: true } }
  app.get(`${paths.albKeys}/:kid`, inside, publicKeyEndpoint(services.publishedKeys.alb))
  app.get(paths.jwks, inside, jwksEndpoint(services.publishedKeys.assertion))
  app.post(paths.refresh, refreshEndpoint(services))

  const signInPath = (returnTo: string, again: boolean) =>
    `${paths.start}?rd=${encodeURIComponent(returnTo)}${again ? '&prompt=login' : ''}`
  const way = [
    chooseRoute(services),
    ...trace,
    who,
    refuseCrossSite(services),
    authorize({
      ...services,
      judge,
      keepForm: createFormKeeper({
        ...services,
        failures,
        signInPath: (page, again) => {
          const at = page === null ? '' : `&${formPage}=${encodeURIComponent(page)}`
          return signInPath(`${paths.account}?form=${formWaits}${at}`, again)
        },
      }),
      keepFragment: createFragmentKeeper({
        ...services,
        failures,
        landingPath: paths.landing,
        signInPath,
      }),
    }),
    upgrade.tunnel,
    proxied({ pass: services.pass, writeFailure: failures.write }),
  ]
  for (const method of METHODS) {
    if (!app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true })
  }
  app.all('*', { onRequest: way, config: { doubtful: true } }, neverReached)
  return app
}

function refuseSchema(): never {
  throw new Error('a route has a schema')
}

/** The last hook of the proxied way answers every request that gets so far. */
function neverReached(): never {
  throw new Error('a proxied request reached the handler')
}

/** Ours, or that of a trusted proxy, so that one id stands in all logs. */
function requestIdOf(raw: IncomingMessage, peers: Peers, nextId: () => string): string {
  if (peers.isTrusted(raw)) {
    const given = raw.headers['x-request-id']
    if (typeof given === 'string' && /^[\w.:+=@-]{1,128}$/.test(given)) return given
  }
  return nextId()
}

/** The admin listener: health and readiness, nothing that needs a user. It asks for both anew each time. */
export function createAdminApp(
  of: Pick<Services, 'checkReadiness'> & {
    metrics: { render: Parameters<typeof metricsEndpoint>[0] }
  },
): FastifyInstance {
  const app = fastify({ logger: false, schemaController })
  app.get('/healthz', healthEndpoint)
  app.get(
    '/readyz',
    readyEndpoint(() => of.checkReadiness()),
  )
  app.get(
    '/metrics',
    metricsEndpoint(() => of.metrics.render()),
  )
  return app
}
