// Who calls an identity pool: the `Logins` map, with an ID token of the user pool, a token of the developer
// provider, or nobody. Source: API reference, GetId and GetCredentialsForIdentity.
import { createHash, randomUUID } from 'node:crypto'
import type { Texts } from '../aws/call.js'
import { isActive, type Realm } from '../realm.js'
import { verifyToken } from '../verify.js'
import { refused } from './error.js'
import type { IdentityPool } from './settings.js'

/** Somebody an identity pool knows. */
export interface Login {
  readonly identityId: string
  readonly provider: string
  /** Of the ID token; empty for developer identities. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** The name of AWS's own provider, for tokens of the developer provider. */
export const ownProvider = 'cognito-identity.amazonaws.com'

/** Names under which this user pool may stand in `Logins`: AWS's, and the emulator's own issuer. */
export function providerNames({ settings: { poolId }, issuer }: Realm): string[] {
  const [region] = poolId.split('_')
  return [`cognito-idp.${region}.amazonaws.com/${poolId}`, issuer.replace(/^https?:\/\//, '')]
}

/**
 * The person behind `Logins`; null for an empty map.
 * @throws ServiceError `NotAuthorizedException` with what is wrong with the token
 */
export async function readLogins(
  realm: Realm,
  pool: IdentityPool,
  logins: Texts,
): Promise<Login | null> {
  const [entry, ...others] = Object.entries(logins)
  if (entry === undefined) return null
  if (others.length > 0) {
    throw refused('NotAuthorizedException', 'This emulator takes one login at a time.')
  }
  const [provider, token] = entry
  if (provider === ownProvider) return developerLogin(realm, pool, token)
  if (!providerNames(realm).includes(provider)) {
    const reason = 'Token is not from a supported provider of this identity pool.'
    throw refused('NotAuthorizedException', reason)
  }
  const claims = await verifyIdToken(realm, pool, token)
  // Under either name of the provider the same person is the same identity.
  const [name = ''] = providerNames(realm)
  return { identityId: identityIdOf(pool, name, String(claims.sub)), provider: name, claims }
}

/** Stable, and nothing to remember: AWS keeps a table. */
export function identityIdOf({ id }: IdentityPool, provider: string, subject: string): string {
  const [region] = id.split(':')
  const hash = createHash('sha256').update(`${id}\n${provider}\n${subject}`).digest('hex')
  const parts = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`]
  return `${region}:${[...parts, `8${hash.slice(17, 20)}`, hash.slice(20, 32)].join('-')}`
}

/** The id of a guest, who has no name. */
export function guestId({ id }: IdentityPool): string {
  return `${id.split(':')[0]}:${randomUUID()}`
}

async function verifyIdToken(
  realm: Realm,
  { clients, serverSideTokenCheck }: IdentityPool,
  token: string,
) {
  const refuse = (reason: string) =>
    refused('NotAuthorizedException', `Invalid login token. ${reason}`)
  const claims = await verifyToken(realm.keys, token)
  if (claims === null) throw refuse("Couldn't verify signed token.")
  if (claims.iss !== realm.issuer) throw refuse("Issuer doesn't match providerName")
  // An access token has no audience.
  if (claims.token_use !== 'id' || typeof claims.aud !== 'string') {
    throw refuse('Missing a required claim: aud')
  }
  if (clients !== undefined && !clients.includes(claims.aud)) {
    throw refuse('Incorrect token audience.')
  }
  const now = realm.clock()
  if (typeof claims.exp !== 'number' || claims.exp <= now) {
    throw refuse(`Token expired: ${claims.exp} >= ${now}`)
  }
  if (serverSideTokenCheck && !isAlive(realm, claims.event_id)) {
    throw refuse('Token has been revoked.')
  }
  return claims
}

function isAlive(realm: Realm, eventId: unknown): boolean {
  const signIn = realm.state.signIns.get(String(eventId))
  return signIn !== undefined && !signIn.revoked && isActive(realm, signIn.user)
}

async function developerLogin(realm: Realm, pool: IdentityPool, token: string): Promise<Login> {
  const claims = await verifyToken(realm.identityKeys, token)
  const isOurs = claims?.aud === pool.id && typeof claims.exp === 'number'
  if (!isOurs || Number(claims.exp) <= realm.clock()) {
    throw refused('NotAuthorizedException', "Invalid login token. Couldn't verify signed token.")
  }
  return { identityId: String(claims.sub), provider: ownProvider, claims: {} }
}
