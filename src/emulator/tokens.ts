// Tokens with exactly Cognito's claims. Source: Amazon Cognito developer guide, "Understanding user pool
// JSON web tokens". `acr` and `amr` (2026) are not in a classic sign-in's tokens.
import { createHash, randomUUID } from 'node:crypto'
import { CompactEncrypt, type CryptoKey, generateKeyPair, type JWTPayload } from 'jose'
import { readableAttributes } from './attributes.js'
import type { Keys } from './keys.js'
import type { PoolClient, PoolGroup } from './pool.js'
import type { SignIn } from './state.js'

/** Makes the tokens of a sign-in. */
export interface TokenMaker {
  idToken(signIn: SignIn, client: PoolClient, accessToken: string): Promise<string>
  accessToken(signIn: SignIn, client: PoolClient): Promise<string>
  /** Opaque to clients: a true five-part JWE of Cognito's size. */
  refreshToken(signIn: SignIn): Promise<string>
}

/** What a token names besides the sign-in. */
export interface TokenPlace {
  readonly issuer: string
  readonly keys: Pick<Keys, 'sign'>
  readonly groups: readonly PoolGroup[]
  /** NumericDate seconds. */
  readonly clock: () => number
}

/** Payload that brings a refresh token to the 1.7 KB of Cognito's. */
const refreshTokenFiller = 'x'.repeat(760)

/** One for all pools of the process: nobody ever opens a refresh token, they are found by their text. */
let sealingKey: Promise<CryptoKey> | undefined

/** @param place  read at each token, so that a moved clock or issuer counts at once */
export function createTokenMaker(place: TokenPlace): TokenMaker {
  /** Claims that ID and access token share. */
  function common(
    { user, authTime, originJti, eventId }: SignIn,
    { tokenRevocation }: PoolClient,
    lifeSeconds: number,
  ): JWTPayload {
    const now = place.clock()
    return {
      sub: user.sub ?? '',
      ...(user.groups.length > 0 ? { 'cognito:groups': user.groups } : {}),
      iss: place.issuer,
      ...(tokenRevocation ? { origin_jti: originJti, jti: randomUUID() } : {}),
      event_id: eventId,
      auth_time: authTime,
      exp: now + lifeSeconds,
      iat: now,
    }
  }

  return {
    idToken(signIn, client, accessToken) {
      const { user, nonce, scopes } = signIn
      return place.keys.sign('id', {
        at_hash: leftHalfHash(accessToken),
        ...common(signIn, client, client.idTokenSeconds),
        ...roles(place.groups.filter(({ name }) => user.groups.includes(name))),
        'cognito:username': user.username,
        ...(nonce === null ? {} : { nonce }),
        aud: client.id,
        token_use: 'id',
        ...readableAttributes(user, client, scopes),
      })
    },

    accessToken(signIn, client) {
      const { user, scopes, resource } = signIn
      return place.keys.sign('access', {
        ...common(signIn, client, client.accessTokenSeconds),
        version: 2,
        client_id: client.id,
        token_use: 'access',
        scope: scopes.join(' '),
        username: user.username,
        ...(resource === null ? {} : { aud: resource }),
      })
    },

    async refreshToken({ originJti }) {
      sealingKey ??= createSealingKey()
      const content = JSON.stringify({ originJti, jti: randomUUID(), filler: refreshTokenFiller })
      return new CompactEncrypt(new TextEncoder().encode(content))
        .setProtectedHeader({ cty: 'JWT', enc: 'A256GCM', alg: 'RSA-OAEP' })
        .encrypt(await sealingKey)
    },
  }
}

async function createSealingKey(): Promise<CryptoKey> {
  const { publicKey } = await generateKeyPair('RSA-OAEP', { modulusLength: 2048 })
  return publicKey
}

/** Roles of a user's groups; none is preferred when two groups share the best precedence. */
function roles(groups: readonly PoolGroup[]): JWTPayload {
  const withRole = groups.filter(({ roleArn }) => roleArn !== undefined)
  if (withRole.length === 0) return {}
  const precedences = withRole.map(({ precedence = Number.POSITIVE_INFINITY }) => precedence)
  const best = Math.min(...precedences)
  const preferred = new Set(
    withRole.filter((_, index) => precedences[index] === best).map(({ roleArn }) => roleArn),
  )
  const [roleArn] = preferred
  return {
    'cognito:roles': withRole.map(group => group.roleArn),
    ...(preferred.size === 1 ? { 'cognito:preferred_role': roleArn } : {}),
  }
}

/** `at_hash` (OpenID Connect Core section 3.1.3.6). */
function leftHalfHash(token: string): string {
  return createHash('sha256').update(token, 'ascii').digest().subarray(0, 16).toString('base64url')
}
