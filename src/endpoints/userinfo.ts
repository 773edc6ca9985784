// GET /oauth2/userinfo: who is signed in, for scripts of the application; POST /oauth2/refresh: the same after
// a refresh. Never a token.
import type { FastifyReply, RouteHandlerMethod } from 'fastify'
import { GatewayError } from '../errors.js'
import type { Session } from '../model.js'
import type { BrowserSessions } from '../session/browser-session.js'
import { idleEndsAt, type Limits, sessionEndsAt } from '../session/lifetime.js'
import { isOwnPost } from './same-site.js'

/**
 * Answers JSON: `sub`, `username`, `email`, `groups`, and when things end, in NumericDate seconds.
 *
 * Fails with GW_ERR_LOGIN_REQUIRED: always a 401, never a redirect.
 */
export function userinfoEndpoint({ limits }: { limits: Limits }): RouteHandlerMethod {
  return async ({ session }, reply) => describe(session, limits, reply)
}

/**
 * Refreshes the session, then answers as userinfo does.
 *
 * Fails with GW_ERR_CROSS_SITE, GW_ERR_LOGIN_REQUIRED, GW_ERR_SESSION_UNAVAILABLE.
 */
export function refreshEndpoint({
  sessions,
  limits,
  ownOrigins,
}: {
  sessions: Pick<BrowserSessions, 'refreshNow'>
  limits: Limits
  ownOrigins: readonly string[]
}): RouteHandlerMethod {
  return async (request, reply) => {
    if (!isOwnPost(request, ownOrigins)) throw new GatewayError('GW_ERR_CROSS_SITE')
    const { session, setCookies } = await sessions.refreshNow(request.browser)
    request.sessionCookies = setCookies
    return describe(session, limits, reply)
  }
}

function describe(session: Session | null, limits: Limits, reply: FastifyReply): FastifyReply {
  if (session === null) throw new GatewayError('GW_ERR_LOGIN_REQUIRED')
  const { subject, username, email, groups } = session.identity
  const endsAt = sessionEndsAt(session, limits)
  return reply.header('cache-control', 'no-store').send({
    sub: subject,
    username,
    email,
    groups,
    accessTokenExpiresAt: session.tokens.expiresAt,
    idleEndsAt: Math.min(idleEndsAt(session, limits), endsAt),
    sessionEndsAt: endsAt,
  })
}
