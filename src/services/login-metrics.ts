// Sign-ins as a funnel: begun, come back, signed in, or refused and why; and the calls to the token endpoint.
import { type ErrorCode, GatewayError } from '../errors.js'
import { type Buckets, createBuckets, type Family } from '../lib/prometheus.js'
import { refreshEnds } from '../session/refresh-end.js'

/** How far a sign-in has come; `begun_again` when the browser came back without what it was given. */
const loginSteps = ['begun', 'came_back', 'begun_again', 'signed_in', 'refused'] as const
export type LoginStep = (typeof loginSteps)[number]

/** Why a session ended, as far as the gateway hears of it. */
const sessionEnds = ['sign_out', ...refreshEnds, 'user_event'] as const
export type SessionEnd = (typeof sessionEnds)[number]

/** The kinds of calls to the token endpoint (RFC 6749). */
export type TokenGrant = 'authorization_code' | 'refresh_token'

/** Counts of sign-ins and sessions. */
export interface LoginMetrics {
  readonly countLogin: (step: LoginStep) => void
  readonly countLoginRefusal: (code: ErrorCode) => void
  readonly countSessionEnd: (why: SessionEnd) => void
  /** Times a call, and counts how it ends: `ok`, `invalid_grant` for null, or an error code. */
  timeTokenCall<T>(grant: TokenGrant, call: () => Promise<T>): Promise<T>
  readonly families: readonly Family[]
}

const tokenCallBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** No sign-ins yet. */
export function createLoginMetrics(): LoginMetrics {
  const steps = zeroes(loginSteps)
  const ends = zeroes(sessionEnds)
  const refusals = new Map<ErrorCode, number>()
  const tokenCalls = new Map<
    string,
    { labels: { grant: TokenGrant; outcome: string }; buckets: Buckets }
  >()

  function countTokenCall(grant: TokenGrant, outcome: string, begun: number): void {
    const key = `${grant} ${outcome}`
    const known = tokenCalls.get(key)
    const counted = known ?? {
      labels: { grant, outcome },
      buckets: createBuckets(tokenCallBuckets),
    }
    if (known === undefined) tokenCalls.set(key, counted)
    counted.buckets.observe((performance.now() - begun) / 1000)
  }

  return {
    countLogin(step) {
      steps[step]++
    },
    countLoginRefusal(code) {
      steps.refused++
      refusals.set(code, (refusals.get(code) ?? 0) + 1)
    },
    countSessionEnd(why) {
      ends[why]++
    },

    async timeTokenCall(grant, call) {
      const begun = performance.now()
      try {
        const result = await call()
        countTokenCall(grant, result === null ? 'invalid_grant' : 'ok', begun)
        return result
      } catch (error) {
        const outcome = error instanceof GatewayError ? error.code : 'GW_ERR_INTERNAL'
        countTokenCall(grant, outcome, begun)
        throw error
      }
    },

    families: [
      {
        name: 'logins_total',
        help: 'How far sign-ins have come',
        type: 'counter',
        read: () => loginSteps.map(step => ({ labels: { step }, value: steps[step] })),
      },
      {
        name: 'login_refusals_total',
        help: 'Sign-ins refused at the callback, by why',
        type: 'counter',
        read: () => [...refusals].map(([code, value]) => ({ labels: { code }, value })),
      },
      {
        name: 'sessions_ended_total',
        help: 'Sessions that this process saw end, by why',
        type: 'counter',
        read: () => sessionEnds.map(why => ({ labels: { why }, value: ends[why] })),
      },
      {
        name: 'sign_ins_total',
        help: 'Sessions begun',
        type: 'counter',
        read: () => [{ value: steps.signed_in }],
      },
      {
        name: 'sign_outs_total',
        help: 'Sessions ended by their people',
        type: 'counter',
        read: () => [{ value: ends.sign_out }],
      },
      {
        name: 'token_call_seconds',
        help: 'Calls to the token endpoint of the user pool, by how they end',
        type: 'histogram',
        read: () =>
          [...tokenCalls.values()].flatMap(({ labels, buckets }) => buckets.samples(labels)),
      },
    ],
  }
}

function zeroes<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map(name => [name, 0])) as Record<Name, number>
}
