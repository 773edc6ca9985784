// What a failed call of the token or revocation endpoint was: a verdict, an answer that is not what was asked
// for, or nothing that says anything about code, token and client. openid-client's errors are told by code.
import { GatewayError } from '../errors.js'
import { type Answer, isAnswer } from './answer.js'
import { explainCallbackError, explainNoVerdict, explainTokenError, toReason } from './explain.js'
import { toPlainError } from './plain-error.js'
import { printable } from './quote.js'
import { retryAfterSeconds } from './retry-after.js'

/** What was asked, as far as it makes a difference. */
export interface Asked {
  /** Whether a client secret was sent. */
  readonly hasSecret: boolean
  readonly endpoint?: 'token' | 'revocation'
}

/** What openid-client hangs on its errors. */
interface CodedError {
  readonly code: string
  readonly message: string
  readonly status?: number
  readonly error?: string
  readonly error_description?: string
  readonly response?: unknown
  readonly cause?: unknown
}

/** Codes of an answer whose claims or parameters are not the expected ones. */
const comparisonCodes: ReadonlySet<string> = new Set([
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'OAUTH_UNSUPPORTED_OPERATION',
])

/** `invalid_client`, by code and as a verdict. */
export function isClientRefused(error: unknown): boolean {
  return isVerdict(error) && error.error === 'invalid_client'
}

/** 400 `invalid_grant`: the only answer that ends a code or a refresh token for good. */
export function isGrantRefused(error: unknown): boolean {
  return isVerdict(error) && error.error === 'invalid_grant'
}

/**
 * openid-client's error as ours, with nothing of its answers, tokens and secrets.
 *
 * GW_ERR_CODE_REFUSED and GW_ERR_LOGIN_MISCONFIGURED for the verdicts that Cognito is known to give,
 * GW_ERR_TOKENS_REFUSED for failed comparisons, GW_ERR_COGNITO_UNAVAILABLE for all the rest.
 */
export function toTokenFailure(error: unknown, asked: Asked): GatewayError {
  if (error instanceof GatewayError) return error
  if (isVerdict(error)) return fromVerdict(error, asked)
  if (!isCoded(error)) return unavailable(error)
  if (error.code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE') return fromChallenge(error, asked)
  if (error.code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR') return fromCallbackError(error)
  if (!comparisonCodes.has(error.code)) return unavailable(error)
  return new GatewayError('GW_ERR_TOKENS_REFUSED', { reason: describeComparison(error) })
}

/** Cognito's verdicts are 400, and 401 for the client (RFC 6749 section 5.2). 429 and 5xx pass by themselves. */
function isVerdict(error: unknown): error is CodedError {
  if (!isCoded(error) || error.code !== 'OAUTH_RESPONSE_BODY_ERROR') return false
  return error.status === 400 || (error.status === 401 && error.error === 'invalid_client')
}

function isCoded(error: unknown): error is CodedError {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'string'
}

function fromVerdict(failure: CodedError, asked: Asked): GatewayError {
  const { error = '', error_description: description = null } = failure
  const explanation = explainTokenError({ error, description, ...asked })
  if (explanation === null) return unavailable(failure)
  return new GatewayError(explanation.code, { reason: toReason(explanation, error, description) })
}

/** The body is lost behind a challenge. Cognito sends none; a standard server means `invalid_client`. */
function fromChallenge(failure: CodedError, asked: Asked): GatewayError {
  const explanation = explainTokenError({ error: 'invalid_client', ...asked })
  if (failure.status !== 401 || explanation === null) return unavailable(failure)
  const reason = toReason(explanation, 'status 401 with a challenge')
  return new GatewayError(explanation.code, { reason })
}

function fromCallbackError(failure: CodedError): GatewayError {
  const { error = '', error_description: description = null } = failure
  const explanation = explainCallbackError(error, description)
  return new GatewayError(explanation.code, { reason: toReason(explanation, error, description) })
}

function unavailable(error: unknown): GatewayError {
  const answer = answerOf(error)
  const status = answer?.status ?? (isCoded(error) ? error.status : undefined) ?? null
  const named = isCoded(error) ? error.error : undefined
  const seen = status === null ? 'no usable answer' : `answer with status ${status}`
  const explanation = explainNoVerdict(status, named)
  return new GatewayError(explanation.code, {
    reason: toReason(explanation, seen, named ?? null),
    cause: toPlainError(error),
    retryAfterSeconds: retryAfterSeconds(answer?.headers),
  })
}

function answerOf(error: unknown): Answer | undefined {
  const { response, cause } = (error ?? {}) as { response?: unknown; cause?: unknown }
  return [response, cause].find(isAnswer)
}

/** The check that failed; for issuer and audience, which are no secrets, also what was seen. */
function describeComparison({ code, message, cause }: CodedError): string {
  const late =
    code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED'
      ? '; do the clocks of gateway and Cognito agree?'
      : ''
  const check = `${cause instanceof Error ? cause.message : message} (${code})${late}`
  const { claim, claims, expected } = ((cause as Error | undefined)?.cause ?? {}) as {
    claim?: unknown
    claims?: Readonly<Record<string, unknown>>
    expected?: unknown
  }
  if (claim !== 'iss' && claim !== 'aud') return check
  const seen = printable(JSON.stringify(claims?.[claim]) ?? 'nothing')
  return `${check}: expected ${JSON.stringify(expected)}, seen ${seen}`
}
