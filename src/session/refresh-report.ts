// What is said of refreshes that did not succeed, so that the log stays readable while Cognito is away.
import { GatewayError } from '../errors.js'
import type { NowAndThen } from '../lib/now-and-then.js'
import type { Log } from '../log.js'
import type { Session } from '../model.js'

const usualRetryAfterSeconds = 5

/** Told every failure. */
export type ReportRefresh = (error: unknown, session: Session) => void

/** Nobody loses a session to a misconfigured gateway, but whoever runs it has to hear of it. */
export function createRefreshReport({
  sometimes,
  log,
}: {
  sometimes: NowAndThen
  log: Pick<Log, 'warn' | 'error'>
}): ReportRefresh {
  return (error, { identity }) => {
    const misconfigured =
      error instanceof GatewayError && error.code === 'GW_ERR_LOGIN_MISCONFIGURED'
    sometimes(unsaid => {
      const line = { err: error, sub: identity.subject, unsaid }
      if (misconfigured)
        log.error(line, 'Cognito refuses this gateway; sessions are kept, mend it soon')
      else log.warn(line, 'refresh did not succeed; session kept')
    })
  }
}

/** GW_ERR_SESSION_UNAVAILABLE, for a session that cannot serve without the refresh. */
export function notRefreshed(cause: unknown): GatewayError {
  const asked = cause instanceof GatewayError ? cause.retryAfterSeconds : undefined
  const retryAfterSeconds = asked ?? usualRetryAfterSeconds
  return new GatewayError('GW_ERR_SESSION_UNAVAILABLE', { cause, retryAfterSeconds })
}
