// Codes that Cognito sends by e-mail: six digits, good once, for a time, and for a few tries. Here they go to the
// outbox, where a person or a test reads them.
import { randomInt, randomUUID } from 'node:crypto'
import type { PoolUser } from '../pool.js'
import { PoolError } from '../pool-error.js'
import type { Realm } from '../realm.js'

/** What a code is for. */
export type Purpose = 'sign-up' | 'forgotten-password' | 'attribute'

/** `CodeDeliveryDetails` of the API. */
export interface Delivery {
  readonly Destination: string
  readonly DeliveryMedium: 'EMAIL' | 'SMS'
  readonly AttributeName: string
}

const lifeSeconds: Readonly<Record<Purpose, number>> = {
  'sign-up': 24 * 3600,
  'forgotten-password': 3600,
  attribute: 24 * 3600,
}
const subjects: Readonly<Record<Purpose, string>> = {
  'sign-up': 'Your verification code',
  'forgotten-password': 'Your password reset code',
  attribute: 'Your verification code',
}
const maxTries = 5

/** Sends a new code, which replaces an earlier one; null when the user has no address. */
export function sendCode(
  { state, clock, tell }: Realm,
  user: PoolUser,
  purpose: Purpose,
): Delivery | null {
  const address = addressOf(user)
  if (address === null) return null
  const code = String(randomInt(1_000_000)).padStart(6, '0')
  const at = clock()
  const expiresAt = at + lifeSeconds[purpose]
  state.sentCodes.set(keyOf(user, purpose), { code, expiresAt, tries: 0 })
  const id = randomUUID()
  const { to } = address
  const { username } = user
  state.outbox.set(id, { id, at, to, username, subject: subjects[purpose], purpose, code })
  tell({ event: 'code sent', username, purpose })
  return address.delivery
}

/** The invitation of a user whom an administrator made: it has the temporary password. */
export function sendInvitation({ state, clock }: Realm, user: PoolUser): void {
  const to = addressOf(user)?.to ?? 'nobody: the user has no address'
  const id = randomUUID()
  const { username, password: code } = user
  const subject = 'Your temporary password'
  state.outbox.set(id, { id, at: clock(), to, username, subject, purpose: 'invitation', code })
}

/**
 * Takes a code; it is gone when it was right.
 * @throws PoolError `CodeMismatchException`, `ExpiredCodeException`, `LimitExceededException`
 */
export function redeemCode(
  { state, clock }: Realm,
  user: PoolUser,
  purpose: Purpose,
  code: string,
): void {
  const key = keyOf(user, purpose)
  const sent = state.sentCodes.get(key)
  if (sent === undefined || sent.expiresAt <= clock()) {
    throw new PoolError(
      'ExpiredCodeException',
      'Invalid code provided, please request a code again.',
    )
  }
  if (sent.tries >= maxTries) {
    throw new PoolError(
      'LimitExceededException',
      'Attempt limit exceeded, please try after some time.',
    )
  }
  if (sent.code !== code) {
    sent.tries++
    throw new PoolError(
      'CodeMismatchException',
      'Invalid verification code provided, please try again.',
    )
  }
  state.sentCodes.take(key)
}

/** Where codes of a user go: e-mail first, then telephone. */
function addressOf({ attributes: { email, phone_number: phone } }: PoolUser) {
  if (typeof email === 'string') {
    const delivery: Delivery = {
      Destination: maskEmail(email),
      DeliveryMedium: 'EMAIL',
      AttributeName: 'email',
    }
    return { to: email, delivery }
  }
  if (typeof phone !== 'string') return null
  const delivery: Delivery = {
    Destination: `+*******${phone.slice(-4)}`,
    DeliveryMedium: 'SMS',
    AttributeName: 'phone_number',
  }
  return { to: phone, delivery }
}

/** As Cognito shows it: `j***@e***`. */
function maskEmail(email: string): string {
  const [name = '', host = ''] = email.split('@')
  return `${name.slice(0, 1)}***@${host.slice(0, 1)}***`
}

function keyOf({ sub = '' }: PoolUser, purpose: Purpose): string {
  return `${purpose} ${sub}`
}
