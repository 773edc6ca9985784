// The users of a running pool. Whatever changes one of them goes through here, by the admin API, the pages, or a
// test, and is announced.
import { randomUUID } from 'node:crypto'
import type { UserOperation } from './changes.js'
import type { PoolUser } from './pool.js'
import { PoolError } from './pool-error.js'
import { maxGroupsOfUser } from './pool-rules.js'
import { findUser, type Realm } from './realm.js'

/** More is refused: a pool for tests, and bounded. */
export const maxUsers = 10_000

/** AWS has 20 of its own and allows 50 more. */
const maxAttributes = 70

/** What of a user may change; user name and `sub` stay. */
export type UserChanges = Partial<Omit<PoolUser, 'username' | 'sub'>>

/**
 * Adds a user, with a random `sub`.
 * @throws PoolError `UsernameExistsException`, `LimitExceededException`
 */
export function addUser(
  realm: Realm,
  user: Omit<PoolUser, 'sub'>,
  operation: UserOperation,
): PoolUser {
  const { users } = realm.settings
  const { email } = user.attributes
  const isExternal = user.status === 'EXTERNAL_PROVIDER'
  const names = [user.username, ...(typeof email === 'string' && !isExternal ? [email] : [])]
  if (names.some(name => findUser(realm, name) !== undefined)) {
    throw new PoolError('UsernameExistsException', 'User already exists')
  }
  if (users.length >= maxUsers) {
    throw new PoolError('LimitExceededException', `This pool holds ${maxUsers} users at most.`)
  }
  const added = { ...user, sub: randomUUID() }
  users.push(added)
  announce(realm, added, operation)
  return added
}

/**
 * Changes a user; tells of `enabled`, of each group, and of the rest as `operation`.
 * @throws PoolError `LimitExceededException` beyond 70 attributes or 100 groups
 */
export function changeUser(
  realm: Realm,
  user: PoolUser,
  { groups, enabled, ...rest }: UserChanges,
  operation: UserOperation = 'password' in rest
    ? 'AdminSetUserPassword'
    : 'AdminUpdateUserAttributes',
): void {
  if (Object.keys(rest.attributes ?? {}).length > maxAttributes) {
    throw new PoolError('LimitExceededException', `A user has ${maxAttributes} attributes at most.`)
  }
  if (Object.keys(rest).length > 0) {
    Object.assign(user, rest)
    announce(realm, user, operation)
  }
  if (enabled !== undefined && enabled !== user.enabled) {
    user.enabled = enabled
    announce(realm, user, enabled ? 'AdminEnableUser' : 'AdminDisableUser')
  }
  if (groups === undefined) return
  for (const group of user.groups.filter(name => !groups.includes(name))) {
    leaveGroup(realm, user, group)
  }
  for (const group of groups) joinGroup(realm, user, group)
}

/** @throws PoolError `LimitExceededException` beyond 100 groups */
export function joinGroup(realm: Realm, user: PoolUser, groupName: string): void {
  if (user.groups.includes(groupName)) return
  if (user.groups.length >= maxGroupsOfUser) {
    throw new PoolError('LimitExceededException', `A user is in ${maxGroupsOfUser} groups at most.`)
  }
  user.groups = [...user.groups, groupName]
  announce(realm, user, 'AdminAddUserToGroup', groupName)
}

export function leaveGroup(realm: Realm, user: PoolUser, groupName: string): void {
  if (!user.groups.includes(groupName)) return
  user.groups = user.groups.filter(name => name !== groupName)
  announce(realm, user, 'AdminRemoveUserFromGroup', groupName)
}

/** Deletes a user; tokens and sessions of it count no more. */
export function removeUser(
  realm: Realm,
  user: PoolUser,
  operation: UserOperation = 'AdminDeleteUser',
): void {
  const { users } = realm.settings
  const index = users.indexOf(user)
  if (index === -1) return
  users.splice(index, 1)
  announce(realm, user, operation)
}

/** Ends all refresh tokens of a user, and access tokens as far as the pool is asked; the hosted UI's session stays. */
export function signOutUser(
  realm: Realm,
  user: PoolUser,
  operation: UserOperation = 'AdminUserGlobalSignOut',
): void {
  for (const signIn of realm.state.signIns.values()) {
    if (signIn.user === user) signIn.revoked = true
  }
  announce(realm, user, operation)
}

function announce(
  { changes, clock }: Realm,
  { username, sub = '' }: PoolUser,
  operation: UserOperation,
  groupName: string | null = null,
): void {
  changes.announce({ operation, username, sub, groupName, at: clock() })
}
