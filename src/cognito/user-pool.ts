// What the gateway asks of a user pool, in its own words: tokens leave this room verified or not at all.
import { GatewayError } from '../errors.js'
import type { Identity, Session, TokenSet } from '../model.js'
import { toIdentity } from './claims.js'
import type { Callback, CognitoClient, RawTokens } from './client.js'
import type { CompareClocks } from './clock-watch.js'
import type { TokenVerifier, VerifiedClaims } from './verifier.js'

/** A person and their tokens, every one of them checked. */
export interface VerifiedTokens {
  readonly identity: Identity
  readonly tokens: TokenSet
}

/** The token side of a user pool. */
export interface UserPool {
  /** Tokens for the code of a callback. @throws what CognitoClient.exchange and TokenVerifier throw */
  redeemCode(callback: Callback): Promise<VerifiedTokens>
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
  compareClocks,
}: {
  client: CognitoClient
  verifier: TokenVerifier
  compareClocks: CompareClocks
}): UserPool {
  async function verified(
    raw: RawTokens,
    { nonce, oldRefreshToken }: { nonce?: string; oldRefreshToken: string | null },
  ): Promise<VerifiedTokens> {
    const [id, access] = await Promise.all([
      verifier.verifyIdToken(raw.idToken, nonce === undefined ? {} : { nonce }),
      verifier.verifyAccessToken(raw.accessToken),
    ])
    requireSame('sub of ID and access token', id.sub, access.sub)
    compareClocks(access.iat)
    return { identity: toIdentity(id, access), tokens: toTokenSet(raw, access, oldRefreshToken) }
  }

  return {
    async redeemCode(callback) {
      // openid-client compares the nonce too, before the signature is known to be good.
      const { nonce } = callback
      return verified(await client.exchange(callback), { nonce, oldRefreshToken: null })
    },

    async renewTokens({ identity, tokens }) {
      if (tokens.refreshToken === null) return null
      const raw = await client.refresh(tokens.refreshToken)
      if (raw === null) return null
      const fresh = await verified(raw, { oldRefreshToken: tokens.refreshToken })
      requireSame('sub before and after the refresh', fresh.identity.subject, identity.subject)
      return fresh
    },
  }
}

function toTokenSet(
  { idToken, accessToken, refreshToken }: RawTokens,
  { iat, exp }: VerifiedClaims,
  oldRefreshToken: string | null,
): TokenSet {
  return {
    idToken,
    accessToken,
    refreshToken: refreshToken ?? oldRefreshToken,
    issuedAt: iat,
    expiresAt: exp,
  }
}

function requireSame(what: string, seen: string, expected: string): void {
  if (seen === expected && seen !== '') return
  throw new GatewayError('GW_ERR_TOKENS_REFUSED', { reason: `${what} differs` })
}
