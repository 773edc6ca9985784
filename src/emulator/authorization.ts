// The checks of an authorization request, in Cognito's order and with Cognito's answers, shared by
// /oauth2/authorize and /login. Source: developer guide, "Authorize endpoint".
import { randomUUID } from 'node:crypto'
import type { PoolClient } from './pool.js'
import { findClient, type Parameters, type Realm } from './realm.js'
import { type HostedSession, requestedScopes, type SignIn } from './state.js'

/** A request that may go on to signing in. */
export interface Authorization {
  readonly client: PoolClient
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly parameters: Parameters
}

/** Either a request that is good, or where the browser is sent instead. */
export type Judged = { readonly good: Authorization } | { readonly location: string }

/** Judges the query of /oauth2/authorize and /login. */
export function judgeAuthorization(realm: Realm, parameters: Parameters): Judged {
  const { client_id: clientId, redirect_uri: redirectUri = '' } = parameters
  const client = findClient(realm, clientId)
  if (client === undefined) return toErrorPage(realm, 'invalid_request', clientId)
  if (!client.callbackUrls.includes(redirectUri)) {
    return toErrorPage(realm, 'redirect_mismatch', clientId)
  }

  const fail = (description: string) => ({
    location: withError(redirectUri, 'invalid_request', description, parameters.state),
  })
  const responseType = parameters.response_type
  if (!client.responseTypes.some(type => type === responseType)) return fail('unauthorized_client')
  const scopes = requestedScopes(client, parameters.scope)
  if (!scopes.every(scope => client.scopes.includes(scope))) return fail('invalid_scope')
  if (!isPkceComplete(parameters)) return fail('invalid code_challenge')
  return { good: { client, redirectUri, scopes, parameters } }
}

/** Makes a code for a signed-in user and the Location that carries it. */
export function grantCode(
  realm: Realm,
  { client, redirectUri, scopes, parameters }: Authorization,
  { user, authTime }: HostedSession,
): string {
  const signIn: SignIn = {
    user,
    clientId: client.id,
    scopes,
    authTime,
    originJti: randomUUID(),
    eventId: randomUUID(),
    nonce: parameters.nonce ?? null,
    resource: parameters.resource ?? null,
    revoked: false,
  }
  const code = randomUUID()
  realm.state.signIns.set(signIn.originJti, signIn)
  realm.state.codes.set(code, {
    signIn,
    redirectUri,
    codeChallenge: parameters.code_challenge ?? null,
    issuedAt: realm.clock(),
  })
  return withQuery(redirectUri, { code, state: parameters.state })
}

/** Cognito's order: description, state, error. */
export function withError(
  redirectUri: string,
  error: string,
  description: string | null,
  state: string | undefined,
): string {
  return withQuery(redirectUri, { error_description: description ?? undefined, state, error })
}

/** PKCE works with S256 alone; both parameters or neither (RFC 7636 section 4.3). */
function isPkceComplete({ code_challenge: challenge, code_challenge_method: method }: Parameters) {
  return challenge === undefined ? method === undefined : method === 'S256'
}

function toErrorPage({ domain }: Realm, error: string, clientId: string | undefined): Judged {
  return { location: withQuery(`${domain}/error`, { error, client_id: clientId }) }
}

function withQuery(url: string, parameters: Parameters): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.append(name, value)
  }
  return `${url}${url.includes('?') ? '&' : '?'}${query}`
}
