// The refresh token grant, with rotation where the client has it: the old token is good for the grace period,
// and a new one ends when the first would have. Source: developer guide, "Refresh tokens".
import { freshTokens } from '../grant.js'
import type { PoolClient } from '../pool.js'
import { isActive, type Parameters, type Realm } from '../realm.js'
import type { RefreshToken } from '../state.js'
import { type Refusal, refusal } from './refusal.js'

/** New tokens for a refresh token. */
export async function refresh(
  realm: Realm,
  client: PoolClient,
  form: Parameters,
): Promise<Refusal | { body: object }> {
  if (form.refresh_token === undefined) return refusal('invalid_request', 'refresh_token is absent')
  const held = realm.state.refreshTokens.get(form.refresh_token)
  if (held === undefined) return refusal('invalid_grant', 'the refresh token is unknown')
  const refused = judgeRefreshToken(realm, client, held)
  if (refused !== null) return refused

  // Before the first await: of two refreshes at once without grace, one has come first.
  const before = { replacedAt: held.replacedAt, successor: held.successor }
  const successor = client.rotation === undefined ? null : rotate(realm, held)
  const [tokens, next] = await Promise.all([
    freshTokens(realm, client, held.signIn, 'RefreshTokens'),
    successor,
  ]).catch((error: unknown) => {
    // A trigger that fails costs nobody the token.
    Object.assign(held, before)
    throw error
  })
  const { username } = held.signIn.user
  realm.tell({ event: 'tokens', grantType: 'refresh_token', username, clientId: client.id })
  return { body: next === null ? tokens : { ...tokens, refresh_token: next } }
}

function judgeRefreshToken(
  realm: Realm,
  client: PoolClient,
  { signIn, endsAt, replacedAt }: RefreshToken,
): Refusal | null {
  const now = realm.clock()
  const refuse = (reason: string) => refusal('invalid_grant', `the refresh token ${reason}`)
  if (signIn.clientId !== client.id) return refuse("is another client's")
  if (signIn.revoked) return refuse('was revoked')
  if (!isActive(realm, signIn.user)) return refuse('belongs to a user who is disabled or gone')
  if (endsAt <= now) return refuse('has expired')
  if (replacedAt === null) return null
  if (now - replacedAt < (client.rotation?.graceSeconds ?? 0)) return null
  if (realm.settings.unpublished.reuseAfterGrace === 'family-revoked') signIn.revoked = true
  return refuse('was rotated out')
}

/** The token that takes over. */
function rotate({ state, tokens, clock, settings }: Realm, held: RefreshToken): Promise<string> {
  held.replacedAt ??= clock()
  const isSame = settings.unpublished.refreshInGrace === 'same-token'
  if (isSame && held.successor !== null) return held.successor
  const successor = tokens.refreshToken(held.signIn).then(token => {
    state.refreshTokens.set(token, { ...held, replacedAt: null, successor: null })
    return token
  })
  held.successor ??= successor
  return successor
}
