// Refreshing by the API. Its refusals have more words than the token endpoint's.
import type { FreshTokens } from '../grant.js'
import { refresh } from '../grants/refresh-token.js'
import type { PoolClient } from '../pool.js'
import { PoolError } from '../pool-error.js'
import type { Realm } from '../realm.js'
import { describeTokens } from './describe.js'

/** `AuthenticationResult` of new tokens. @throws PoolError */
export async function refreshTokens(
  realm: Realm,
  client: PoolClient,
  token: string,
): Promise<object> {
  const answer = await refresh(realm, client, { refresh_token: token })
  if ('reason' in answer) throw explain(realm, client, token)
  const { refresh_token: next, ...tokens } = answer.body as FreshTokens & { refresh_token?: string }
  return { AuthenticationResult: describeTokens(tokens, next) }
}

function explain({ state, clock }: Realm, client: PoolClient, token: string): PoolError {
  const held = state.refreshTokens.get(token)
  const refuse = (sentence: string) => new PoolError('NotAuthorizedException', sentence)
  if (held === undefined || held.signIn.clientId !== client.id) {
    return refuse('Invalid Refresh Token')
  }
  if (held.signIn.revoked) return refuse('Refresh Token has been revoked')
  if (!held.signIn.user.enabled) return refuse('User is disabled.')
  if (held.endsAt <= clock()) return refuse('Refresh Token has expired')
  if (held.replacedAt === null) return refuse('Invalid Refresh Token')
  return new PoolError('RefreshTokenReuseException', 'Refresh token reuse is not allowed.')
}
