// What is counted, and how Prometheus reads it. On every request's way a count is one number in an array.
import { type ErrorCode, errorTable, GatewayError } from '../errors.js'
import {
  type Buckets,
  contentType,
  createBuckets,
  type Family,
  renderFamilies,
} from '../lib/prometheus.js'
import type { Decision, Route } from '../model.js'
import { watchProcess } from './process-metrics.js'

/** What a decision is counted as; `report_…` for those of `mode: report`, which are forwarded all the same. */
const decisions = ['allow', 'login', 'refuse', 'report_login', 'report_refuse'] as const

/** The kinds of calls to the token endpoint (RFC 6749). */
export type TokenGrant = 'authorization_code' | 'refresh_token'

/** What an upstream has to do at this moment. */
export interface UpstreamLoad {
  readonly place: string
  readonly inFlight: number
  readonly tunnels: number
}

/** Counts of one process. Labels come from the settings and from tables of ours, never from a request. */
export interface Metrics {
  readonly countDecision: (route: Route, decision: Decision) => void
  readonly countFailure: (code: ErrorCode) => void
  /** Times a call, and counts how it ends: `ok`, `invalid_grant` for null, or an error code. */
  timeTokenCall<T>(grant: TokenGrant, call: () => Promise<T>): Promise<T>
  readonly countSignIn: () => void
  readonly countSignOut: () => void
  /** For Prometheus. */
  readonly render: () => { readonly contentType: string; readonly body: string }
  readonly close: () => void
}

const prefix = 'cognito_gateway_'
const tokenCallBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** @param upstreams  asked when somebody reads the metrics */
export function createMetrics({
  upstreams,
}: {
  upstreams: () => readonly UpstreamLoad[]
}): Metrics {
  const ofProcess = watchProcess()
  const decided = new Map<Route, number[]>()
  const failed = new Map<ErrorCode, number>()
  const tokenCalls = new Map<
    string,
    { labels: { grant: TokenGrant; outcome: string }; buckets: Buckets }
  >()
  let [signIns, signOuts] = [0, 0]

  const counter = (name: string, help: string, read: Family['read']): Family => ({
    name: prefix + name,
    help,
    type: 'counter',
    read,
  })
  const load = (name: string, help: string, of: (load: UpstreamLoad) => number): Family => ({
    name: prefix + name,
    help,
    type: 'gauge',
    read: () => upstreams().map(one => ({ labels: { upstream: one.place }, value: of(one) })),
  })
  const families: Family[] = [
    counter('decisions_total', 'Decisions on requests, by route', () =>
      [...decided].flatMap(([{ name }, counts]) =>
        decisions.map((decision, at) => ({
          labels: { route: name, decision },
          value: counts[at] ?? 0,
        })),
      ),
    ),
    counter('failures_total', 'Answers with an error of the gateway', () =>
      (Object.keys(errorTable) as ErrorCode[]).map(code => ({
        labels: { code },
        value: failed.get(code) ?? 0,
      })),
    ),
    counter('sign_ins_total', 'Sessions begun', () => [{ value: signIns }]),
    counter('sign_outs_total', 'Sessions ended by their people', () => [{ value: signOuts }]),
    {
      name: `${prefix}token_call_seconds`,
      help: 'Calls to the token endpoint of the user pool, by how they end',
      type: 'histogram',
      read: () =>
        [...tokenCalls.values()].flatMap(({ labels, buckets }) => buckets.samples(labels)),
    },
    load('upstream_requests', 'Requests at an application, or waiting for it', one => one.inFlight),
    load('upstream_tunnels', 'Upgraded connections open to an application', one => one.tunnels),
    ...ofProcess.families,
  ]

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
    countDecision(route, decision) {
      const at = indexOf(decision)
      const counts = decided.get(route)
      if (counts !== undefined) counts[at] = (counts[at] ?? 0) + 1
      else
        decided.set(
          route,
          decisions.map((_, other) => (other === at ? 1 : 0)),
        )
    },

    countFailure(code) {
      failed.set(code, (failed.get(code) ?? 0) + 1)
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

    countSignIn() {
      signIns++
    },
    countSignOut() {
      signOuts++
    },
    render: () => ({ contentType, body: renderFamilies(families) }),
    close: ofProcess.stop,
  }
}

function indexOf(decision: Decision): number {
  if (decision.outcome !== 'allow') return decision.outcome === 'login' ? 1 : 2
  if (decision.reported === undefined) return 0
  return decision.reported.outcome === 'login' ? 3 : 4
}
