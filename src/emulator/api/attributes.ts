// Lists of `{Name, Value}`, as the API takes them.
import type { Input } from '../aws/call.js'
import type { PoolUser } from '../pool.js'
import { PoolError } from '../pool-error.js'

const maxAttributes = 70
const maxLength = 2048

/** A member's attributes; verdicts as booleans. @throws PoolError `InvalidParameterException` */
export function readAttributes(input: Input, member = 'UserAttributes'): PoolUser['attributes'] {
  const given = input[member] ?? []
  if (!Array.isArray(given) || given.length > maxAttributes) throw invalid(member)
  return Object.fromEntries(given.map((item: unknown) => readPair(item, member)))
}

function readPair(item: unknown, member: string): [string, string | boolean] {
  const { Name: name, Value: value = '' } = (item ?? {}) as Record<string, unknown>
  if (typeof name !== 'string' || typeof value !== 'string') throw invalid(member)
  if (name === 'sub' || name === '__proto__' || value.length > maxLength) throw invalid(member)
  return [name, name.endsWith('_verified') ? value === 'true' : value]
}

function invalid(member: string): PoolError {
  return new PoolError('InvalidParameterException', `${member} is not a list of attributes.`)
}
