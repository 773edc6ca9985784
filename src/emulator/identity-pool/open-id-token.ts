// The token of the basic flow, which STS takes: issued by the identity pool, for one identity.
// Source: developer guide, "Identity pools authentication flow".
import type { Realm } from '../realm.js'
import { type Login, ownProvider } from './login.js'
import type { IdentityPool } from './settings.js'

/** Issuer of these tokens; not the user pool's. */
export const openIdIssuer = `https://${ownProvider}`

/** A token that says which identity of the pool its bearer is. */
export function makeOpenIdToken(
  { identityKeys, clock }: Realm,
  { id }: IdentityPool,
  { identityId, login }: { identityId: string; login: Login | null },
  lifeSeconds: number,
): Promise<string> {
  const now = clock()
  return identityKeys.sign('id', {
    sub: identityId,
    aud: id,
    amr: login === null ? ['unauthenticated'] : ['authenticated', login.provider],
    iss: openIdIssuer,
    exp: now + lifeSeconds,
    iat: now,
  })
}
