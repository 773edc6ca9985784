// A decision on one request, carried as far as it is the same for whoever asks: counted, written down, and a refusal made.
import { GatewayError } from '../errors.js'
import type { Log } from '../log.js'
import type { Caller, Clock, Decision, Route, Session } from '../model.js'

/** A request that is decided on. */
export interface Judged {
  readonly id: string
  readonly route: Route
  readonly caller: Caller | null
  /** Null for nobody, and for a Bearer token. */
  readonly session: Session | null
  /** Set to what was decided. */
  decision: Decision['outcome'] | null
}

/** True to let it pass, false where signing in could help. Throws GW_ERR_FORBIDDEN. */
export type JudgeRequest = (request: Judged) => boolean

/** A sign-in takes less than a minute to come back with. */
const freshSeconds = 60

/** A judge who counts every decision and writes down those that are no plain allowance. */
export function createJudge({
  clock,
  count,
  log,
}: {
  clock: Clock
  /** Told every decision. */
  count: (route: Route, decision: Decision) => void
  log: Pick<Log, 'info' | 'debug'>
}): JudgeRequest {
  /** A line for every request that would not have passed: to be counted before the rule is enforced. */
  function report({ id, caller, route }: Judged, would: Decision): void {
    const line = { id, sub: caller?.identity.subject, route: route.name, would: would.outcome }
    const reason = would.outcome === 'refuse' ? would.reason : undefined
    log.info({ ...line, reason }, 'access would be refused')
  }

  return request => {
    const { id, route, caller, session } = request
    const decision = route.decide(caller?.identity ?? null)
    request.decision = decision.outcome
    count(route, decision)
    if (decision.outcome === 'allow') {
      if (decision.reported !== undefined) report(request, decision.reported)
      return true
    }
    if (decision.outcome === 'refuse' && !asksForMore(request)) {
      const { reason } = decision
      const sub = caller?.identity.subject
      log.debug({ id, sub, route: route.name, reason }, 'access refused')
      throw forbidden(route, reason)
    }
    if (session !== null && clock() - session.signedInAt < freshSeconds) {
      // Asked again, Cognito let the old sign-in pass: once more would be a loop.
      const reason =
        decision.outcome === 'refuse'
          ? decision.reason
          : 'the sign-in is older than maxAuthAge, and a new one did not help'
      throw forbidden(route, reason)
    }
    return false
  }
}

/** Whether signing in again, with the scopes that the route asks for, brings some that the session has not. */
function asksForMore({ session, route }: Judged): boolean {
  if (session === null) return false
  const { scopes } = session.identity
  return route.login.scopes?.some(scope => !scopes.includes(scope)) ?? false
}

/** Says what the operator wants said of this route, and nothing of the rule. */
export function forbidden({ explain }: Pick<Route, 'explain'>, reason: string): GatewayError {
  return new GatewayError('GW_ERR_FORBIDDEN', {
    reason,
    ...(explain === null ? {} : { detail: explain.text, detailLink: explain.link }),
  })
}
