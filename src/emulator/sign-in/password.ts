// Whether a password may be chosen: the pool's policy, with Cognito's words.

import { PoolError } from '../pool-error.js'
import type { PasswordPolicy } from '../settings/sign-in.js'

/** The symbols that AWS counts, and the space inside. */
const symbol = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/
const maxLength = 256

/** @throws PoolError `InvalidPasswordException` with the first rule that it breaks */
export function checkPassword(password: string, policy: PasswordPolicy): void {
  const broken = brokenRule(password, policy)
  if (broken === null) return
  const sentence = `Password did not conform with policy: ${broken}`
  throw new PoolError('InvalidPasswordException', sentence)
}

/** What a chosen password has to have, for the pages. */
export function describePolicy(policy: PasswordPolicy): string {
  const parts = [
    ...(policy.upperCase ? ['an upper case letter'] : []),
    ...(policy.lowerCase ? ['a lower case letter'] : []),
    ...(policy.digits ? ['a digit'] : []),
    ...(policy.symbols ? ['a symbol'] : []),
  ]
  const rest = parts.length === 0 ? '' : `, with ${parts.join(', ')}`
  return `At least ${policy.minLength} characters${rest}.`
}

function brokenRule(password: string, policy: PasswordPolicy): string | null {
  if (password.length < policy.minLength) return 'Password not long enough'
  if (password.length > maxLength) return 'Password too long'
  if (policy.upperCase && !/[A-Z]/.test(password)) return 'Password must have uppercase characters'
  if (policy.lowerCase && !/[a-z]/.test(password)) return 'Password must have lowercase characters'
  if (policy.digits && !/[0-9]/.test(password)) return 'Password must have numeric characters'
  if (policy.symbols && !symbol.test(password)) return 'Password must have symbol characters'
  return null
}
