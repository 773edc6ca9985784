// What stands between a right password and the sign-in: a new password, an authenticator app to set up, its code.
// The pages and the API walk the same steps.
import { randomUUID } from 'node:crypto'
import type { PoolUser } from '../pool.js'
import { PoolError } from '../pool-error.js'
import type { Realm } from '../realm.js'
import type { Challenge, ChallengeName } from '../state.js'
import { changeUser } from '../users.js'
import { checkPassword } from './password.js'
import { createTotpSecret, matchingStep } from './totp.js'

/** A sign-in that is not finished by then is over. */
export const challengeSeconds = 300
const maxTries = 5

/** The next step of a user; null when nothing is left. */
export function nextChallenge(
  { settings: { mfa } }: Pick<Realm, 'settings'>,
  { status, totpSecret }: PoolUser,
  hasFactor: boolean,
): ChallengeName | null {
  if (status === 'FORCE_CHANGE_PASSWORD') return 'NEW_PASSWORD_REQUIRED'
  if (hasFactor || mfa === 'off') return null
  if (totpSecret !== undefined) return 'SOFTWARE_TOKEN_MFA'
  return mfa === 'on' ? 'MFA_SETUP' : null
}

/** Begins a step; gives the id by which it is found again. */
export function openChallenge(
  { state, clock }: Realm,
  about: Pick<Challenge, 'name' | 'user' | 'clientId'> & { readonly hasFactor?: boolean },
): string {
  const id = randomUUID()
  state.challenges.set(id, {
    hasFactor: false,
    ...about,
    startedAt: clock(),
    totpSecret: about.name === 'MFA_SETUP' ? createTotpSecret() : null,
    tries: 0,
  })
  return id
}

/** A step that is still open; null when it is over, unknown, or another client's. */
export function findChallenge(
  { state, clock }: Realm,
  id: string | undefined,
  clientId: string,
): Challenge | null {
  const challenge = id === undefined ? undefined : state.challenges.get(id)
  if (challenge === undefined || challenge.clientId !== clientId) return null
  return clock() - challenge.startedAt >= challengeSeconds ? null : challenge
}

/** Sets the password of `NEW_PASSWORD_REQUIRED`. @throws PoolError `InvalidPasswordException` */
export function setFirstPassword(realm: Realm, user: PoolUser, password: string): void {
  checkPassword(password, realm.settings.passwordPolicy)
  changeUser(realm, user, { password, status: 'CONFIRMED' }, 'ChangePassword')
}

/**
 * Checks a code of a user's authenticator app. Each code is good once.
 * @throws PoolError `CodeMismatchException`, `ExpiredCodeException`, `NotAuthorizedException` after five
 */
export function checkFactor(realm: Realm, challenge: Challenge, code: string): void {
  const { user } = challenge
  if (user?.totpSecret === undefined) throw mismatch()
  countTry(challenge)
  checkTotp(realm, user, user.totpSecret, code)
}

/** The user's authenticator app is set up when its first code fits. @throws PoolError */
export function setUpFactor(realm: Realm, challenge: Challenge, code: string): void {
  const { user, totpSecret } = challenge
  if (user === null || totpSecret === null) throw mismatch()
  countTry(challenge)
  checkTotp(realm, user, totpSecret, code)
  changeUser(realm, user, { totpSecret }, 'SetUserMFAPreference')
}

/** Checks a code against a secret. @throws PoolError `CodeMismatchException`, `ExpiredCodeException` */
export function checkTotp(
  { state, clock }: Realm,
  { sub = '' }: PoolUser,
  secret: string,
  code: string,
): void {
  const step = matchingStep(secret, code, clock())
  if (step === null) throw mismatch()
  if (step <= (state.totpSteps.get(sub) ?? -1)) {
    throw new PoolError('ExpiredCodeException', 'Your software token has already been used once.')
  }
  state.totpSteps.set(sub, step)
}

function countTry(challenge: Challenge): void {
  if (challenge.tries++ < maxTries) return
  throw new PoolError('NotAuthorizedException', 'Invalid session for the user.')
}

function mismatch(): PoolError {
  return new PoolError('CodeMismatchException', 'Invalid code received for user')
}
