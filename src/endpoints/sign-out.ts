// GET, POST /oauth2/sign_out: ends the session here, its refresh token at Cognito, and the hosted UI's own
// session; and GET /oauth2/signed_out, the one logout_uri that has to be registered.
import type { FastifyReply, RouteHandlerMethod } from 'fastify'
import { pageHeaders, type Views } from '../lib/views.js'
import type { Log } from '../log.js'
import type { AfterSignOut } from '../login/after-sign-out.js'
import type { LoginFlow } from '../login/flow.js'
import type { Session } from '../model.js'
import type { BrowserSessions } from '../session/browser-session.js'
import type { JudgeReturnTo } from './return-to.js'
import { isCrossSite } from './same-site.js'

/** Revokes a refresh token; has a deadline of its own (RFC 7009). */
export type RevokeToken = (refreshToken: string) => Promise<void>

/** Cognito's `/logout` with a registered `logout_uri`. */
export type BuildLogoutUrl = (logoutUri: string) => string

/**
 * Ends the session and answers 302 (303 after a POST) to Cognito, or with `scope=gateway` straight on.
 *
 * A link on another site gets a page that asks first. Fails with GW_ERR_RETURN_TO_REFUSED.
 */
export function signOutEndpoint({
  sessions,
  login,
  afterSignOut,
  revokeToken,
  buildLogoutUrl,
  judge,
  signedOutPath,
  views,
  log,
}: {
  sessions: Pick<BrowserSessions, 'end'>
  login: Pick<LoginFlow, 'resetRounds'>
  afterSignOut: AfterSignOut
  revokeToken: RevokeToken
  buildLogoutUrl: BuildLogoutUrl
  judge: JudgeReturnTo
  signedOutPath: string
  views: Views
  log: Pick<Log, 'info' | 'warn'>
}): RouteHandlerMethod {
  return async (request, reply) => {
    const { browser, target } = request
    const query = new URLSearchParams(target.query)
    const returnTo = query.has('rd') ? judge(request) : null
    if (isCrossSite(request)) return ask(reply, target.raw)

    const { session, setCookies } = await sessions.end(browser)
    const lines = [...setCookies, login.resetRounds(browser)]
    if (returnTo !== null) lines.push(afterSignOut.remember(browser, returnTo))
    for (const line of lines) reply.header('set-cookie', line)
    if (session !== null) await revoke(session, request.id)

    const location =
      query.get('scope') === 'gateway'
        ? signedOutPath
        : buildLogoutUrl(browser.origin + signedOutPath)
    return reply
      .header('cache-control', 'no-store')
      .redirect(location, request.raw.method === 'POST' ? 303 : 302)
  }

  /** Best effort: the session is over here either way. */
  async function revoke({ tokens, identity }: Session, id: string): Promise<void> {
    log.info({ id, sub: identity.subject }, 'signed out')
    if (tokens.refreshToken === null) return
    try {
      await revokeToken(tokens.refreshToken)
    } catch (error) {
      log.warn({ id, err: error, sub: identity.subject }, 'refresh token was not revoked')
    }
  }

  function ask(reply: FastifyReply, action: string): FastifyReply {
    const { html, contentSecurityPolicy } = views('confirm-sign-out', {
      title: 'Sign out?',
      action,
    })
    return reply.headers(pageHeaders(contentSecurityPolicy)).send(html)
  }
}

/** The page after a sign-out, or the redirect to where the person wanted to go. */
export function signedOutEndpoint({
  afterSignOut,
  startPath,
  views,
}: {
  afterSignOut: AfterSignOut
  startPath: string
  views: Views
}): RouteHandlerMethod {
  return async (request, reply) => {
    const waiting = afterSignOut.take(request.browser)
    if (waiting !== null) {
      return reply
        .headers({ 'set-cookie': waiting.setCookie, 'cache-control': 'no-store' })
        .redirect(waiting.location, 302)
    }
    const { html, contentSecurityPolicy } = views('signed-out', {
      title: 'Signed out',
      signIn: startPath,
    })
    return reply.headers(pageHeaders(contentSecurityPolicy)).send(html)
  }
}
