// What a broken exchange with an upstream is to the client.
import { GatewayError } from '../errors.js'
import { HTTPParserError } from '../lib/undici.js'

type Failure =
  | 'GW_ERR_UPSTREAM_TIMEOUT'
  | 'GW_ERR_UPSTREAM_INVALID'
  | 'GW_ERR_REQUEST_INVALID'
  | 'GW_ERR_UPSTREAM_UNREACHABLE'

/** Everything that is not here means the connection was refused, broken, or failed TLS verification. */
const failuresByCode: Readonly<Record<string, Failure>> = {
  UND_ERR_CONNECT_TIMEOUT: 'GW_ERR_UPSTREAM_TIMEOUT',
  ETIMEDOUT: 'GW_ERR_UPSTREAM_TIMEOUT',
  UND_ERR_HEADERS_OVERFLOW: 'GW_ERR_UPSTREAM_INVALID',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'GW_ERR_UPSTREAM_INVALID',
  // undici's parser asserts what it expects of an answer, such as a status above 99.
  ERR_ASSERTION: 'GW_ERR_UPSTREAM_INVALID',
  UND_ERR_INVALID_ARG: 'GW_ERR_REQUEST_INVALID',
}

/** The failure of an exchange with an upstream, as undici or Node's own client put it. */
export function toGatewayError(error: Error & { code?: string }): GatewayError {
  const isParserError = error instanceof HTTPParserError || error.code?.startsWith('HPE_') === true
  const known = isParserError ? 'GW_ERR_UPSTREAM_INVALID' : failuresByCode[error.code ?? '']
  return new GatewayError(known ?? 'GW_ERR_UPSTREAM_UNREACHABLE', { cause: error })
}

/** The failure of an exchange whose answer has not begun in time. */
export function lateHead(timeoutMs: number): GatewayError {
  const reason = `no answer began within ${timeoutMs / 1000} s (timeout.firstByte)`
  return new GatewayError('GW_ERR_UPSTREAM_TIMEOUT', { reason })
}
