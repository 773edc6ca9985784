// Carries out the decision of the route. Only an allowed request goes on.
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { GatewayError } from '../errors.js'
import type { Log } from '../log.js'
import type { LoginFlow } from '../login/flow.js'
import { isNavigation } from '../login/navigation.js'
import { fitReturnTo } from '../login/return-to.js'
import type { Clock, Decision, Route, Session } from '../model.js'

/**
 * Lets the request pass, sends a navigation to the hosted UI, or refuses.
 *
 * Fails with GW_ERR_LOGIN_REQUIRED or GW_ERR_FORBIDDEN.
 */
export function authorize({
  login,
  clock,
  count,
  log,
}: {
  login: Pick<LoginFlow, 'begin'>
  clock: Clock
  /** Told every decision. */
  count: (route: Route, decision: Decision) => void
  log: Pick<Log, 'info' | 'debug'>
}): onRequestHookHandler {
  /** A line for every request that would not have passed: to be counted before the rule is enforced. */
  function report({ id, caller, route }: FastifyRequest, would: Decision): void {
    const line = { id, sub: caller?.identity.subject, route: route.name, would: would.outcome }
    const reason = would.outcome === 'refuse' ? would.reason : undefined
    log.info({ ...line, reason }, 'access would be refused')
  }

  return (request, reply, done) => {
    const { route, caller, session } = request
    const decision = route.decide(caller?.identity ?? null)
    count(route, decision)
    if (decision.outcome === 'allow') {
      if (decision.reported !== undefined) report(request, decision.reported)
      return done()
    }
    if (decision.outcome === 'refuse') {
      const sub = caller?.identity.subject
      log.debug(
        { id: request.id, sub, route: route.name, reason: decision.reason },
        'access refused',
      )
      return done(forbidden(route, decision.reason))
    }
    if (isFresh(session, clock)) {
      // Asked again, Cognito let the old sign-in pass: once more would be a loop.
      return done(
        forbidden(route, 'the sign-in is older than maxAuthAge, and a new one did not help'),
      )
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
  // Who is signed in and is sent there all the same signed in too long ago.
  const wishes = request.session === null ? {} : { again: true }
  const step = await login.begin(request.browser, fitReturnTo(request.target), wishes)
  for (const line of step.setCookies) reply.header('set-cookie', line)
  reply.header('cache-control', 'no-store').redirect(step.location, 302)
}

/** A sign-in takes less than a minute to come back with. */
const freshSeconds = 60

function isFresh(session: Session | null, clock: Clock): boolean {
  return session !== null && clock() - session.signedInAt < freshSeconds
}

/** Says what the operator wants said of this route, and nothing of the rule. */
function forbidden({ explain }: Route, reason: string): GatewayError {
  return new GatewayError('GW_ERR_FORBIDDEN', {
    reason,
    ...(explain === null ? {} : { detail: explain.text, detailLink: explain.link }),
  })
}
