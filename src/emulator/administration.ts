// What an administrator does to a running pool through the AWS API: the person at the browser has no part in it.
import { beginSignIn, type FreshTokens, firstRefreshToken, freshTokens } from './grant.js'
import type { PoolUser } from './pool.js'
import { findClient, findUser, type Realm } from './realm.js'
import type { AwsSession } from './state.js'
import { changeUser, removeUser, signOutUser, type UserChanges } from './users.js'

/** Acts on users and their tokens. Each throws a RangeError for a user or client that is not there. */
export interface Administration {
  /** Changes groups, password, attributes, or whether a user is enabled; tokens show it at the next refresh. */
  update(username: string, changes: UserChanges): void
  /** `AdminDeleteUser` */
  remove(username: string): void
  /** `AdminUserGlobalSignOut`: all refresh tokens end; the hosted UI's session stays. */
  signOutEverywhere(username: string): void
  /** Tokens as from a sign-in at the hosted UI, without one. Scopes: all of the client's. */
  tokensFor(
    username: string,
    clientId: string,
    scopes?: readonly string[],
  ): Promise<FreshTokens & { readonly refresh_token: string }>
  /** The role and keys behind temporary credentials, for whoever checks a signature; null when unknown. */
  awsSession(accessKeyId: string): AwsSession | null
  /** Forgets all codes, tokens and sessions, as a new pool. */
  forget(): void
}

export function createAdministration(realm: Realm): Administration {
  const { state } = realm
  return {
    update(username, changes) {
      changeUser(realm, getUser(realm, username), changes)
    },

    remove(username) {
      removeUser(realm, getUser(realm, username))
    },

    signOutEverywhere(username) {
      signOutUser(realm, getUser(realm, username))
    },

    async tokensFor(username, clientId, scopes) {
      const user = getUser(realm, username)
      const client = findClient(realm, clientId)
      if (client === undefined)
        throw new RangeError(`no app client "${clientId}" in this user pool`)
      const about = { user, clientId, authTime: realm.clock(), nonce: null, resource: null }
      const signIn = beginSignIn(realm, { ...about, scopes: scopes ?? client.scopes })
      const refreshToken = await firstRefreshToken(realm, client, signIn)
      return { ...(await freshTokens(realm, client, signIn)), refresh_token: refreshToken }
    },

    awsSession(accessKeyId) {
      const session = state.awsSessions.get(accessKeyId)
      return session === undefined || session.expiresAt <= realm.clock() ? null : session
    },

    forget() {
      for (const part of Object.values(state)) part.clear()
    },
  }
}

function getUser(realm: Realm, username: string): PoolUser {
  const user = findUser(realm, username)
  if (user === undefined) throw new RangeError(`no user "${username}" in this user pool`)
  return user
}
