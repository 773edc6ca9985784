// The client credentials grant: a program signs in as itself, with custom scopes and an access token alone.
// Source: developer guide, "Token endpoint" and "Scopes, M2M, and resource servers".
import { randomUUID } from 'node:crypto'
import type { PoolClient } from '../pool.js'
import type { Parameters, Realm } from '../realm.js'
import { type Refusal, refusal } from './refusal.js'

/** A token for the client itself. */
export async function grantToClient(
  { keys, issuer, clock, settings, tell }: Realm,
  client: PoolClient,
  form: Parameters,
): Promise<Refusal | { body: object }> {
  if (!client.clientCredentials) {
    return refusal('unauthorized_client', 'the grant is not enabled at the client')
  }
  const custom = client.scopes.filter(scope => scope.includes('/'))
  const asked = (form.scope ?? '').split(' ').filter(scope => scope !== '')
  if (asked.some(scope => !custom.includes(scope))) {
    return refusal(
      settings.unpublished.clientCredentialsScope,
      'a scope is not enabled at the client',
    )
  }
  const now = clock()
  const accessToken = await keys.sign('access', {
    sub: client.id,
    token_use: 'access',
    scope: (asked.length === 0 ? custom : [...new Set(asked)]).join(' '),
    auth_time: now,
    iss: issuer,
    exp: now + client.accessTokenSeconds,
    iat: now,
    version: 2,
    jti: randomUUID(),
    client_id: client.id,
  })
  tell({ event: 'tokens', grantType: 'client_credentials', username: null, clientId: client.id })
  const rest = { expires_in: client.accessTokenSeconds, token_type: 'Bearer' }
  return { body: { access_token: accessToken, ...rest } }
}
