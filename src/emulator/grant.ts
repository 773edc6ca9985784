// What a signed-in user's application gets: a code (authorization code grant) or tokens (implicit grant).
import { randomUUID } from 'node:crypto'
import { type Authorization, withParameters } from './authorization.js'
import type { PoolClient } from './pool.js'
import type { Realm } from './realm.js'
import type { HostedSession, SignIn } from './state.js'
import { type TokenOccasion, tokenChanges } from './triggers/token-generation.js'

/** The Location back to the application. */
export async function grantUrl(
  realm: Realm,
  authorization: Authorization,
  session: HostedSession,
): Promise<string> {
  const { redirectUri, responseType, client, parameters } = authorization
  const signIn = beginSignIn(realm, {
    ...session,
    clientId: client.id,
    scopes: authorization.scopes,
    // Cognito puts a nonce of its own where a person from a provider comes without.
    nonce: parameters.nonce ?? (session.user.identities.length > 0 ? randomUUID() : null),
    resource: parameters.resource ?? null,
  })
  const { state } = parameters
  if (responseType === 'code') {
    const code = createCode(realm, authorization, signIn)
    return withParameters(redirectUri, '?', { code, state })
  }
  const { id_token, access_token, expires_in, token_type } = await freshTokens(
    realm,
    client,
    signIn,
  )
  realm.tell({
    event: 'tokens',
    grantType: 'implicit',
    username: signIn.user.username,
    clientId: client.id,
  })
  const tokens = { id_token, access_token, expires_in: String(expires_in), token_type }
  return withParameters(redirectUri, '#', { ...tokens, state })
}

/** Writes a sign-in down, so that its tokens can be revoked. */
export function beginSignIn(
  { state }: Realm,
  about: Pick<SignIn, 'user' | 'authTime' | 'clientId' | 'scopes' | 'nonce' | 'resource'> & {
    readonly via?: SignIn['via']
  },
): SignIn {
  const via = about.via ?? 'pages'
  const signIn = { ...about, via, originJti: randomUUID(), eventId: randomUUID(), revoked: false }
  state.signIns.set(signIn.eventId, signIn)
  return signIn
}

/** The fields that every token answer has; no ID token without `openid`. */
export interface FreshTokens {
  readonly id_token?: string
  readonly access_token: string
  /** Of the access token. */
  readonly expires_in: number
  readonly token_type: 'Bearer'
}

/** New ID and access tokens of a sign-in. @throws PoolError when the pre token generation trigger fails */
export async function freshTokens(
  realm: Realm,
  client: PoolClient,
  signIn: SignIn,
  occasion: TokenOccasion = 'HostedAuth',
): Promise<FreshTokens> {
  const { tokens } = realm
  const changes = await tokenChanges(realm, signIn, occasion)
  const accessToken = await tokens.accessToken(signIn, client, changes)
  const hasIdToken = signIn.via === 'api' || signIn.scopes.includes('openid')
  return {
    ...(hasIdToken ? { id_token: await tokens.idToken(signIn, client, accessToken, changes) } : {}),
    access_token: accessToken,
    expires_in: client.accessTokenSeconds,
    token_type: 'Bearer',
  }
}

/** A refresh token that ends when the client's setting says, counted from now. */
export async function firstRefreshToken(
  { tokens, state, clock }: Realm,
  client: PoolClient,
  signIn: SignIn,
): Promise<string> {
  const endsAt = clock() + client.refreshTokenSeconds
  const refreshToken = await tokens.refreshToken(signIn)
  state.refreshTokens.set(refreshToken, { signIn, endsAt, replacedAt: null, successor: null })
  return refreshToken
}

function createCode(
  { state, clock }: Realm,
  { redirectUri, parameters }: Authorization,
  signIn: SignIn,
): string {
  const code = randomUUID()
  const codeChallenge = parameters.code_challenge ?? null
  state.codes.set(code, { signIn, redirectUri, codeChallenge, issuedAt: clock() })
  return code
}
