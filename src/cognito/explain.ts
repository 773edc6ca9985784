// Finds the explanation of an error of Cognito's. Cognito says little and often something else than its
// documentation; decisions are taken on exact codes and on no other text.
import {
  callbackErrors,
  callbackHints,
  type Explanation,
  errorPages,
  exactDescriptions,
  type Hint,
  noVerdicts,
  refusedLogin,
  revocationErrors,
  throttlingErrors,
  tokenErrors,
  tokenErrorsWithoutSecret,
  tokenHints,
} from './explanations.js'
import { quote } from './quote.js'

/** What an error at the callback means. Never shown on a page: anybody can write such a link. */
export function explainCallbackError(error: string, description: string | null): Explanation {
  const exact = description === null ? undefined : own(exactDescriptions, description)
  if (exact !== undefined) return exact
  return withHint(own(callbackErrors, error) ?? refusedLogin, callbackHints, description)
}

/**
 * What a refusal of the token or revocation endpoint means; null when it is none that Cognito is known to
 * give, and so says nothing about code, token or client.
 */
export function explainTokenError({
  error,
  description = null,
  hasSecret,
  endpoint = 'token',
}: {
  error: string
  description?: string | null
  /** Whether a client secret was sent. */
  hasSecret: boolean
  endpoint?: 'token' | 'revocation'
}): Explanation | null {
  const withoutSecret = hasSecret ? undefined : own(tokenErrorsWithoutSecret, error)
  const table = endpoint === 'token' ? tokenErrors : revocationErrors
  const explanation = withoutSecret ?? own(table, error)
  return explanation === undefined ? null : withHint(explanation, tokenHints, description)
}

/**
 * What an answer means that is no verdict: throttling, trouble, or not Cognito's at all.
 *
 * @param status  null when there was no answer
 * @param error   the `error` or the AWS exception of its body, where it had one
 */
export function explainNoVerdict(status: number | null, error = ''): Explanation {
  if (status === null) return noVerdicts.nothing
  if (throttlingErrors.has(error)) return noVerdicts['429']
  if (status >= 500) return noVerdicts['5xx']
  return own(noVerdicts, String(status)) ?? noVerdicts.other
}

/** What a page of Cognito's means, by its address or its text; null when it is not known. */
export function explainErrorPage(seen: string): Hint | null {
  return errorPages.find(({ pattern }) => pattern.test(seen)) ?? null
}

/** An explanation and what was received, as one line for the log. */
export function toReason({ cause, remedy }: Explanation, ...received: (string | null)[]): string {
  const quoted = received.filter(text => text !== null).map(text => quote(text))
  return `${cause}; ${remedy} (received: ${quoted.join(', ')})`
}

/** Cause and remedy of the description that fits; what our error is stays as it was decided. */
function withHint(
  explanation: Explanation,
  hints: readonly Hint[],
  description: string | null,
): Explanation {
  if (description === null) return explanation
  // Long enough for every known text, and bounded: it comes from the query of a link.
  const text = description.slice(0, 500)
  const hint = hints.find(({ pattern }) => pattern.test(text))
  return hint === undefined
    ? explanation
    : { code: explanation.code, cause: hint.cause, remedy: hint.remedy }
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
