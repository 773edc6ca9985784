// GET /oauth2/userinfo: who is signed in, for scripts of the application. Never a token.
import type { RouteHandlerMethod } from 'fastify'
import { GatewayError } from '../errors.js'
import { idleEndsAt, type Limits, sessionEndsAt } from '../session/lifetime.js'

/**
 * Answers JSON: `sub`, `username`, `email`, `groups`, and when things end, in NumericDate seconds.
 *
 * Fails with GW_ERR_LOGIN_REQUIRED: always a 401, never a redirect.
 */
export function userinfoEndpoint({ limits }: { limits: Limits }): RouteHandlerMethod {
  return async ({ session }, reply) => {
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
}
