// What is written down of a failure beside the log line: its count, and for what somebody may be asked about later, a
// line of the audit.
import type { FastifyRequest } from 'fastify'
import type { AuditEvent, RecordEvent } from '../audit/trail.js'
import type { ErrorCode, GatewayError } from '../errors.js'
import { createNowAndThen } from '../lib/now-and-then.js'

/** Told every failure that is answered. */
export type RecordFailure = (error: GatewayError, request: FastifyRequest) => void

/** Refusals of somebody who may not, or is not who they say. Nobody signed in yet is neither. */
const accessRefusals: ReadonlySet<ErrorCode> = new Set([
  'GW_ERR_CROSS_SITE',
  'GW_ERR_FORBIDDEN',
  'GW_ERR_TOKEN_INVALID',
])

/** Nobody that is known, with a bad token or from another site, fills the audit with lines: one, and how many were not said. */
const strangersPauseMs = 1000

/** @param callbackPath  where every failure is a sign-in that did not succeed */
export function recordFailures({
  callbackPath,
  countFailure,
  countLoginRefusal,
  record,
}: {
  callbackPath: string
  countFailure: (code: ErrorCode) => void
  countLoginRefusal: (code: ErrorCode) => void
  record: RecordEvent
}): RecordFailure {
  function eventOf({ code }: GatewayError, { target }: FastifyRequest): AuditEvent | null {
    // A flood that is held off must not fill the audit.
    if (code === 'GW_ERR_TOO_MANY_SIGN_INS') return null
    if (target?.path === callbackPath) return 'sign_in_refused'
    return accessRefusals.has(code) ? 'access_refused' : null
  }

  const strangers = createNowAndThen(strangersPauseMs)

  return (error, request) => {
    countFailure(error.code)
    const event = eventOf(error, request)
    if (event === null) return
    if (event === 'sign_in_refused') countLoginRefusal(error.code)
    const { session, caller, route, id, raw } = request
    const write = (more: { readonly unsaid?: number }) =>
      record(event, {
        session,
        identity: caller?.identity,
        request: { id, raw },
        reason: error.reason,
        more: { error: error.code, route: route?.name, ...more },
      })
    if (event === 'sign_in_refused' || session !== null || caller !== null) return write({})
    strangers(unsaid => write(unsaid === 0 ? {} : { unsaid }))
  }
}
