// GET /oauth2/start?rd=/path: begins a login. Signing in again while signed in is allowed: people change
// accounts, and links to the start are bookmarked.
import type { RouteHandlerMethod } from 'fastify'
import { GatewayError } from '../errors.js'
import type { LoginFlow } from '../login/flow.js'
import { isNavigation } from '../login/navigation.js'
import { readWishes } from '../login/wishes.js'
import type { JudgeReturnTo } from './return-to.js'

/**
 * Answers 302 to the hosted UI.
 *
 * Fails with GW_ERR_RETURN_TO_REFUSED, and with GW_ERR_LOGIN_REQUIRED for what is no navigation.
 */
export function startEndpoint({
  login,
  judge,
}: {
  login: Pick<LoginFlow, 'begin'>
  judge: JudgeReturnTo
}): RouteHandlerMethod {
  return async (request, reply) => {
    const returnTo = judge(request)
    // Whoever asks for this URL means it: without Fetch Metadata the Accept header does not count.
    if (!isNavigation(request.raw.method, { ...request.headers, accept: 'text/html' })) {
      throw new GatewayError('GW_ERR_LOGIN_REQUIRED', {
        reason: 'only a navigation starts a login',
      })
    }
    const query = new URLSearchParams(request.target.query)
    const again = query.get('prompt') === 'login'
    const step = await login.begin(request.browser, returnTo, { again, extra: readWishes(query) })
    for (const line of step.setCookies) reply.header('set-cookie', line)
    return reply.header('cache-control', 'no-store').redirect(step.location, 302)
  }
}
