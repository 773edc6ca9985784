// The one place that knows openid-client. Its configuration is built by hand: Cognito's discovery document
// sits on another host, lacks PKCE, and would be one more thing to be down.
import { createHash } from 'node:crypto'
import * as oidc from 'openid-client'
import { GatewayError } from '../errors.js'
import type { Log } from '../log.js'
import type { LoginWishes } from '../model.js'
import type { Call } from './call.js'
import { toleranceSeconds } from './clock-watch.js'
import type { Endpoints } from './endpoints.js'
import type { CognitoSettings } from './settings.js'
import { createSpareSecret } from './spare-secret.js'
import { isClientRefused, isGrantRefused, toTokenFailure } from './token-failure.js'

/** Tokens as the token endpoint gave them: their claims were looked at, their signatures were not. */
export interface RawTokens {
  readonly idToken: string
  readonly accessToken: string
  /** Absent after a refresh without rotation: then the old one stays good. */
  readonly refreshToken: string | null
}

/** What a login sends with the browser. */
export interface AuthorizationParameters {
  readonly redirectUri: string
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
  /** True: asks for the password also of who is signed in (`prompt=login`). */
  readonly again?: boolean
  readonly extra?: LoginWishes
}

/** What came back from the hosted UI, and what it is compared with. */
export interface Callback {
  /** The configured redirect URI with the query that was received. */
  readonly callbackUrl: URL
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}

/** Cognito's authorize, token and revocation endpoints. */
export interface CognitoClient {
  /** RFC 6749 section 4.1.1 with PKCE S256 (RFC 7636) and `nonce` (OpenID Connect Core section 3.1.2.1). */
  authorizationUrl(parameters: AuthorizationParameters): URL
  /**
   * Exchanges a code; state, nonce, issuer and ID token claims are compared.
   *
   * @throws GW_ERR_CODE_REFUSED, GW_ERR_LOGIN_MISCONFIGURED, GW_ERR_TOKENS_REFUSED, GW_ERR_COGNITO_UNAVAILABLE,
   *   and GW_ERR_CALLBACK_INVALID for a query that has a parameter twice or is of another flow
   */
  exchange(callback: Callback): Promise<RawTokens>
  /**
   * Null when the refresh token is dead for good: status 400 and `invalid_grant`, by code.
   *
   * @throws GW_ERR_COGNITO_UNAVAILABLE when that could not be found out, GW_ERR_LOGIN_MISCONFIGURED when
   *   the operator has something to mend, GW_ERR_TOKENS_REFUSED for claims of somebody else's: the session
   *   is none the worse for any of them
   */
  refresh(refreshToken: string): Promise<RawTokens | null>
  /** RFC 7009. Throws GW_ERR_LOGIN_MISCONFIGURED or GW_ERR_COGNITO_UNAVAILABLE when it was not confirmed. */
  revoke(refreshToken: string): Promise<void>
}

/** A client for one app client. @param call  bounds each request in time and size */
export function createCognitoClient({
  settings,
  endpoints,
  call,
  log,
}: {
  settings: Pick<CognitoSettings, 'clientId' | 'clientSecret' | 'scopes'>
  endpoints: Endpoints
  call: Call
  log: Pick<Log, 'warn'>
}): CognitoClient {
  const { clientId, clientSecret = [], scopes } = settings
  const [secret, spareSecret] = clientSecret
  const hasSecret = secret !== undefined
  const configuration = configure(clientId, secret, endpoints, call)
  const withSecret = createSpareSecret<oidc.Configuration>({
    credentials:
      spareSecret === undefined
        ? [configuration]
        : [configuration, configure(clientId, spareSecret, endpoints, call)],
    isClientRefused,
    provesClient: isGrantRefused,
    onSwitch: () =>
      log.warn(
        { clientId },
        'Cognito refuses one of the two client secrets and accepts the other: remove the refused one from the settings',
      ),
  })

  return {
    authorizationUrl({ redirectUri, state, nonce, codeVerifier, again, extra = {} }) {
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: [...new Set([...scopes, ...(extra.scopes ?? [])])].join(' '),
        state,
        nonce,
        code_challenge: challengeOf(codeVerifier),
        code_challenge_method: 'S256',
        ...wishParameters(extra, again === true),
      })
      const screen = extra.screen && screenPaths[extra.screen]
      if (screen) url.pathname = url.pathname.replace(/oauth2\/authorize$/, screen)
      return url
    },

    async exchange({ callbackUrl, state, nonce, codeVerifier }) {
      refuseOddCallback(callbackUrl.searchParams)
      const checks = {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      }
      try {
        return toRawTokens(
          await withSecret(config => oidc.authorizationCodeGrant(config, callbackUrl, checks)),
        )
      } catch (error) {
        throw toTokenFailure(error, { hasSecret })
      }
    },

    async refresh(refreshToken) {
      try {
        return toRawTokens(await withSecret(config => oidc.refreshTokenGrant(config, refreshToken)))
      } catch (error) {
        if (isGrantRefused(error)) return null
        throw toTokenFailure(error, { hasSecret })
      }
    },

    async revoke(refreshToken) {
      try {
        await withSecret(config => oidc.tokenRevocation(config, refreshToken))
      } catch (error) {
        throw toTokenFailure(error, { hasSecret, endpoint: 'revocation' })
      }
    },
  }
}

