// What the gateway asks of a user pool, in its own words: tokens leave this room verified or not at all.
import { GatewayError } from '../errors.js'
import type { Claims, Identity, Session, TokenSet } from '../model.js'
import { toIdentity } from './claims.js'
import type { CognitoClient, RawTokens } from './client.js'
import type { TokenVerifier } from './verifier.js'

/** A person and their tokens, every one of them checked. */
export interface VerifiedTokens {
  readonly identity: Identity
  readonly tokens: TokenSet
}

/** The token side of a user pool. */
export interface UserPool {
  /** Tokens for the code of a callback. @throws what CognitoClient.exchange and TokenVerifier.verify throw */
  redeemCode(callback: {
    callbackUrl: URL
    state: string
    nonce: string
    codeVerifier: string
  }): Promise<VerifiedTokens>
  /**
   * Fresh tokens of a session; null when Cognito refuses its refresh token for good, or it has none.
   *
   * @throws when that could not be found out, and GW_ERR_TOKENS_REFUSED for tokens of somebody else
   */
  renewTokens(session: Session): Promise<VerifiedTokens | null>
}

/** A user pool over its endpoints. */
export function createUserPool({
  client,
  verifier,
}: {
  client: CognitoClient
  verifier: TokenVerifier
}): UserPool {
  async function verified(raw: RawTokens, oldRefreshToken: string | null): Promise<VerifiedTokens> {
    const [id, access] = await Promise.all([
      verifier.verify(raw.idToken, 'id'),
      verifier.verify(raw.accessToken, 'access'),
    ])
    requireSame('sub of ID and access token', id.sub, access.sub)
    return { identity: toIdentity(id), tokens: toTokenSet(raw, access, oldRefreshToken) }
  }

  return {
    async redeemCode({ callbackUrl, ...expected }) {
      const answer = await verified(await client.exchange(callbackUrl, expected), null)
      // openid-client compared it before the signature was known to be good.
      requireSame('nonce', answer.identity.claims.nonce, expected.nonce)
      return answer
    },

    async renewTokens({ identity, tokens }) {
      if (tokens.refreshToken === null) return null
      const raw = await client.refresh(tokens.refreshToken)
      if (raw === null) return null
      const fresh = await verified(raw, tokens.refreshToken)
      requireSame('sub before and after the refresh', fresh.identity.subject, identity.subject)
      return fresh
    },
  }
}

function toTokenSet(raw: RawTokens, access: Claims, oldRefreshToken: string | null): TokenSet {
  const { idToken, accessToken, refreshToken } = raw
  const { iat, exp } = access as { iat: number; exp: number }
  return {
    idToken,
    accessToken,
    refreshToken: refreshToken ?? oldRefreshToken,
    issuedAt: iat,
    expiresAt: exp,
  }
}

function requireSame(what: string, seen: unknown, expected: unknown): void {
  if (seen === expected && typeof seen === 'string' && seen !== '') return
  throw new GatewayError('GW_ERR_TOKENS_REFUSED', { reason: `${what} differs` })
}
