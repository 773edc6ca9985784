// What rooms do, written down on the way through.
import type { RecordEvent } from '../audit/trail.js'
import { GatewayError } from '../errors.js'
import type { RenewTokens } from '../session/refresh.js'

/** Refreshes that leave a line. One that brings nothing ends the session, which says so itself. */
export function auditRefreshes(record: RecordEvent, renewTokens: RenewTokens): RenewTokens {
  return async (session, browser, onRotated) => {
    const { request } = browser
    try {
      const renewed = await renewTokens(session, browser, onRotated)
      if (typeof renewed !== 'string') {
        const { identity, tokens } = renewed
        record('refresh', { session: { ...session, identity, tokens }, request })
      }
      return renewed
    } catch (error) {
      const reason = error instanceof GatewayError ? error.code : 'GW_ERR_INTERNAL'
      record('refresh_failed', { session, request, reason })
      throw error
    }
  }
}
