// Tokens with exactly Cognito's claims. Source: Amazon Cognito developer guide, "Understanding user pool
// JSON web tokens".
import { createHash, randomUUID } from 'node:crypto'
import { CompactEncrypt, generateKeyPair, type JWTPayload } from 'jose'
import type { Keys } from './keys.js'
import type { PoolClient } from './pool.js'
import type { SignIn } from './state.js'

/** Makes the tokens of a sign-in. */
export interface TokenMaker {
  idToken(signIn: SignIn, client: PoolClient, accessToken: string): Promise<string>
  accessToken(signIn: SignIn, client: PoolClient): Promise<string>
  /** Opaque to clients: a true five-part JWE of Cognito's size. */
  refreshToken(signIn: SignIn): Promise<string>
}

/** Payload that brings a refresh token to the 1.7 KB of Cognito's. */
const refreshTokenFiller = 'x'.repeat(760)

/** @param clock  NumericDate seconds */
export async function createTokenMaker(
  keys: Keys,
  issuer: string,
  clock: () => number,
): Promise<TokenMaker> {
  const { publicKey } = await generateKeyPair('RSA-OAEP', { modulusLength: 2048 })

  /** Claims that ID and access token share. */
  function common({ user, authTime, originJti, eventId }: SignIn, lifeSeconds: number): JWTPayload {
    const now = clock()
    return {
      sub: user.sub ?? '',
      ...(user.groups.length > 0 ? { 'cognito:groups': user.groups } : {}),
      iss: issuer,
      origin_jti: originJti,
      event_id: eventId,
      auth_time: authTime,
      exp: now + lifeSeconds,
      iat: now,
      jti: randomUUID(),
    }
  }

  return {
    idToken(signIn, client, accessToken) {
      const { user, nonce, scopes } = signIn
      return keys.sign('id', {
        at_hash: leftHalfHash(accessToken),
        ...common(signIn, client.idTokenSeconds),
        'cognito:username': user.username,
        ...(nonce === null ? {} : { nonce }),
        aud: client.id,
        token_use: 'id',
        ...readableAttributes(signIn, scopes),
      })
    },

    accessToken(signIn, client) {
      const { user, scopes, resource } = signIn
      return keys.sign('access', {
        ...common(signIn, client.accessTokenSeconds),
        version: 2,
        client_id: client.id,
        token_use: 'access',
        scope: scopes.join(' '),
        username: user.username,
        ...(resource === null ? {} : { aud: resource }),
      })
    },

    refreshToken({ originJti }) {
      const content = JSON.stringify({ originJti, jti: randomUUID(), filler: refreshTokenFiller })
      return new CompactEncrypt(new TextEncoder().encode(content))
        .setProtectedHeader({ cty: 'JWT', enc: 'A256GCM', alg: 'RSA-OAEP' })
        .encrypt(publicKey)
    },
  }
}

/** Attributes by scope: `openid` alone gives all; `email`, `phone`, `profile` limit them to their own. */
export function readableAttributes(
  { user }: Pick<SignIn, 'user'>,
  scopes: readonly string[],
): Record<string, string | boolean> {
  const limited = ['email', 'phone', 'profile'].filter(scope => scopes.includes(scope))
  const entries = Object.entries(user.attributes)
  if (limited.length === 0) return Object.fromEntries(entries)
  return Object.fromEntries(entries.filter(([name]) => limited.includes(scopeOf(name))))
}

function scopeOf(attribute: string): string {
  if (attribute.startsWith('email')) return 'email'
  return attribute.startsWith('phone_number') ? 'phone' : 'profile'
}

/** `at_hash` (OpenID Connect Core section 3.1.3.6). */
function leftHalfHash(token: string): string {
  return createHash('sha256').update(token, 'ascii').digest().subarray(0, 16).toString('base64url')
}
