// GET /oauth2/start?rd=/path: begins a login. Signing in again while signed in is allowed: people change
// accounts, and links to the start are bookmarked.
import type { RouteHandlerMethod } from 'fastify'
import { GatewayError } from '../errors.js'
import type { LoginFlow } from '../login/flow.js'
import { isNavigation } from '../login/navigation.js'
import { readWishes, type WishName } from '../login/wishes.js'
import type { Browser, LoginWishes } from '../model.js'
import type { JudgeReturnTo } from './return-to.js'

/** How people sign in who go on to this Location of an origin. */
export type WishesAt = (origin: string, location: string) => LoginWishes

/** Scopes that a browser's session has beside the usual ones, so that nobody loses them by signing in anew. */
export type ScopesAt = (browser: Browser) => Promise<readonly string[]>

/**
 * Answers 302 to the hosted UI, with the wishes of the route that the person goes on to, and those of the link.
 *
 * Fails with GW_ERR_RETURN_TO_REFUSED, and with GW_ERR_LOGIN_REQUIRED for what is no navigation.
 */
export function startEndpoint({
  login,
  judge,
  wishesAt,
  extraScopes,
  allowedWishes,
}: {
  login: Pick<LoginFlow, 'begin'>
  judge: JudgeReturnTo
  wishesAt: WishesAt
  extraScopes: { at: ScopesAt }
  /** What a link may ask. */
  allowedWishes: readonly WishName[]
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
    // An auth request sends people here who have to prove once more who they are, whatever links may ask.
    const again = query.get('prompt') === 'login'
    const ofRoute = wishesAt(request.browser.origin, returnTo)
    const scopes = [...(await extraScopes.at(request.browser)), ...(ofRoute.scopes ?? [])]
    const extra = { ...ofRoute, ...readWishes(query, allowedWishes), scopes }
    const step = await login.begin(request.browser, returnTo, { again, extra })
    for (const line of step.setCookies) reply.header('set-cookie', line)
    return reply.header('cache-control', 'no-store').redirect(step.location, 302)
  }
}
