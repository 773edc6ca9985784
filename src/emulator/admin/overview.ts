// What the admin page and its API show. No token, and of users no password and no secret.
import type { PoolUser } from '../pool.js'
import type { Realm } from '../realm.js'

const maxShown = 200

/** A user without what only the user knows. */
export function describeUser({ password: _password, totpSecret, ...user }: PoolUser) {
  return { ...user, hasAuthenticator: totpSecret !== undefined }
}

/** The newest sign-ins that still have tokens. */
export function listSignIns({ state, clock }: Realm) {
  const now = clock()
  const newest = [...state.refreshTokens.values()].reverse().slice(0, maxShown)
  return newest.map(({ signIn, endsAt, replacedAt }) => ({
    username: signIn.user.username,
    clientId: signIn.clientId,
    scopes: signIn.scopes,
    via: signIn.via,
    authTime: signIn.authTime,
    refreshTokenEndsAt: endsAt,
    state: signIn.revoked
      ? 'revoked'
      : endsAt <= now
        ? 'expired'
        : replacedAt === null
          ? 'current'
          : 'rotated out',
  }))
}

/** App clients; secrets are those of the pool's file. */
export function listClients({ settings }: Realm) {
  return settings.clients.map(({ secrets, ...client }) => ({
    ...client,
    isPublic: secrets.length === 0,
  }))
}

/** All groups, also those that only users name. */
export function listGroups({ settings }: Realm) {
  const named = new Map(settings.groups.map(group => [group.name, group]))
  const used = settings.users.flatMap(({ groups }) => groups)
  return [...new Set([...named.keys(), ...used])].map(name => ({
    ...(named.get(name) ?? { name }),
    members: used.filter(group => group === name).length,
  }))
}
