// One call of an AWS API as its services see it, whatever protocol it came by.
import { ServiceError } from './service-error.js'

/** Members of a request. */
export type Input = Readonly<Record<string, unknown>>

/** A service's operations by name. */
export type Operations = Readonly<
  Record<string, (input: Input, call: Call) => Promise<object> | object>
>

/** What a call brings besides its members. */
export interface Call {
  /** Whether there is a Signature Version 4; with which key is not looked at. */
  readonly isSigned: boolean
}

/** Members that are texts. */
export type Texts = Readonly<Record<string, string>>

/** The text of a member. Throws `InvalidParameterException` when it is absent or none. */
export function text(input: Input, member: string): string {
  const value = optionalText(input, member)
  if (value !== undefined && value !== '') return value
  throw invalid(`Missing required parameter ${member}`)
}

/** The text of a member that may be absent. Throws `InvalidParameterException` when it is something else. */
export function optionalText(input: Input, member: string): string | undefined {
  const value = own(input, member)
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  throw invalid(`${member} must be a string`)
}

/** A whole number within bounds, or the usual one. Throws `InvalidParameterException`. */
export function wholeNumber(
  input: Input,
  member: string,
  { usual, min, max }: { usual: number; min: number; max: number },
): number {
  const value = own(input, member) ?? usual
  const number = typeof value === 'string' ? Number(value) : value
  if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) {
    return number
  }
  throw invalid(`${member} must be a whole number from ${min} to ${max}`)
}

/** A map of texts, empty when absent. Throws `InvalidParameterException`. */
export function texts(input: Input, member: string): Texts {
  const value = own(input, member) ?? {}
  const isMap =
    typeof value === 'object' && Object.values(value).every(item => typeof item === 'string')
  if (isMap) return value as Texts
  throw invalid(`${member} must be a map of strings`)
}

/** Throws `MissingAuthenticationTokenException` when a call is not signed. */
export function demandSignature({ isSigned }: Call): void {
  if (isSigned) return
  throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token')
}

function own(input: Input, member: string): unknown {
  return Object.hasOwn(input, member) ? input[member] : undefined
}

function invalid(sentence: string): ServiceError {
  return new ServiceError('InvalidParameterException', sentence)
}
