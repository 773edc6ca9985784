// Whether user name and password fit, and whether this person may go on. Cognito's order and sentences.
import type { PoolUser } from '../pool.js'
import { PoolError } from '../pool-error.js'
import { findUser, type Realm } from '../realm.js'
import { migrateUser } from '../triggers/migration.js'

/** What is asked for and by which client. */
export interface Attempt {
  readonly clientId: string
  readonly login: string
  readonly password: string
}

/**
 * The user of a right password, whose further steps are still to come.
 * @throws PoolError `NotAuthorizedException` for wrong, disabled; `UserNotConfirmedException`,
 *   `PasswordResetRequiredException`; `UserNotFoundException`, which callers may hide
 */
export async function authenticate(realm: Realm, attempt: Attempt): Promise<PoolUser> {
  const user = findUser(realm, attempt.login) ?? (await migrateUser(realm, attempt))
  if (user === null) throw new PoolError('UserNotFoundException', 'User does not exist.')
  if (!fits(user, attempt.password)) throw wrongPassword()
  checkStanding(user)
  return user
}

/** The one sentence for user names and passwords that do not fit. */
export function wrongPassword(): PoolError {
  return new PoolError('NotAuthorizedException', 'Incorrect username or password.')
}

/** What stands against a person although the password was right. @throws PoolError */
export function checkStanding({ enabled, status }: PoolUser): void {
  if (!enabled) throw new PoolError('NotAuthorizedException', 'User is disabled.')
  if (status === 'UNCONFIRMED') {
    throw new PoolError('UserNotConfirmedException', 'User is not confirmed.')
  }
  if (status === 'RESET_REQUIRED') {
    throw new PoolError('PasswordResetRequiredException', 'Password reset required for the user')
  }
}

/** Users of external providers have no password, so none fits. */
function fits({ password, status }: PoolUser, given: string): boolean {
  return status !== 'EXTERNAL_PROVIDER' && password !== '' && password === given
}