/** Pages that take authorize's query (cognito: paths at the domain). */
const screenPaths = { signup: 'signup', forgot: 'forgotPassword' } as const

/** What Cognito calls them. @param again  the password is asked for in any case */
function wishParameters(wishes: LoginWishes, again: boolean): Record<string, string> {
  const { idp, idpIdentifier, lang, loginHint, resource } = wishes
  const prompt = again ? 'login' : wishes.prompt
  return {
    ...(idp !== undefined && { identity_provider: idp }),
    ...(idpIdentifier !== undefined && { idp_identifier: idpIdentifier }),
    ...(lang !== undefined && { lang }),
    ...(loginHint !== undefined && { login_hint: loginHint }),
    ...(prompt !== undefined && { prompt }),
    ...(resource !== undefined && { resource }),
  }
}

function configure(
  clientId: string,
  secret: string | undefined,
  endpoints: Endpoints,
  call: Call,
): oidc.Configuration {
  const config = new oidc.Configuration(
    {
      issuer: endpoints.issuer,
      authorization_endpoint: endpoints.authorization,
      token_endpoint: endpoints.token,
      userinfo_endpoint: endpoints.userInfo,
      revocation_endpoint: endpoints.revocation,
      jwks_uri: endpoints.jwksUri,
      id_token_signing_alg_values_supported: ['RS256'],
    },
    clientId,
    { [oidc.clockTolerance]: toleranceSeconds },
    authentication(clientId, secret),
  )
  config[oidc.customFetch] = (url, { method, headers, body }) =>
    // It reads what an Answer has, and a clone of it when it is a refusal.
    call(url, { method, headers, body: body as URLSearchParams | undefined }) as Promise<Response>
  // The deadline is the call's.
  config.timeout = undefined
  // Whether plain http is allowed was judged with the settings (cognito/settings).
  if (endpoints.token.startsWith('http:')) oidc.allowInsecureRequests(config)
  return config
}

/**
 * HTTP Basic. RFC 6749 section 2.3.1 form-encodes id and secret first (`_` becomes `%5F`, `+` `%2B`); whether
 * Cognito decodes that is not known, so what encoding would change goes into the body. A public client sends
 * no Authorization header at all: Cognito refuses an empty one.
 */
function authentication(clientId: string, secret: string | undefined): oidc.ClientAuth {
  if (secret === undefined) return oidc.None()
  return /^[0-9a-zA-Z]+$/.test(clientId + secret)
    ? oidc.ClientSecretBasic(secret)
    : oidc.ClientSecretPost(secret)
}

/** RFC 7636 section 4.2, S256. The library's own asks Web Crypto: a thread and 0.3 ms for 43 bytes. */
function challengeOf(codeVerifier: string): string {
  return createHash('sha256').update(codeVerifier, 'ascii').digest('base64url')
}

/** RFC 6749 section 3.1: nothing twice. And nothing of flows that were not asked for. */
function refuseOddCallback(query: URLSearchParams): void {
  for (const name of ['code', 'state', 'iss', 'error']) {
    if (query.getAll(name).length <= 1) continue
    throw new GatewayError('GW_ERR_CALLBACK_INVALID', { reason: `${name} came more than once` })
  }
  for (const name of ['response', 'id_token', 'token']) {
    if (!query.has(name)) continue
    throw new GatewayError('GW_ERR_CALLBACK_INVALID', { reason: `${name} is of another flow` })
  }
}

function toRawTokens(answer: oidc.TokenEndpointResponse): RawTokens {
  const { id_token: idToken, access_token: accessToken, refresh_token: refreshToken } = answer
  if (idToken === undefined) {
    const reason = 'the token endpoint gave no ID token; is the scope openid enabled?'
    throw new GatewayError('GW_ERR_TOKENS_REFUSED', { reason })
  }
  return { idToken, accessToken, refreshToken: refreshToken ?? null }
}
