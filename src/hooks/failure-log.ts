// The log line of a failure. One for each, but for what comes by thousands when there is too much to do.
import type { FastifyRequest } from 'fastify'
import type { ErrorCode, GatewayError } from '../errors.js'
import { createNowAndThen, type NowAndThen } from '../lib/now-and-then.js'
import { framesOf, type Log } from '../log.js'

/** Writes a failure down. @param thrown  what was really thrown */
export type LogFailure = (error: GatewayError, thrown: unknown, request: FastifyRequest) => void

/** Refusals that must cost less than what they refuse: written lines would be the most of it. The metrics count each. */
export const massCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'GW_ERR_GATEWAY_BUSY',
  'GW_ERR_TOO_MANY_SIGN_INS',
  'GW_ERR_UPSTREAM_BUSY',
  'GW_ERR_UPSTREAM_DOWN',
])
const massPauseMs = 1000

/** A log whose lines of mass refusals come once a second, with the number of those `unsaid`. */
export function createFailureLog(log: Pick<Log, 'info' | 'warn' | 'error'>): LogFailure {
  const sometimes = new Map<ErrorCode, NowAndThen>(
    [...massCodes].map(code => [code, createNowAndThen(massPauseMs)]),
  )

  function write(
    error: GatewayError,
    thrown: unknown,
    { id, raw }: FastifyRequest,
    unsaid?: number,
  ): void {
    const { code, reason, status, cause } = error
    const line = { id, error: code, reason, method: raw.method, ...(unsaid ? { unsaid } : {}) }
    if (code === 'GW_ERR_INTERNAL') {
      log.error({ ...line, err: thrown, stack: framesOf(thrown) }, 'request failed')
    } else if (status >= 500) log.warn({ ...line, err: cause }, 'request failed')
    else log.info({ ...line, err: cause }, 'request refused')
  }

  return (error, thrown, request) => {
    const pause = sometimes.get(error.code)
    if (pause === undefined) write(error, thrown, request)
    else pause(unsaid => write(error, thrown, request, unsaid))
  }
}
