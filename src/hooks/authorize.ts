// Carries out the decision of the route. Only an allowed request goes on.
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { GatewayError } from '../errors.js'
import type { Log } from '../log.js'
import type { LoginFlow } from '../login/flow.js'
import { isNavigation } from '../login/navigation.js'
import { fitReturnTo } from '../login/return-to.js'

/**
 * Lets the request pass, sends a navigation to the hosted UI, or refuses.
 *
 * Fails with GW_ERR_LOGIN_REQUIRED or GW_ERR_FORBIDDEN.
 */
export function authorize({
  login,
  log,
}: {
  login: Pick<LoginFlow, 'begin'>
  log: Pick<Log, 'info'>
}): onRequestHookHandler {
  return (request, reply, done) => {
    const { route, caller } = request
    const decision = route.decide(caller?.identity ?? null)
    if (decision.outcome === 'allow') return done()
    if (decision.outcome === 'refuse') {
      const sub = caller?.identity.subject
      log.info(
        { id: request.id, sub, route: route.name, reason: decision.reason },
        'access refused',
      )
      return done(new GatewayError('GW_ERR_FORBIDDEN', { reason: decision.reason }))
    }
    // Who sends credentials of another scheme is a program, and no program signs in at a page.
    const { authorization } = request.headers
    if (authorization !== undefined || !isNavigation(request.raw.method, request.headers)) {
      const reason = authorization === undefined ? {} : { reason: 'expected the scheme Bearer' }
      return done(new GatewayError('GW_ERR_LOGIN_REQUIRED', reason))
    }
    sendToLogin(request, reply, login).catch(done)
  }
}

/** Answers with a redirect to the hosted UI; the route's later hooks are not run after that. */
async function sendToLogin(
  request: FastifyRequest,
  reply: FastifyReply,
  login: Pick<LoginFlow, 'begin'>,
): Promise<void> {
  const step = await login.begin(request.browser, fitReturnTo(request.target))
  for (const line of step.setCookies) reply.header('set-cookie', line)
  reply.header('cache-control', 'no-store').redirect(step.location, 302)
}
