// When a session ends and when it wants attention. Pure: nothing here looks at a clock.
import type { Session } from '../model.js'

/** How long sessions live, in seconds. */
export interface Limits {
  /** Without a request. */
  readonly idleSeconds: number
  /** From the sign-in on, whatever happens. */
  readonly maxSeconds: number
  /** A refresh is due when the access token has less than this left. */
  readonly refreshBeforeSeconds: number
  /** A refresh is due when tokens are so old, so that Cognito is asked whether they would still be given. */
  readonly recheckSeconds?: number | undefined
}

/**
 * Seconds a session may still live; zero or less means it is gone.
 *
 * The smaller of the idle and the absolute limit wins.
 * @param now  NumericDate seconds
 */
export function remainingSeconds(session: Session, limits: Limits, now: number): number {
  return Math.min(idleEndsAt(session, limits), sessionEndsAt(session, limits)) - now
}

/** When the session ends if it is not used any more. */
export function idleEndsAt(session: Session, limits: Limits): number {
  return session.seenAt + limits.idleSeconds
}

/** When the session ends however much it is used. */
export function sessionEndsAt(session: Session, limits: Limits): number {
  return session.signedInAt + limits.maxSeconds
}

/**
 * Whether the tokens should be refreshed before the next request passes.
 *
 * Never earlier than in the last quarter of the token's life: a user pool may issue tokens that live
 * no longer than `refreshBefore`, and those would be refreshed at every request. Always when it has expired;
 * not earlier where there is no refresh token, since the session ends by it.
 */
export function refreshDue(
  { tokens }: Pick<Session, 'tokens'>,
  limits: Limits,
  now: number,
): boolean {
  const left = tokens.expiresAt - now
  const lastQuarter = (tokens.expiresAt - tokens.issuedAt) / 4
  if (left <= 0) return true
  const { refreshBeforeSeconds, recheckSeconds = Number.POSITIVE_INFINITY } = limits
  const due =
    left < Math.min(refreshBeforeSeconds, lastQuarter) || now - tokens.issuedAt >= recheckSeconds
  return due && tokens.refreshToken !== null
}

/** Whether the access token still serves, for requests that find Cognito away. */
export function accessTokenServes(session: Session, now: number): boolean {
  return session.tokens.expiresAt > now
}

/** Whether the session's use should be written down, so that the idle limit counts from it. */
export function touchDue(session: Session, limits: Limits, now: number): boolean {
  return now - session.seenAt >= touchInterval(limits)
}

/** Seconds: often enough to honour the idle limit, seldom enough that most requests write nothing. */
export function touchInterval({ idleSeconds }: Limits): number {
  return Math.min(60, idleSeconds / 4)
}
