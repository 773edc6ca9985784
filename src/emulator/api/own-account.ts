// What a signed-in user does to the own account, by access token: look, change, leave, sign out everywhere.
import { readAccessToken } from '../access-token.js'
import { type Input, type Operations, optionalText, text } from '../aws/call.js'
import type { PoolUser } from '../pool.js'
import { PoolError } from '../pool-error.js'
import type { Realm } from '../realm.js'
import { wrongPassword } from '../sign-in/authenticate.js'
import { redeemCode, sendCode } from '../sign-in/codes.js'
import { checkPassword } from '../sign-in/password.js'
import { changeUser, removeUser, signOutUser } from '../users.js'
import { readAttributes } from './attributes.js'
import { namedClient } from './client.js'
import { describeAttributes, describeFactors } from './describe.js'
import { ownAccountScope } from './next-step.js'

/** The operations, by name. */
export function ownAccountOperations(realm: Realm): Operations {
  return {
    async GetUser(input) {
      const user = await caller(input)
      const UserAttributes = describeAttributes(user)
      return { Username: user.username, UserAttributes, ...describeFactors(user) }
    },

    async UpdateUserAttributes(input) {
      const user = await caller(input)
      const given = Object.entries(readAttributes(input))
      // Nobody verifies an address by claiming to, and a new one has to be verified again.
      const own = given.filter(([name]) => !name.endsWith('_verified'))
      const unverified = own.flatMap(([name]) =>
        name === 'email' || name === 'phone_number' ? [[`${name}_verified`, false] as const] : [],
      )
      const attributes = { ...user.attributes, ...Object.fromEntries([...own, ...unverified]) }
      changeUser(realm, user, { attributes }, 'UpdateUserAttributes')
      const sent = unverified.length > 0 ? sendCode(realm, user, 'attribute') : null
      return { CodeDeliveryDetailsList: sent === null ? [] : [sent] }
    },

    async GetUserAttributeVerificationCode(input) {
      const user = await caller(input)
      return { CodeDeliveryDetails: sendCode(realm, user, 'attribute') }
    },

    async VerifyUserAttribute(input) {
      const user = await caller(input)
      const name = text(input, 'AttributeName')
      if (name !== 'email' && name !== 'phone_number') {
        throw new PoolError('InvalidParameterException', 'This attribute is not verified by code.')
      }
      redeemCode(realm, user, 'attribute', text(input, 'Code'))
      const attributes = { ...user.attributes, [`${name}_verified`]: true }
      changeUser(realm, user, { attributes }, 'UpdateUserAttributes')
      return {}
    },

    async ChangePassword(input) {
      const user = await caller(input)
      if (text(input, 'PreviousPassword') !== user.password) throw wrongPassword()
      const password = text(input, 'ProposedPassword')
      checkPassword(password, realm.settings.passwordPolicy)
      changeUser(realm, user, { password }, 'ChangePassword')
      return {}
    },

    async DeleteUser(input) {
      removeUser(realm, await caller(input), 'DeleteUser')
      return {}
    },

    async GlobalSignOut(input) {
      signOutUser(realm, await caller(input), 'GlobalSignOut')
      return {}
    },

    RevokeToken(input) {
      const client = namedClient(realm, input)
      const secret = optionalText(input, 'ClientSecret')
      const isKnown = client.secrets.length === 0 || client.secrets.includes(secret ?? '')
      if (!isKnown)
        throw new PoolError('NotAuthorizedException', 'Unable to verify secret hash for client')
      const token = text(input, 'Token')
      if (token.split('.').length === 3) {
        throw new PoolError('UnsupportedTokenTypeException', 'Unsupported token type')
      }
      const held = realm.state.refreshTokens.get(token)
      if (held !== undefined && held.signIn.clientId === client.id) held.signIn.revoked = true
      return {}
    },
  }

  function caller(input: Input): Promise<PoolUser> {
    return ownUser(realm, input)
  }
}

/** The user of `AccessToken`. @throws PoolError `NotAuthorizedException` */
export async function ownUser(realm: Realm, input: Input): Promise<PoolUser> {
  const standing = await readAccessToken(realm, text(input, 'AccessToken'))
  const refuse = (sentence: string) => new PoolError('NotAuthorizedException', sentence)
  if ('reason' in standing) {
    throw refuse(
      {
        invalid: 'Invalid Access Token',
        expired: 'Access Token has expired',
        revoked: 'Access Token has been revoked',
      }[standing.reason],
    )
  }
  const { user, scopes } = standing.signIn
  if (scopes.includes(ownAccountScope)) return user
  throw refuse('Access Token does not have required scopes')
}
