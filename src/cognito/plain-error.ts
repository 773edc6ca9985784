// What is left of a library's error when it enters our code.
import { printable } from './quote.js'

const maxDepth = 3

/**
 * A copy of an error with its class, code and text, and the same of its causes.
 *
 * Without anything else: openid-client hangs whole answers on its errors, aws-jwt-verify claims, and the
 * text of a SyntaxError quotes what could not be parsed, which may be a token.
 */
export function toPlainError(error: unknown, depth = 0): Error {
  if (!(error instanceof Error)) return new Error('no error was given')
  const { code } = error as { code?: unknown }
  const text = error instanceof SyntaxError ? 'not JSON' : printable(error.message)
  const plain = new Error(
    `${error.constructor.name}: ${text}`,
    error.cause instanceof Error && depth < maxDepth
      ? { cause: toPlainError(error.cause, depth + 1) }
      : undefined,
  )
  return typeof code === 'string' ? Object.assign(plain, { code }) : plain
}
