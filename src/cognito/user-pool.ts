// What the gateway asks of a user pool, in its own words: tokens leave this room verified or not at all.
import { createHash } from 'node:crypto'
import { GatewayError } from '../errors.js'
import type { Identity, Session, TokenSet } from '../model.js'
import { toIdentity } from './claims.js'
import type { Callback, CognitoClient, RawTokens } from './client.js'
import type { CompareClocks } from './clock-watch.js'
import { createUnverifiedAnswers } from './unverified.js'
import type { ClientVerifier, VerifiedClaims } from './verifier.js'

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
   * An answer that cannot be verified is kept, and verified the next time instead of asking for another.
   * @param onRotated  told of the refresh token in such an answer: the one before may be dead
   * @throws when that could not be found out, and GW_ERR_TOKENS_REFUSED for tokens of somebody else
   */
  renewTokens(session: Session, onRotated?: OnRotated): Promise<VerifiedTokens | null>
}

/** Never rejects: the tokens were not verified, whatever becomes of this. */
export type OnRotated = (refreshToken: string) => Promise<void>

/** A user pool over its endpoints. */
export function createUserPool({
  client,
  verifier,
  compareClocks,
}: {
  client: CognitoClient
  verifier: ClientVerifier
  compareClocks: CompareClocks
}): UserPool {
  const unverified = createUnverifiedAnswers()

  async function verified(
    raw: RawTokens,
    { nonce, oldRefreshToken }: { nonce?: string; oldRefreshToken: string | null },
  ): Promise<VerifiedTokens> {
    const [id, access] = await Promise.all([
      verifier.verifyIdToken(raw.idToken, nonce === undefined ? {} : { nonce }),
      verifier.verifyAccessToken(raw.accessToken),
    ])
    requireSame('sub of ID and access token', id.sub, access.sub)
    if (nonce !== undefined) requireBound(id, raw.accessToken)
    compareClocks(access.iat)
    return { identity: toIdentity(id, access), tokens: toTokenSet(raw, access, oldRefreshToken) }
  }

  /** What an earlier answer says now. Null also when it says nothing any more: its refresh token still may. */
  async function verifiedLate(refreshToken: string): Promise<VerifiedTokens | null> {
    const raw = unverified.of(refreshToken)
    if (raw === undefined) return null
    try {
      return await verified(raw, { oldRefreshToken: refreshToken })
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'GW_ERR_TOKENS_REFUSED') return null
      throw error
    }
  }

  async function ask(refreshToken: string, onRotated: OnRotated): Promise<VerifiedTokens | null> {
    const newest = unverified.of(refreshToken)?.refreshToken ?? refreshToken
    const raw = await client.refresh(newest)
    if (raw === null) return null
    try {
      return await verified(raw, { oldRefreshToken: newest })
    } catch (error) {
      unverified.keep(refreshToken, { ...raw, refreshToken: raw.refreshToken ?? newest })
      if (raw.refreshToken !== null) await onRotated(raw.refreshToken)
      throw error
    }
  }

  return {
    async redeemCode(callback) {
      // openid-client compares the nonce too, before the signature is known to be good.
      const { nonce } = callback
      return verified(await client.exchange(callback), { nonce, oldRefreshToken: null })
    },

    async renewTokens({ identity, tokens: { refreshToken } }, onRotated = async () => {}) {
      if (refreshToken === null) return null
      const fresh = (await verifiedLate(refreshToken)) ?? (await ask(refreshToken, onRotated))
      unverified.forget(refreshToken)
      if (fresh !== null) {
        requireSame('sub before and after the refresh', fresh.identity.subject, identity.subject)
      }
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

/** OpenID Connect Core section 3.1.3.8: `at_hash` may be absent, and Cognito promises nothing of it after a refresh. */
function requireBound({ at_hash: expected }: VerifiedClaims, accessToken: string): void {
  if (expected === undefined) return
  const half = createHash('sha256').update(accessToken, 'ascii').digest().subarray(0, 16)
  requireSame('at_hash and the access token', half.toString('base64url'), String(expected))
}

function requireSame(what: string, seen: string, expected: string): void {
  if (seen === expected && seen !== '') return
  throw new GatewayError('GW_ERR_TOKENS_REFUSED', { reason: `${what} differs` })
}
