// The one place that knows aws-jwt-verify: RS256, keys of this pool alone, exact issuer, client, token_use,
// expiry. What the library leaves open is closed here: tokens without `exp`, `iat` or `sub`, and `crit`.
import { JwtVerifier } from 'aws-jwt-verify'
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier'
import {
  JwksNotAvailableInCacheError,
  JwksValidationError,
  JwkValidationError,
  JwtBaseError,
  JwtExpiredError,
  JwtParseError,
} from 'aws-jwt-verify/error'
import { type PenaltyBox, SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt'
import { GatewayError } from '../errors.js'
import type { Claims, Clock, TokenUse } from '../model.js'
import type { Call } from './call.js'
import { toleranceSeconds } from './clock-watch.js'
import type { Endpoints } from './endpoints.js'
import { createKeyFetch } from './key-fetch.js'
import { toPlainError } from './plain-error.js'
import { printable } from './quote.js'

/**
 * Verifies tokens of one pool and app client. `sub` of what it gives is a string that is not empty, `exp`
 * and `iat` are NumericDate seconds.
 *
 * Both ways throw GW_ERR_TOKENS_REFUSED when the token is not good, and GW_ERR_COGNITO_UNAVAILABLE when that
 * could not be found out for want of keys.
 */
export interface ClientVerifier {
  /** @param expected.nonce  of the sign-in; absent after a refresh, where Cognito leaves it to chance */
  verifyIdToken(token: string, expected?: { readonly nonce?: string }): Promise<VerifiedClaims>
  verifyAccessToken(token: string): Promise<VerifiedClaims>
  /**
   * A token that anybody may have sent, of any client in the list. What its own words give away is refused before a
   * key is looked for, so that rubbish causes no call.
   */
  verifyBearer(token: string, tokenUse: TokenUse): Promise<VerifiedClaims>
}

/** The same for the usual app client, and the keys that all clients of a pool share. */
export interface TokenVerifier extends ClientVerifier {
  /** Verifies tokens of another app client of this pool, with the same keys. */
  forClient(clientId: string, bearerClientIds: readonly string[]): ClientVerifier
  /** Fetches the keys, so that the first sign-in need not. Throws GW_ERR_COGNITO_UNAVAILABLE. */
  hydrate(): Promise<void>
  /** Fetches them once more. Throws GW_ERR_COGNITO_UNAVAILABLE; the keys from before are kept. */
  renew(): Promise<void>
  /** Whether the keys are there. */
  ready(): boolean
}

/** Claims with the ones that every token of Cognito's has. */
export type VerifiedClaims = Claims & {
  readonly sub: string
  readonly exp: number
  readonly iat: number
}

/** The year 2100. What is beyond it is no date. */
const latestDate = 4_102_444_800

/** A verifier that fetches its keys through `call`. @param clock NumericDate seconds */
export function createTokenVerifier({
  endpoints,
  clientId,
  bearerClientIds = [clientId],
  call,
  clock,
  onKeysFetched,
}: {
  endpoints: Pick<Endpoints, 'issuer' | 'jwksUri'>
  clientId: string
  /** App clients whose tokens are taken as Bearer tokens. */
  bearerClientIds?: readonly string[]
  call: Call
  clock: Clock
  /** Told every fetch of the keys, and whether they came. */
  onKeysFetched?: (ok: boolean) => void
}): TokenVerifier {
  let hydrated = false
  const fetcher = {
    fetch: createKeyFetch({
      jwksUri: endpoints.jwksUri,
      call,
      clock,
      ...(onKeysFetched && { onFetched: onKeysFetched }),
    }),
  }
  const jwksCache = new SimpleJwksCache({ fetcher, penaltyBox: openBox })
  const usual = verifiersFor([clientId])

  function verifiersFor(clientIds: readonly string[]) {
    return { id: verifierFor('id', clientIds), access: verifierFor('access', clientIds) }
  }

  function verifierFor(tokenUse: TokenUse, clientIds: readonly string[]) {
    return JwtVerifier.create(
      {
        issuer: endpoints.issuer,
        audience: null,
        jwksUri: endpoints.jwksUri,
        graceSeconds: toleranceSeconds,
        customJwtCheck: ({ header, payload }) => {
          validateCognitoJwtFields(payload, { tokenUse, clientId: [...clientIds] })
          requireHeader(header)
        },
      },
      { jwksCache },
    )
  }

  async function verify(
    token: string,
    tokenUse: TokenUse,
    among: typeof usual,
  ): Promise<VerifiedClaims> {
    try {
      const claims = await among[tokenUse].verify(token)
      hydrated = true
      return requireClaims(claims, clock())
    } catch (error) {
      throw toGatewayError(error, tokenUse)
    }
  }

  async function renew(): Promise<void> {
    try {
      await usual.id.hydrate()
      hydrated = true
    } catch (error) {
      throw toGatewayError(error, 'id')
    }
  }

  function forClient(own: typeof usual, bearerIds: readonly string[]): ClientVerifier {
    const bearers = verifiersFor(bearerIds)
    return {
      async verifyIdToken(token, { nonce } = {}) {
        const claims = await verify(token, 'id', own)
        if (nonce !== undefined && claims.nonce !== nonce) {
          throw refused('id token: nonce expected that of this sign-in, seen another or none')
        }
        return claims
      },

      verifyAccessToken: token => verify(token, 'access', own),

      async verifyBearer(token, tokenUse) {
        try {
          const { header, payload } = decomposeUnverifiedJwt(token)
          requireHeader(header)
          if (payload.iss !== endpoints.issuer) throw refused('iss expected that of the user pool')
          validateCognitoJwtFields(payload, { tokenUse, clientId: [...bearerIds] })
          requireClaims(payload, clock())
        } catch (error) {
          throw toGatewayError(error, tokenUse)
        }
        return verify(token, tokenUse, bearers)
      },
    }
  }

  return {
    ...forClient(usual, bearerClientIds),

    forClient: (id, bearerIds) => forClient(verifiersFor([id]), bearerIds),

    async hydrate() {
      if (!hydrated) await renew()
    },

    renew,

    ready: () => hydrated,
  }
}

/** Pauses are kept where the fetching is (cognito/key-fetch), by the given clock. */
const openBox: PenaltyBox = {
  async wait() {},
  registerFailedAttempt() {},
  registerSuccessfulAttempt() {},
}

/** RFC 7515 section 4.1.11: what `crit` names has to be understood, and nothing is. */
function requireHeader(header: object): void {
  const { alg } = header as { alg?: unknown }
  if (alg !== 'RS256') throw refused(`alg expected RS256, seen ${printable(String(alg))}`)
  if (Object.hasOwn(header, 'crit')) throw refused('crit expected nowhere, seen in the header')
}

/** aws-jwt-verify lets a token without these pass, and reads the system's clock. */
function requireClaims(claims: Claims, now: number): VerifiedClaims {
  const { sub, exp, iat } = claims
  if (typeof sub !== 'string' || sub === '') throw refused('sub expected, seen none')
  if (!isDate(exp)) throw refused('exp expected as a date, seen none')
  if (!isDate(iat)) throw refused('iat expected as a date, seen none')
  if (exp + toleranceSeconds <= now) throw refused(`exp expected after ${now}, seen ${exp}`)
  return claims as VerifiedClaims
}

function isDate(claim: unknown): claim is number {
  return typeof claim === 'number' && claim > 0 && claim < latestDate
}

function refused(reason: string): GatewayError {
  return new GatewayError('GW_ERR_TOKENS_REFUSED', { reason })
}

function toGatewayError(error: unknown, tokenUse: string): GatewayError {
  if (error instanceof GatewayError) return error
  if (!(error instanceof JwtBaseError) || isAboutKeys(error)) {
    const reason = 'the keys of the user pool cannot be used'
    return new GatewayError('GW_ERR_COGNITO_UNAVAILABLE', { reason, cause: toPlainError(error) })
  }
  const reason = `${tokenUse} token: ${error.constructor.name}: ${describe(error)}`
  return new GatewayError('GW_ERR_TOKENS_REFUSED', { reason })
}

function describe(error: JwtBaseError): string {
  // Its text may quote what it could not parse.
  if (error instanceof JwtParseError) return 'expected a JSON Web Token, seen something else'
  const late =
    error instanceof JwtExpiredError ? '; do the clocks of gateway and Cognito agree?' : ''
  return printable(error.message) + late
}

/** "Could not find out": the token may well be good. */
function isAboutKeys(error: JwtBaseError): boolean {
  return (
    error instanceof JwksNotAvailableInCacheError ||
    error instanceof JwksValidationError ||
    error instanceof JwkValidationError
  )
}
