// Accounts that people make themselves, and passwords they have forgotten. Source: API reference, SignUp,
// ConfirmSignUp, ForgotPassword, ConfirmForgotPassword.
import type { PoolUser } from '../pool.js'
import { PoolError } from '../pool-error.js'
import { findUser, type Realm } from '../realm.js'
import { confirmed, mayJoin } from '../triggers/sign-up.js'
import { addUser, changeUser } from '../users.js'
import { type Delivery, redeemCode, sendCode } from './codes.js'
import { checkPassword } from './password.js'

/** A new account. */
export interface SignUp {
  readonly clientId: string
  readonly username: string
  readonly password: string
  readonly attributes: PoolUser['attributes']
}

/**
 * Makes an account and sends its code, unless the pre-sign-up trigger confirms it.
 * @throws PoolError `NotAuthorizedException`, `InvalidPasswordException`, `InvalidParameterException`,
 *   `UsernameExistsException`, `UserLambdaValidationException`
 */
export async function signUp(
  realm: Realm,
  { clientId, username, password, attributes }: SignUp,
): Promise<{ user: PoolUser; delivery: Delivery | null }> {
  const { settings, clock } = realm
  if (!settings.selfSignUp) {
    throw new PoolError('NotAuthorizedException', 'SignUp is not permitted for this user pool')
  }
  if (!/^\S{1,128}$/u.test(username)) {
    throw new PoolError(
      'InvalidParameterException',
      'Username should be 1 to 128 characters, no spaces.',
    )
  }
  checkPassword(password, settings.passwordPolicy)
  checkAttributes(settings.requiredAttributes, attributes)
  // Before the trigger runs: it hears of nobody who cannot be added.
  const taken = [username, attributes.email].some(
    name => typeof name === 'string' && findUser(realm, name) !== undefined,
  )
  if (taken) throw new PoolError('UsernameExistsException', 'User already exists')
  const verdict = await mayJoin(realm, { clientId, username, attributes })
  const user = addUser(
    realm,
    {
      username,
      password,
      groups: [],
      enabled: true,
      status: verdict.isConfirmed ? 'CONFIRMED' : 'UNCONFIRMED',
      attributes: withoutVerdicts(attributes, verdict.verified),
      identities: [],
      createdAt: clock(),
    },
    'SignUp',
  )
  if (!verdict.isConfirmed) return { user, delivery: sendCode(realm, user, 'sign-up') }
  await confirmed(realm, clientId, user, 'PostConfirmation_ConfirmSignUp')
  return { user, delivery: null }
}

/** @throws PoolError as {@link redeemCode}, and `NotAuthorizedException` for whoever is confirmed already */
export async function confirmSignUp(
  realm: Realm,
  clientId: string,
  user: PoolUser,
  code: string,
): Promise<void> {
  if (user.status !== 'UNCONFIRMED') {
    throw new PoolError(
      'NotAuthorizedException',
      `User cannot be confirmed. Current status is ${user.status}`,
    )
  }
  redeemCode(realm, user, 'sign-up', code)
  changeUser(
    realm,
    user,
    { status: 'CONFIRMED', attributes: withAddressVerified(user) },
    'ConfirmSignUp',
  )
  await confirmed(realm, clientId, user, 'PostConfirmation_ConfirmSignUp')
}

/** Sends the code again. @throws PoolError `InvalidParameterException` for whoever is confirmed already */
export function resendCode(realm: Realm, user: PoolUser): Delivery | null {
  if (user.status === 'UNCONFIRMED') return sendCode(realm, user, 'sign-up')
  throw new PoolError('InvalidParameterException', 'User is already confirmed.')
}

/**
 * Sends a code for a new password.
 * @throws PoolError `InvalidParameterException` without a verified address, `NotAuthorizedException`
 */
export function forgotPassword(realm: Realm, user: PoolUser): Delivery {
  const { enabled, status, attributes } = user
  if (!enabled) throw new PoolError('NotAuthorizedException', 'User is disabled.')
  if (status === 'EXTERNAL_PROVIDER' || status === 'FORCE_CHANGE_PASSWORD') {
    const sentence = 'User password cannot be reset in the current state.'
    throw new PoolError('NotAuthorizedException', sentence)
  }
  const isVerified = attributes.email_verified === true || attributes.phone_number_verified === true
  const delivery = isVerified ? sendCode(realm, user, 'forgotten-password') : null
  if (delivery !== null) return delivery
  throw new PoolError(
    'InvalidParameterException',
    'Cannot reset password for the user as there is no registered/verified email or phone_number',
  )
}

/** @throws PoolError as {@link redeemCode}, and `InvalidPasswordException`, which leaves the code good */
export async function confirmForgotPassword(
  realm: Realm,
  clientId: string,
  user: PoolUser,
  { code, password }: { code: string; password: string },
): Promise<void> {
  checkPassword(password, realm.settings.passwordPolicy)
  redeemCode(realm, user, 'forgotten-password', code)
  changeUser(realm, user, { password, status: 'CONFIRMED' }, 'ConfirmForgotPassword')
  await confirmed(realm, clientId, user, 'PostConfirmation_ConfirmForgotPassword')
}

function checkAttributes(required: readonly string[], given: PoolUser['attributes']): void {
  for (const name of required) {
    if (given[name] === undefined || given[name] === '') {
      throw new PoolError(
        'InvalidParameterException',
        `Attributes did not conform to the schema: ${name}: The attribute is required`,
      )
    }
  }
  const { email } = given
  if (email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(String(email))) {
    throw new PoolError('InvalidParameterException', 'Invalid email address format.')
  }
}

/** Nobody verifies an address by claiming to. */
function withoutVerdicts(attributes: PoolUser['attributes'], verified: readonly string[]) {
  const own = Object.entries(attributes).filter(([name]) => !name.endsWith('_verified'))
  const verdicts = ['email', 'phone_number']
    .filter(name => attributes[name] !== undefined)
    .map(name => [`${name}_verified`, verified.includes(name)])
  return Object.fromEntries([...own, ...verdicts]) as PoolUser['attributes']
}

function withAddressVerified({ attributes }: PoolUser): PoolUser['attributes'] {
  const name = attributes.email === undefined ? 'phone_number' : 'email'
  return attributes[name] === undefined ? attributes : { ...attributes, [`${name}_verified`]: true }
}
