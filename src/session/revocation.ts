// Refresh tokens of sessions that have ended are of no use to us, so they should be of none to anybody.
import type { Log } from '../log.js'
import type { Identity, Session } from '../model.js'

/** Revokes a refresh token at Cognito; has a deadline of its own (RFC 7009). */
export type RevokeToken = (refreshToken: string, identity: Identity) => Promise<void>

/** Revokes the refresh token of a session that ended, or never began. Never rejects: it is over either way. */
export type Revoke = (session: Pick<Session, 'identity' | 'tokens'>) => Promise<void>

/** Best effort; a failure is a line in the log. */
export function createRevocation({
  revokeToken,
  log,
}: {
  revokeToken: RevokeToken
  log: Pick<Log, 'warn'>
}): Revoke {
  return async ({ tokens, identity }) => {
    const { refreshToken } = tokens
    if (refreshToken === null) return
    try {
      await revokeToken(refreshToken, identity)
    } catch (error) {
      log.warn({ err: error, sub: identity.subject }, 'refresh token was not revoked')
    }
  }
}
