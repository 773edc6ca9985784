// Errors of the AWS SDK become ours here: decided by the name of the exception, explained for the log. AWS's own text goes
// to neither page nor answer; it may name accounts and roles.
import { GatewayError } from '../errors.js'
import { type AwsExplanation, awsErrors, awsHints, noAwsVerdicts } from './explanations.js'

const retryAfterSeconds = 5

/** The failure of an operation, with cause and remedy in its reason. */
export function toAwsFailure(error: unknown, operation: string): GatewayError {
  const { name, message } = asError(error)
  const { code, cause, remedy } = explainAwsError(name, message, statusOf(error))
  const reason = `${operation} answers ${/^\w{1,64}$/.test(name) ? name : 'an error'}: ${cause}; ${remedy}`
  return new GatewayError(code, {
    reason,
    ...(code === 'GW_ERR_AWS_UNAVAILABLE' ? { retryAfterSeconds } : {}),
  })
}

/** By name; the message only makes cause and remedy of a refusal more exact. @param status  absent: no answer came */
export function explainAwsError(
  name: string,
  message: string,
  status: number | undefined,
): AwsExplanation {
  // STS says some of them without the ending.
  const [found = ''] = [name, `${name}Exception`].filter(one => Object.hasOwn(awsErrors, one))
  const known = awsErrors[found]
  if (known === undefined) return status === undefined ? noAwsVerdicts.nothing : noAwsVerdicts.other
  if (name !== 'NotAuthorizedException') return known
  const hint = awsHints.find(({ pattern }) => pattern.test(message))
  return hint === undefined ? known : { ...known, cause: hint.cause, remedy: hint.remedy }
}

function asError(error: unknown): { name: string; message: string } {
  return error instanceof Error ? error : { name: 'Error', message: '' }
}

/** The SDK keeps what it knows of the answer beside every error. */
function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode
}
