// The one place that knows aws-jwt-verify: RS256, keys of this pool alone, exact issuer, client, token_use,
// expiry.
import { JwtVerifier } from 'aws-jwt-verify'
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier'
import {
  FetchError,
  JwksNotAvailableInCacheError,
  JwksValidationError,
  JwkValidationError,
  JwtBaseError,
  JwtExpiredError,
  NonRetryableFetchError,
  WaitPeriodNotYetEndedJwkError,
} from 'aws-jwt-verify/error'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { GatewayError } from '../errors.js'
import type { Claims, Clock } from '../model.js'
import type { Call } from './call.js'
import type { Endpoints } from './endpoints.js'

/** Verifies tokens of one pool and app client. */
export interface TokenVerifier {
  /** @throws GW_ERR_TOKENS_REFUSED when the token is not good, GW_ERR_COGNITO_UNAVAILABLE without keys */
  verify(token: string, tokenUse: 'id' | 'access'): Promise<Claims>
  /** Fetches the keys, so that the first sign-in need not. Throws GW_ERR_COGNITO_UNAVAILABLE. */
  hydrate(): Promise<void>
  /** Whether the keys are there. */
  ready(): boolean
}

/** Clocks are rarely better than this, and never much worse. */
const toleranceSeconds = 45
/** Later than any token's end; what is beyond it is no date. */
const latestExpiry = 4_102_444_800
/** After a failed fetch, so that a pool that is away is not asked once a request. */
const fetchPauseSeconds = 5

/** A verifier that fetches its keys through `call`. @param clock NumericDate seconds */
export function createTokenVerifier({
  endpoints,
  clientId,
  call,
  clock,
}: {
  endpoints: Pick<Endpoints, 'issuer' | 'jwks'>
  clientId: string
  call: Call
  clock: Clock
}): TokenVerifier {
  let hydrated = false
  let pausedUntil = 0

  async function fetchKeys(url: string): Promise<ArrayBuffer> {
    if (clock() < pausedUntil) throw new FetchError(url, 'the last fetch failed a moment ago')
    try {
      const answer = await call(url)
      if (!answer.ok) throw new Error(`status ${answer.status}`)
      return await answer.arrayBuffer()
    } catch (error) {
      pausedUntil = clock() + fetchPauseSeconds
      throw new FetchError(url, error)
    }
  }

  const jwksCache = new SimpleJwksCache({ fetcher: { fetch: fetchKeys } })
  const verifiers = { id: verifierFor('id'), access: verifierFor('access') }

  function verifierFor(tokenUse: 'id' | 'access') {
    return JwtVerifier.create(
      {
        issuer: endpoints.issuer,
        audience: null,
        jwksUri: endpoints.jwks,
        graceSeconds: toleranceSeconds,
        customJwtCheck: ({ payload }) => validateCognitoJwtFields(payload, { tokenUse, clientId }),
      },
      { jwksCache },
    )
  }

  return {
    async verify(token, tokenUse) {
      try {
        const claims = await verifiers[tokenUse].verify(token)
        hydrated = true
        refuseOddExpiry(claims.exp, clock())
        return claims
      } catch (error) {
        throw toGatewayError(error, tokenUse)
      }
    },

    async hydrate() {
      if (hydrated) return
      try {
        await verifiers.id.hydrate()
        hydrated = true
      } catch (error) {
        throw toGatewayError(error, 'id')
      }
    },

    ready: () => hydrated,
  }
}

/** aws-jwt-verify lets a token without `exp` pass, and reads the system's clock. */
function refuseOddExpiry(exp: unknown, now: number): void {
  if (typeof exp === 'number' && exp + toleranceSeconds > now && exp < latestExpiry) return
  throw new GatewayError('GW_ERR_TOKENS_REFUSED', { reason: 'exp is missing, past, or no date' })
}

function toGatewayError(error: unknown, tokenUse: string): GatewayError {
  if (error instanceof GatewayError) return error
  if (!(error instanceof JwtBaseError) || isAboutKeys(error)) {
    const reason = `the keys of the user pool could not be had: ${(error as Error).message}`
    return new GatewayError('GW_ERR_COGNITO_UNAVAILABLE', {
      reason,
      retryAfterSeconds: fetchPauseSeconds,
    })
  }
  const late =
    error instanceof JwtExpiredError ? '; do the clocks of gateway and Cognito agree?' : ''
  const reason = `${tokenUse} token: ${error.constructor.name}: ${error.message}${late}`
  return new GatewayError('GW_ERR_TOKENS_REFUSED', { reason })
}

/** "Could not find out": the token may well be good. */
function isAboutKeys(error: JwtBaseError): boolean {
  return (
    error instanceof FetchError ||
    error instanceof NonRetryableFetchError ||
    error instanceof WaitPeriodNotYetEndedJwkError ||
    error instanceof JwksNotAvailableInCacheError ||
    error instanceof JwksValidationError ||
    error instanceof JwkValidationError
  )
}
