// The checks of an authorization request, in Cognito's order and with Cognito's answers, shared by
// /oauth2/authorize, /login and /logout. Source: developer guide, "Authorize endpoint".
import { askedProvider } from './federation/providers.js'
import type { PoolClient } from './pool.js'
import { findClient, type Parameters, type Realm } from './realm.js'
import type { Provider } from './settings/provider.js'

/** A request that may go on to signing in. */
export interface Authorization {
  readonly client: PoolClient
  readonly redirectUri: string
  readonly responseType: 'code' | 'token'
  readonly scopes: readonly string[]
  /** The external provider that is asked for. */
  readonly provider: Provider | null
  readonly parameters: Parameters
}

/** A request that is good, where the browser is sent instead, or a 400 with this sentence. */
export type Judged =
  | { readonly good: Authorization }
  | { readonly location: string }
  | { readonly badRequest: string }

/** What Cognito answers when there is nothing to return to. */
export const redirectUriMissing = "Required String parameter 'redirect_uri' is not present"

const scopesThatNeedOpenid = ['email', 'phone', 'profile']

/** Judges the query of /oauth2/authorize and /login, and tells why one is refused. */
export function judgeAuthorization(realm: Realm, parameters: Parameters): Judged {
  const { client_id: clientId = '', redirect_uri: redirectUri } = parameters
  const refuse = <T>(reason: string, answer: T): T => {
    realm.tell({ event: 'authorization refused', clientId, reason })
    return answer
  }

  if (redirectUri === undefined) {
    return refuse('redirect_uri is absent', { badRequest: redirectUriMissing })
  }
  const client = findClient(realm, clientId)
  if (client === undefined) return refuse('client_id is unknown', toErrorPage(realm, clientId))
  if (!client.callbackUrls.includes(redirectUri)) {
    const location = errorPageUrl(realm, 'redirect_mismatch', client.id)
    return refuse('redirect_uri is not a callback URL of the client', { location })
  }
  const { response_type: responseType } = parameters
  const toApplication = (fault: Fault) =>
    refuse(fault.reason, { location: errorUrl(realm, redirectUri, parameters, fault) })
  if (responseType === undefined) return toApplication(faults.responseTypeAbsent)
  if (!isEnabled(responseType, client)) return toApplication(faults.responseType)

  const scopes = requestedScopes(client, parameters.scope)
  if (!areGranted(scopes, client)) return toApplication(faults.scope)
  if (!isPkceComplete(parameters)) return toApplication(faults.codeChallenge)
  if (!isResource(parameters.resource)) return toApplication(faults.resource)
  const provider = askedProvider(realm, client, parameters)
  if (provider === 'unknown') return toApplication(faults.identityProvider)
  return { good: { client, redirectUri, responseType, scopes, provider, parameters } }
}

interface Fault {
  /** For the emulator's log. */
  readonly reason: string
  /** `error` where nothing else is known, and as the documentation prints it. */
  readonly error: string
  /** `error_description` on the wire, where one was seen; `error` is then `invalid_request`. */
  readonly seen?: string
}

const faults = {
  responseTypeAbsent: { reason: 'response_type is absent', error: 'invalid_request' },
  responseType: {
    reason: 'response_type is not enabled at the client',
    error: 'unauthorized_client',
    seen: 'unauthorized_client',
  },
  scope: {
    reason: 'a scope is not enabled at the client, or comes without openid',
    error: 'invalid_scope',
    seen: 'invalid_scope',
  },
  codeChallenge: {
    reason: 'code_challenge and code_challenge_method=S256 come together or not at all',
    error: 'invalid_request',
  },
  resource: { reason: 'resource is no URL that can be an audience', error: 'invalid_request' },
  identityProvider: {
    reason: 'the identity provider is not one of the client',
    error: 'invalid_request',
  },
  nobody: { reason: 'prompt=none and nobody is signed in', error: 'login_required' },
} satisfies Record<string, Fault>

/** Back to the application of a request with `prompt=none` that finds nobody. */
export function loginRequired(realm: Realm, { redirectUri, parameters, client }: Authorization) {
  const { reason } = faults.nobody
  realm.tell({ event: 'authorization refused', clientId: client.id, reason })
  return errorUrl(realm, redirectUri, parameters, faults.nobody)
}

/** The page for what never goes back to the application. */
export function errorPageUrl({ domain }: Realm, error: string, clientId?: string): string {
  return withParameters(`${domain}/error`, '?', { error, client_id: clientId })
}

/** A URL with more parameters, in this order; those that are undefined are left out. */
export function withParameters(url: string, mark: '?' | '#', parameters: Parameters): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.append(name, value)
  }
  return `${url}${mark === '?' && url.includes('?') ? '&' : mark}${query}`
}

/** In Cognito's order on the wire: description, state, error; without description: error, state. */
function errorUrl(
  { settings: { unpublished } }: Realm,
  redirectUri: string,
  parameters: Parameters,
  { error, seen }: Fault,
): string {
  const mark = parameters.response_type === 'token' && seen !== 'unauthorized_client' ? '#' : '?'
  const state = unpublished.stateInErrors ? parameters.state : undefined
  if (seen === undefined || unpublished.authorizeErrors === 'documented') {
    return withParameters(redirectUri, mark, { error, state })
  }
  return withParameters(redirectUri, mark, {
    error_description: seen,
    state,
    error: 'invalid_request',
  })
}

function toErrorPage(realm: Realm, clientId: string): Judged {
  const error = realm.settings.unpublished.unknownClient
  const named = error === 'redirect_mismatch' ? clientId : undefined
  return { location: errorPageUrl(realm, error, named) }
}

function isEnabled(
  responseType: string,
  { responseTypes }: PoolClient,
): responseType is 'code' | 'token' {
  return responseTypes.some(type => type === responseType)
}

/** Scopes that are asked for, or all of the client's when none are. */
function requestedScopes(client: PoolClient, scope: string | undefined): readonly string[] {
  const asked = (scope ?? '').split(' ').filter(name => name !== '')
  return asked.length === 0 ? client.scopes : [...new Set(asked)]
}

function areGranted(scopes: readonly string[], client: PoolClient): boolean {
  if (!scopes.every(scope => client.scopes.includes(scope))) return false
  return scopes.includes('openid') || !scopes.some(scope => scopesThatNeedOpenid.includes(scope))
}

/** PKCE works with S256 alone; both parameters or neither (RFC 7636 section 4.3). */
function isPkceComplete({ code_challenge: challenge, code_challenge_method: method }: Parameters) {
  return challenge === undefined ? method === undefined : method === 'S256'
}

/** https, http on localhost, or an app scheme, without fragment (RFC 8707 section 2). */
function isResource(resource: string | undefined): boolean {
  if (resource === undefined) return true
  if (!URL.canParse(resource) || resource.includes('#')) return false
  const { protocol, hostname } = new URL(resource)
  return protocol !== 'http:' || hostname === 'localhost'
}
