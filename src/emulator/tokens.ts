// Tokens with exactly Cognito's claims. Source: Amazon Cognito developer guide, "Understanding user pool
// JSON web tokens". `acr` and `amr` (2026) are not in a classic sign-in's tokens.
import { createHash, randomUUID } from 'node:crypto'
import { CompactEncrypt, type CryptoKey, generateKeyPair, type JWTPayload } from 'jose'
import { readableAttributes } from './attributes.js'
import type { Keys } from './keys.js'
import type { PoolClient, PoolGroup, PoolUser } from './pool.js'
import type { SignIn } from './state.js'
import { applyChanges, noTokenChanges, type TokenChanges } from './triggers/token-changes.js'

/** Makes the tokens of a sign-in. */
export interface TokenMaker {
  idToken(
    signIn: SignIn,
    client: PoolClient,
    accessToken: string,
    changes?: TokenChanges,
  ): Promise<string>
  accessToken(signIn: SignIn, client: PoolClient, changes?: TokenChanges): Promise<string>
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
    groups: readonly string[],
  ): JWTPayload {
    const now = place.clock()
    return {
      sub: user.sub ?? '',
      ...(groups.length > 0 ? { 'cognito:groups': groups } : {}),
      iss: place.issuer,
      ...(tokenRevocation ? { origin_jti: originJti, jti: randomUUID() } : {}),
      event_id: eventId,
      auth_time: authTime,
      exp: now + lifeSeconds,
      iat: now,
    }
  }

  return {
    idToken(signIn, client, accessToken, changes = noTokenChanges) {
      const { user, nonce, scopes, via } = signIn
      const groups = changes.groups ?? user.groups
      const claims = {
        ...(via === 'pages' ? { at_hash: leftHalfHash(accessToken) } : {}),
        ...common(signIn, client, client.idTokenSeconds, groups),
        ...roles(place.groups.filter(({ name }) => groups.includes(name))),
        'cognito:username': user.username,
        ...(nonce === null ? {} : { nonce }),
        ...(user.identities.length > 0
          ? { identities: user.identities.map(describeIdentity) }
          : {}),
        aud: client.id,
        token_use: 'id',
        ...readableAttributes(user, client, scopes),
      }
      return place.keys.sign('id', applyChanges(claims, changes.idToken))
    },

    accessToken(signIn, client, changes = noTokenChanges) {
      const { user, scopes, resource } = signIn
      const granted = [...new Set([...scopes, ...changes.addScopes])]
      const claims = {
        ...common(signIn, client, client.accessTokenSeconds, changes.groups ?? user.groups),
        version: 2,
        client_id: client.id,
        token_use: 'access',
        scope: granted.filter(scope => !changes.suppressScopes.includes(scope)).join(' '),
        username: user.username,
        ...(resource === null ? {} : { aud: resource }),
      }
      return place.keys.sign('access', applyChanges(claims, changes.accessToken))
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

/** As the claim has it: texts, the date in milliseconds. */
function describeIdentity({ primary, dateCreated, ...identity }: PoolUser['identities'][number]) {
  return { ...identity, primary: String(primary), dateCreated: String(dateCreated) }
}

/** `at_hash` (OpenID Connect Core section 3.1.3.6). */
function leftHalfHash(token: string): string {
  return createHash('sha256').update(token, 'ascii').digest().subarray(0, 16).toString('base64url')
}
