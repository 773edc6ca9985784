// GET, POST /oauth2/sign_out: ends the session here, its refresh token at Cognito, and the hosted UI's own
// session; and GET /oauth2/signed_out, the one logout_uri that has to be registered.
import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import type { RecordEvent } from '../audit/trail.js'
import { GatewayError } from '../errors.js'
import type { Log } from '../log.js'
import type { AfterSignOut } from '../login/after-sign-out.js'
import type { LoginFlow } from '../login/flow.js'
import { isNavigation } from '../login/navigation.js'
import type { Pages } from '../pages/pages.js'
import type { BrowserSessions } from '../session/browser-session.js'
import { languageOf } from './page-language.js'
import type { JudgeReturnTo } from './return-to.js'
import { isCrossSite, isOwnPost } from './same-site.js'

/** Cognito's `/logout` with a registered `logout_uri`. */
export type BuildLogoutUrl = (logoutUri: string) => string

/**
 * Ends the session and answers 302 (303 after a POST) to Cognito, or with `scope=gateway` straight on.
 *
 * A link or form on another site gets a page that asks first. Fails with GW_ERR_RETURN_TO_REFUSED, with
 * GW_ERR_CROSS_SITE for a GET that nobody made by hand, and with GW_ERR_SESSION_UNAVAILABLE.
 */
export function signOutEndpoint({
  sessions,
  login,
  afterSignOut,
  buildLogoutUrl,
  judge,
  ownOrigins,
  signedOutPath,
  pages,
  count,
  record,
  log,
}: {
  sessions: Pick<BrowserSessions, 'end' | 'endEverywhere'>
  login: Pick<LoginFlow, 'resetRounds'>
  afterSignOut: AfterSignOut
  buildLogoutUrl: BuildLogoutUrl
  judge: JudgeReturnTo
  ownOrigins: readonly string[]
  signedOutPath: string
  pages: Pages
  /** Told every session that ends. */
  count: (why: 'sign_out') => void
  record: RecordEvent
  log: Pick<Log, 'debug'>
}): RouteHandlerMethod {
  return async (request, reply) => {
    const { browser, target, raw } = request
    const query = new URLSearchParams(target.query)
    const returnTo = query.has('rd') ? judge(request) : null
    const isPost = raw.method === 'POST'
    if (!isPost) refuseUnmeant(request)
    if (isPost ? !isOwnPost(request, ownOrigins) : isCrossSite(request)) {
      return ask(request, reply)
    }
    const everywhere = query.get('scope') === 'everywhere'
    const { session, setCookies } = await (everywhere
      ? sessions.endEverywhere(browser)
      : sessions.end(browser))
    if (session !== null) {
      const { id } = request
      log.debug({ id, sub: session.identity.subject, everywhere }, 'signed out')
      count('sign_out')
      record('sign_out', { session, request: { id, raw }, more: { everywhere } })
    }
    request.sessionCookies = setCookies
    const lines =
      returnTo === null ? afterSignOut.forget(browser) : [afterSignOut.remember(browser, returnTo)]
    for (const line of [...lines, login.resetRounds(browser)]) reply.header('set-cookie', line)

    const location =
      query.get('scope') === 'gateway'
        ? signedOutPath
        : buildLogoutUrl(browser.origin + signedOutPath)
    return reply.header('cache-control', 'no-store').redirect(location, isPost ? 303 : 302)
  }

  function ask(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const action = request.target.raw
    const page = pages.render('confirm-sign-out', languageOf(request), { action })
    return reply.headers(page.headers).send(page.html)
  }
}

/** A prefetch, an image or a script that asks for this URL is not somebody who signs out. */
function refuseUnmeant({ headers, raw }: FastifyRequest): void {
  if (isNavigation(raw.method, { ...headers, accept: 'text/html' })) return
  const reason = 'signing out by GET needs a navigation; scripts use POST'
  throw new GatewayError('GW_ERR_CROSS_SITE', { reason })
}

/** The page after a sign-out, or the redirect to where the person wanted to go. */
export function signedOutEndpoint({
  afterSignOut,
  startPath,
  pages,
}: {
  afterSignOut: AfterSignOut
  startPath: string
  pages: Pages
}): RouteHandlerMethod {
  return async (request, reply) => {
    const waiting = afterSignOut.take(request.browser)
    if (waiting !== null) {
      return reply
        .headers({ 'set-cookie': waiting.setCookie, 'cache-control': 'no-store' })
        .redirect(waiting.location, 302)
    }
    const page = pages.render('signed-out', languageOf(request), { signIn: startPath })
    return reply.headers(page.headers).send(page.html)
  }
}
