// The one place that knows openid-client. Its configuration is built by hand: Cognito's discovery document
// sits on another host, lacks PKCE, and would be one more thing to be down.
import * as oidc from 'openid-client'
import { GatewayError } from '../errors.js'
import type { Log } from '../log.js'
import type { Call } from './call.js'
import type { Endpoints } from './endpoints.js'
import { explainCallbackError, tokenErrors, toReason } from './explain.js'
import type { CognitoSettings } from './settings.js'

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
}

/** Cognito's authorize, token and revocation endpoints. */
export interface CognitoClient {
  /** RFC 6749 section 4.1.1 with PKCE S256 (RFC 7636) and `nonce` (OpenID Connect Core section 3.1.2.1). */
  authorizationUrl(parameters: AuthorizationParameters): Promise<URL>
  /**
   * Exchanges a code; state, nonce, issuer and ID token claims are compared.
   *
   * @param callbackUrl  the configured redirect URI with the query that came
   * @throws GW_ERR_CODE_REFUSED, GW_ERR_LOGIN_MISCONFIGURED, GW_ERR_TOKENS_REFUSED, GW_ERR_COGNITO_UNAVAILABLE
   */
  exchange(
    callbackUrl: URL,
    expected: { state: string; nonce: string; codeVerifier: string },
  ): Promise<RawTokens>
  /**
   * Null when the refresh token is dead for good: `invalid_grant`, by code.
   *
   * @throws GW_ERR_LOGIN_MISCONFIGURED for what the operator must mend, GW_ERR_COGNITO_UNAVAILABLE otherwise
   */
  refresh(refreshToken: string): Promise<RawTokens | null>
  /** RFC 7009. Throws when Cognito did not confirm. */
  revoke(refreshToken: string): Promise<void>
}

const maxRetryAfterSeconds = 60
const usualRetryAfterSeconds = 5

/** A client for one app client. */
export function createCognitoClient({
  settings,
  endpoints,
  call,
  log,
}: {
  settings: CognitoSettings
  endpoints: Endpoints
  call: Call
  log: Pick<Log, 'warn'>
}): CognitoClient {
  const configurations = secretsOf(settings).map(secret =>
    configure(settings.clientId, secret, endpoints, call),
  )
  let working = 0

  function current(): oidc.Configuration {
    return configurations[working] as oidc.Configuration
  }

  /** Tries the second secret once when the first is refused, and stays with it. */
  async function withSecrets<T>(ask: (config: oidc.Configuration) => Promise<T>): Promise<T> {
    const first = working
    try {
      return await ask(current())
    } catch (error) {
      if (configurations.length < 2 || !isInvalidClient(error)) throw error
      working = 1 - first
      const result = await ask(current())
      log.warn('Cognito accepts the other client secret only: remove the old one from the settings')
      return result
    }
  }

  return {
    async authorizationUrl({ redirectUri, state, nonce, codeVerifier }) {
      return oidc.buildAuthorizationUrl(current(), {
        redirect_uri: redirectUri,
        scope: settings.scopes.join(' '),
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      })
    },

    async exchange(callbackUrl, { state, nonce, codeVerifier }) {
      const checks = {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      }
      try {
        return toRawTokens(
          await withSecrets(config => oidc.authorizationCodeGrant(config, callbackUrl, checks)),
        )
      } catch (error) {
        throw toGatewayError(error)
      }
    },

    async refresh(refreshToken) {
      try {
        return toRawTokens(
          await withSecrets(config => oidc.refreshTokenGrant(config, refreshToken)),
        )
      } catch (error) {
        const known = toGatewayError(error)
        if (known.code === 'GW_ERR_CODE_REFUSED') return null
        throw known
      }
    },

    async revoke(refreshToken) {
      try {
        await withSecrets(config => oidc.tokenRevocation(config, refreshToken))
      } catch (error) {
        throw toGatewayError(error)
      }
    },
  }
}

function secretsOf({ clientSecret }: CognitoSettings): (string | undefined)[] {
  return clientSecret === undefined ? [undefined] : clientSecret
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
      revocation_endpoint: endpoints.revocation,
      jwks_uri: endpoints.jwks,
      id_token_signing_alg_values_supported: ['RS256'],
    },
    clientId,
    undefined,
    authentication(secret),
  )
  config[oidc.customFetch] = (url, init) => call(url, init as RequestInit)
  // Whether plain http is allowed was judged with the settings (cognito/settings).
  if (endpoints.token.startsWith('http:')) oidc.allowInsecureRequests(config)
  return config
}

/**
 * HTTP Basic. RFC 6749 section 2.3.1 form-encodes the secret first; whether Cognito decodes that is not
 * known, so a secret that encoding would change goes into the body.
 */
function authentication(secret: string | undefined): oidc.ClientAuth {
  if (secret === undefined) return oidc.None()
  return /^[0-9a-zA-Z]+$/.test(secret)
    ? oidc.ClientSecretBasic(secret)
    : oidc.ClientSecretPost(secret)
}

function toRawTokens(answer: oidc.TokenEndpointResponse): RawTokens {
  const { id_token: idToken, access_token: accessToken, refresh_token: refreshToken } = answer
  if (idToken === undefined) {
    const reason = 'the token endpoint gave no ID token; is the scope openid enabled?'
    throw new GatewayError('GW_ERR_TOKENS_REFUSED', { reason })
  }
  return { idToken, accessToken, refreshToken: refreshToken ?? null }
}

function isInvalidClient(error: unknown): boolean {
  return error instanceof oidc.ResponseBodyError && error.error === 'invalid_client'
}

/** openid-client's errors as ours. Status first: a 429 or 5xx is temporary whatever its body says. */
function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  if (error instanceof oidc.ResponseBodyError && error.status < 429) return fromTokenError(error)
  if (error instanceof oidc.AuthorizationResponseError) {
    const { error: code, error_description: description = null } = error
    const explanation = explainCallbackError(code, description)
    return new GatewayError(explanation.code, { reason: toReason(explanation, code, description) })
  }
  if (
    error instanceof oidc.ClientError &&
    error.code !== undefined &&
    claimErrors.has(error.code)
  ) {
    const reason = `openid-client: ${error.message} (${error.code})`
    return new GatewayError('GW_ERR_TOKENS_REFUSED', { reason })
  }
  return new GatewayError('GW_ERR_COGNITO_UNAVAILABLE', {
    cause: error,
    retryAfterSeconds: retryAfter(error),
  })
}

function fromTokenError(error: oidc.ResponseBodyError): GatewayError {
  const explanation = Object.hasOwn(tokenErrors, error.error) ? tokenErrors[error.error] : undefined
  if (explanation === undefined) {
    const reason = `the token endpoint answered ${error.status} with an error that is not known`
    return new GatewayError('GW_ERR_COGNITO_UNAVAILABLE', { reason })
  }
  const reason = toReason(explanation, error.error, error.error_description ?? null)
  return new GatewayError(explanation.code, { reason })
}

/** What openid-client calls an answer whose claims or parameters are not the expected ones. */
const claimErrors: ReadonlySet<string> = new Set([
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'OAUTH_UNSUPPORTED_OPERATION',
])

/** `Retry-After` in seconds, when Cognito sends it and it is bearable. */
function retryAfter(error: unknown): number {
  const { response, cause } = error as { response?: unknown; cause?: unknown }
  const answer = [response, cause].find(thing => thing instanceof Response)
  const seconds = Number(answer?.headers.get('retry-after') ?? Number.NaN)
  return seconds > 0 ? Math.min(Math.ceil(seconds), maxRetryAfterSeconds) : usualRetryAfterSeconds
}
