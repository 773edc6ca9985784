// The authorization code grant: a code is good once, for five minutes, for its client, redirect_uri and
// code_verifier. Source: developer guide, "Token endpoint"; RFC 7636 section 4.6.
import { createHash } from 'node:crypto'
import { mayReadCovered } from '../attributes.js'
import { firstRefreshToken, freshTokens } from '../grant.js'
import type { PoolClient } from '../pool.js'
import { isActive, type Parameters, type Realm } from '../realm.js'
import { type Code, codeSeconds } from '../state.js'
import { type Refusal, refusal } from './refusal.js'

/** Tokens for a code. Whatever comes of it, a code that was found is gone. */
export async function exchangeCode(
  realm: Realm,
  client: PoolClient,
  form: Parameters,
): Promise<Refusal | { body: object }> {
  if (!client.responseTypes.includes('code')) {
    return refusal('unauthorized_client', 'the code grant is not enabled at the client')
  }
  if (form.code === undefined) return refusal('invalid_request', 'code is absent')
  if (form.redirect_uri === undefined) return refusal('invalid_request', 'redirect_uri is absent')
  const code = realm.state.codes.take(form.code)
  if (code === undefined) return refusal('invalid_grant', 'the code is unknown or was used')
  const refused = judgeCode(realm, client, code, form)
  if (refused !== null) return refused

  const { signIn } = code
  const tokens = await freshTokens(realm, client, signIn)
  const refreshToken = await firstRefreshToken(realm, client, signIn)
  const { username } = signIn.user
  realm.tell({ event: 'tokens', grantType: 'authorization_code', username, clientId: client.id })
  return { body: { ...tokens, refresh_token: refreshToken } }
}

function judgeCode(
  realm: Realm,
  client: PoolClient,
  { signIn, issuedAt, redirectUri, codeChallenge }: Code,
  form: Parameters,
): Refusal | null {
  if (signIn.clientId !== client.id) return refusal('invalid_grant', "the code is another client's")
  if (realm.clock() - issuedAt > codeSeconds) {
    return refusal('invalid_grant', 'the code is older than 5 minutes')
  }
  if (redirectUri !== form.redirect_uri) {
    const reason = 'redirect_uri differs from the one at /oauth2/authorize'
    return refusal('unauthorized_client', reason, 'invalid_redirect')
  }
  if (!isVerified(codeChallenge, form.code_verifier)) {
    return refusal('invalid_grant', 'code_verifier does not fit the code_challenge')
  }
  if (!isActive(realm, signIn.user)) return refusal('invalid_grant', 'the user is disabled or gone')
  if (!mayReadCovered(client, signIn.scopes)) {
    return refusal('invalid_grant', 'the client may not read an attribute that a scope covers')
  }
  return null
}

/** RFC 7636 section 4.6; a verifier without a challenge fits nothing. */
function isVerified(challenge: string | null, verifier: string | undefined): boolean {
  if (challenge === null) return verifier === undefined
  if (verifier === undefined) return false
  return createHash('sha256').update(verifier, 'ascii').digest('base64url') === challenge
}
