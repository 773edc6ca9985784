// Users by an administrator: signed calls that name the pool.
import { randomBytes } from 'node:crypto'
import {
  type Call,
  type Input,
  type Operations,
  optionalText,
  text,
  wholeNumber,
} from '../aws/call.js'
import type { PoolUser } from '../pool.js'
import { PoolError } from '../pool-error.js'
import { findUser, type Realm } from '../realm.js'
import { sendCode, sendInvitation } from '../sign-in/codes.js'
import { checkPassword } from '../sign-in/password.js'
import { confirmed, mayJoin } from '../triggers/sign-up.js'
import { addUser, changeUser, removeUser, signOutUser } from '../users.js'
import { readAttributes } from './attributes.js'
import { describeAttributes, describeFactors, describeUser } from './describe.js'
import { demandPool } from './sign-in.js'

/** The operations, by name. */
export function adminUserOperations(realm: Realm): Operations {
  const { settings, clock } = realm
  const acts: Readonly<Record<string, (user: PoolUser, input: Input) => unknown>> = {
    AdminGetUser: user => ({
      ...describeUser(user),
      UserAttributes: describeAttributes(user),
      ...describeFactors(user),
    }),
    AdminDeleteUser: user => removeUser(realm, user),
    AdminDisableUser: user => changeUser(realm, user, { enabled: false }),
    AdminEnableUser: user => changeUser(realm, user, { enabled: true }),
    AdminUserGlobalSignOut: user => signOutUser(realm, user),
    AdminSetUserPassword(user, input) {
      const password = text(input, 'Password')
      checkPassword(password, settings.passwordPolicy)
      const status = input.Permanent === true ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD'
      return changeUser(realm, user, { password, status }, 'AdminSetUserPassword')
    },
    AdminUpdateUserAttributes(user, input) {
      const attributes = { ...user.attributes, ...readAttributes(input) }
      return changeUser(realm, user, { attributes })
    },
    async AdminConfirmSignUp(user) {
      if (user.status !== 'UNCONFIRMED') {
        const sentence = `User cannot be confirmed. Current status is ${user.status}`
        throw new PoolError('NotAuthorizedException', sentence)
      }
      changeUser(realm, user, { status: 'CONFIRMED' }, 'ConfirmSignUp')
      await confirmed(realm, 'CLIENT_ID_NOT_APPLICABLE', user, 'PostConfirmation_ConfirmSignUp')
      return {}
    },
    AdminResetUserPassword(user) {
      changeUser(realm, user, { status: 'RESET_REQUIRED' }, 'AdminResetUserPassword')
      sendCode(realm, user, 'forgotten-password')
      return {}
    },
  }
  const onUser = Object.entries(acts).map(([name, act]) => [
    name,
    async (input: Input, call: Call) => {
      demandPool(realm, input, call)
      return (await act(namedUser(realm, input), input)) ?? {}
    },
  ])

  return {
    ...(Object.fromEntries(onUser) as Operations),

    async AdminCreateUser(input, call) {
      demandPool(realm, input, call)
      const username = text(input, 'Username')
      const attributes = readAttributes(input)
      const password = optionalText(input, 'TemporaryPassword') ?? temporaryPassword()
      checkPassword(password, settings.passwordPolicy)
      const about = { clientId: 'CLIENT_ID_NOT_APPLICABLE', username, attributes }
      await mayJoin(realm, about, 'PreSignUp_AdminCreateUser')
      const rest = { groups: [], enabled: true, identities: [], createdAt: clock() }
      const status = 'FORCE_CHANGE_PASSWORD'
      const user = { username, password, status, attributes, ...rest } as const
      const added = addUser(realm, { ...user, groups: [], identities: [] }, 'AdminCreateUser')
      if (input.MessageAction !== 'SUPPRESS') sendInvitation(realm, added)
      return { User: { ...describeUser(added), Attributes: describeAttributes(added) } }
    },

    ListUsers(input, call) {
      demandPool(realm, input, call)
      const limit = wholeNumber(input, 'Limit', { usual: 60, min: 1, max: 60 })
      const from = Number(optionalText(input, 'PaginationToken') ?? 0)
      const matches = filterOf(optionalText(input, 'Filter'))
      const found = settings.users.filter(matches)
      const page = found.slice(from, from + limit)
      const hasMore = from + limit < found.length
      return {
        Users: page.map(user => ({ ...describeUser(user), Attributes: describeAttributes(user) })),
        ...(hasMore ? { PaginationToken: String(from + limit) } : {}),
      }
    },
  }
}

/** The user that an administrator names. @throws PoolError `UserNotFoundException` */
export function namedUser(realm: Realm, input: Input): PoolUser {
  const name = text(input, 'Username')
  const user = findUser(realm, name) ?? realm.settings.users.find(({ sub }) => sub === name)
  if (user !== undefined) return user
  throw new PoolError('UserNotFoundException', 'User does not exist.')
}

/** `email = "a"` and `email ^= "a"`: equal, and beginning with. */
function filterOf(filter: string | undefined): (user: PoolUser) => boolean {
  if (filter === undefined || filter === '') return () => true
  const [, name = '', operator, wanted = ''] =
    /^\s*([\w:]+)\s*(\^?=)\s*"([^"]*)"\s*$/.exec(filter) ?? []
  if (operator === undefined) {
    throw new PoolError('InvalidParameterException', 'Error while parsing filter.')
  }
  return user => {
    const value = readField(user, name)
    return operator === '=' ? value === wanted : value.startsWith(wanted)
  }
}

function readField(user: PoolUser, name: string): string {
  switch (name) {
    case 'username':
      return user.username
    case 'sub':
      return user.sub ?? ''
    case 'cognito:user_status':
      return user.status
    case 'status':
      return user.enabled ? 'Enabled' : 'Disabled'
    default:
      return String(Object.hasOwn(user.attributes, name) ? user.attributes[name] : '')
  }
}

function temporaryPassword(): string {
  return `Aa1!${randomBytes(6).toString('base64url')}`
}
