// An access token that comes back to the pool that gave it: userInfo, and the API's own-account operations.
import { isActive, type Realm } from './realm.js'
import type { SignIn } from './state.js'
import { verifyToken } from './verify.js'

/** What became of an access token. */
export type Standing =
  | { readonly signIn: SignIn }
  | { readonly reason: 'invalid' | 'expired' | 'revoked' }

/** The sign-in of an access token that still counts, or why it does not. */
export async function readAccessToken(realm: Realm, token: string): Promise<Standing> {
  const claims = await verifyToken(realm.keys, token)
  if (claims === null || claims.token_use !== 'access') return { reason: 'invalid' }
  if (typeof claims.exp !== 'number' || claims.exp <= realm.clock()) return { reason: 'expired' }
  const signIn = realm.state.signIns.get(String(claims.event_id))
  if (signIn === undefined) return { reason: 'invalid' }
  return signIn.revoked || !isActive(realm, signIn.user) ? { reason: 'revoked' } : { signIn }
}
