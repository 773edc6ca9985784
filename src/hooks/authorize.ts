// Carries out the decision of the route. Only an allowed request goes on.
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { JudgeRequest } from '../access/judge.js'
import { GatewayError } from '../errors.js'
import type { LoginFlow } from '../login/flow.js'
import { isNavigation } from '../login/navigation.js'
import { fitReturnTo } from '../login/return-to.js'
import type { Browser, Decision, Session } from '../model.js'
import type { KeepFragment } from './keep-fragment.js'
import { isOwnForm, type KeepForm } from './kept-form.js'
import { mustProveAgain } from './prove-again.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** What was decided; null before that, and where nothing has to be. */
    decision: Decision['outcome'] | null
  }
}

/**
 * Lets the request pass, sends a navigation to the hosted UI, gives a form back to its person, or refuses.
 *
 * Fails with GW_ERR_LOGIN_REQUIRED or GW_ERR_FORBIDDEN.
 */
export function authorize({
  login,
  judge,
  extraScopes,
  keepForm,
  keepFragment,
}: {
  login: Pick<LoginFlow, 'begin'>
  judge: JudgeRequest
  /** Scopes that a session has beside the usual ones. */
  extraScopes: { of: (browser: Browser, session: Session | null) => readonly string[] }
  keepForm: KeepForm
  keepFragment: KeepFragment
}): onRequestHookHandler {
  return (request, reply, done) => {
    try {
      if (judge(request)) return done()
    } catch (error) {
      return done(error as Error)
    }
    // Who sends credentials of another scheme is a program, and no program signs in at a page.
    const { authorization } = request.headers
    if (authorization === undefined && isOwnForm(request)) {
      return void keepForm(request, reply).catch(done)
    }
    if (authorization !== undefined || !isNavigation(request.raw.method, request.headers)) {
      const reason = authorization === undefined ? {} : { reason: 'expected the scheme Bearer' }
      return done(new GatewayError('GW_ERR_LOGIN_REQUIRED', reason))
    }
    if (request.route.keepsFragment && request.raw.method === 'GET' && keepFragment(request, reply))
      return
    const scopes = extraScopes.of(request.browser, request.session)
    sendToLogin(request, reply, login, scopes).catch(done)
  }
}

/** Answers with a redirect to the hosted UI; the route's later hooks are not run after that. */
async function sendToLogin(
  request: FastifyRequest,
  reply: FastifyReply,
  login: Pick<LoginFlow, 'begin'>,
  scopesBefore: readonly string[],
): Promise<void> {
  const { route } = request
  const scopes = [...scopesBefore, ...(route.login.scopes ?? [])]
  const wishes = { again: mustProveAgain(request), extra: { ...route.login, scopes } }
  const step = await login.begin(request.browser, fitReturnTo(request.target), wishes)
  for (const line of step.setCookies) reply.header('set-cookie', line)
  reply.header('cache-control', 'no-store').redirect(step.location, 302)
}
