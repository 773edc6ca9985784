// What is counted, and how Prometheus reads it. On every request's way a count is one number in an array; the
// library sees it when somebody asks.
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { type ErrorCode, errorTable, GatewayError } from '../errors.js'
import type { Decision, Route } from '../model.js'
import { addProcessMetrics } from './process-metrics.js'

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
  /** The text format of Prometheus, version 0.0.4. */
  readonly render: () => Promise<{ readonly contentType: string; readonly body: string }>
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
  const registry = new Registry()
  const stopWatching = addProcessMetrics(registry)
  const registers = [registry]

  const decided = new Map<Route, number[]>()
  const failed = new Map<ErrorCode, number>()
  countsOf(
    registry,
    'decisions_total',
    'Decisions on proxied requests',
    ['route', 'decision'],
    () =>
      [...decided].flatMap(([{ name }, counts]) =>
        decisions.map((decision, at) => ({
          labels: { route: name, decision },
          count: counts[at] ?? 0,
        })),
      ),
  )
  countsOf(registry, 'failures_total', 'Answers with an error of the gateway', ['code'], () =>
    (Object.keys(errorTable) as ErrorCode[]).map(code => ({
      labels: { code },
      count: failed.get(code) ?? 0,
    })),
  )
  const tokenCalls = new Histogram({
    name: `${prefix}token_call_seconds`,
    help: 'Calls to the token endpoint of the user pool, by how they end',
    labelNames: ['grant', 'outcome'],
    buckets: tokenCallBuckets,
    registers,
  })
  const signIns = new Counter({
    name: `${prefix}sign_ins_total`,
    help: 'Sessions begun',
    registers,
  })
  const signOuts = new Counter({
    name: `${prefix}sign_outs_total`,
    help: 'Sessions ended by their people',
    registers,
  })
  loadOf(registry, 'upstream_requests', 'Requests at an application, or waiting for it', () =>
    upstreams().map(({ place, inFlight }) => ({ place, count: inFlight })),
  )
  loadOf(registry, 'upstream_tunnels', 'Upgraded connections open to an application', () =>
    upstreams().map(({ place, tunnels }) => ({ place, count: tunnels })),
  )

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
      const end = tokenCalls.startTimer({ grant })
      try {
        const result = await call()
        end({ outcome: result === null ? 'invalid_grant' : 'ok' })
        return result
      } catch (error) {
        end({ outcome: error instanceof GatewayError ? error.code : 'GW_ERR_INTERNAL' })
        throw error
      }
    },

    countSignIn: () => signIns.inc(),
    countSignOut: () => signOuts.inc(),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
    close() {
      stopWatching()
      registry.clear()
    },
  }
}

function indexOf(decision: Decision): number {
  if (decision.outcome !== 'allow') return decision.outcome === 'login' ? 1 : 2
  if (decision.reported === undefined) return 0
  return decision.reported.outcome === 'login' ? 3 : 4
}

/** A counter that is read from elsewhere. Counts never go back, so what was seen is only added to. */
function countsOf(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  read: () => readonly { labels: Record<string, string>; count: number }[],
): void {
  new Counter({
    name: prefix + name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset()
      for (const { labels, count } of read()) this.inc(labels, count)
    },
  })
}

function loadOf(
  registry: Registry,
  name: string,
  help: string,
  read: () => readonly { place: string; count: number }[],
): void {
  new Gauge({
    name: prefix + name,
    help,
    labelNames: ['upstream'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { place, count } of read()) this.inc({ upstream: place }, count)
    },
  })
}
