// Requests by route: what was decided, what the application answered, and how long it took.
import type { ErrorCode } from '../errors.js'
import { type Buckets, createBuckets, type Family } from '../lib/prometheus.js'
import type { Decision, Route } from '../model.js'
import type { ExchangeWatch } from '../proxy/exchange-watch.js'

/** What a decision is counted as; `report_…` for those of `mode: report`, which are forwarded all the same. */
const decisions = ['allow', 'login', 'refuse', 'report_login', 'report_refuse'] as const

const statusClasses = ['2xx', '3xx', '4xx', '5xx'] as const

/** How applications can fail; all other ends are counted as failures of the gateway. */
const upstreamFailures = [
  'GW_ERR_UPSTREAM_UNREACHABLE',
  'GW_ERR_UPSTREAM_TIMEOUT',
  'GW_ERR_UPSTREAM_INVALID',
  'GW_ERR_UPSTREAM_BUSY',
  'GW_ERR_UPSTREAM_DOWN',
] as const satisfies readonly ErrorCode[]

const secondBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Counts of what is proxied. */
export interface RouteMetrics {
  readonly countDecision: (route: Route, decision: Decision) => void
  /** The counts of one route to its application, ready to be used at every request. */
  readonly watchRoute: (route: Route, upstream: string) => ExchangeWatch
  readonly families: readonly Family[]
}

interface RouteCounts {
  readonly classes: number[]
  readonly whole: Buckets
  readonly firstByte: Buckets
}

/** No requests yet. */
export function createRouteMetrics(): RouteMetrics {
  const decided = new Map<string, number[]>()
  const counted = new Map<string, RouteCounts>()
  const failed = new Map<string, number[]>()

  const histogram = (name: string, help: string, of: (counts: RouteCounts) => Buckets): Family => ({
    name,
    help,
    type: 'histogram',
    read: () => [...counted].flatMap(([route, counts]) => of(counts).samples({ route })),
  })

  return {
    countDecision({ name }, decision) {
      countAt(
        entry(decided, name, () => decisions.map(() => 0)),
        indexOf(decision),
      )
    },

    watchRoute({ name }, upstream) {
      const { classes, whole, firstByte } = entry(counted, name, newCounts)
      const failures = entry(failed, upstream, () => upstreamFailures.map(() => 0))
      return {
        answered(status, ms) {
          countAt(classes, Math.min(Math.max(Math.trunc(status / 100), 2), 5) - 2)
          firstByte.observe(ms / 1000)
        },
        failed(code) {
          const at = (upstreamFailures as readonly ErrorCode[]).indexOf(code)
          if (at !== -1) countAt(failures, at)
        },
        ended: ms => whole.observe(ms / 1000),
      }
    },

    families: [
      {
        name: 'decisions_total',
        help: 'Decisions on requests, by route',
        type: 'counter',
        read: () => table(decided, 'route', 'decision', decisions),
      },
      {
        name: 'upstream_answers_total',
        help: 'Answers of applications, by route and class of status',
        type: 'counter',
        read: () =>
          [...counted].flatMap(([route, { classes }]) =>
            statusClasses.map((status, at) => ({
              labels: { route, status },
              value: classes[at] ?? 0,
            })),
          ),
      },
      histogram(
        'request_seconds',
        'Forwarded requests, from their head to the end of the answer',
        ({ whole }) => whole,
      ),
      histogram(
        'upstream_seconds',
        'Time an application took to the head of its answer',
        ({ firstByte }) => firstByte,
      ),
      {
        name: 'upstream_failures_total',
        help: 'Requests that an application did not answer, or not well',
        type: 'counter',
        read: () => table(failed, 'upstream', 'code', upstreamFailures),
      },
    ],
  }
}

function newCounts(): RouteCounts {
  return {
    classes: statusClasses.map(() => 0),
    whole: createBuckets(secondBuckets),
    firstByte: createBuckets(secondBuckets),
  }
}

/** One sample for each key and name. */
function table(
  counts: ReadonlyMap<string, readonly number[]>,
  keyLabel: string,
  nameLabel: string,
  names: readonly string[],
) {
  return [...counts].flatMap(([key, values]) =>
    names.map((name, at) => ({
      labels: { [keyLabel]: key, [nameLabel]: name },
      value: values[at] ?? 0,
    })),
  )
}

/** Two routes of one name are one line: a route and its preflights, or the same path for other methods. */
function entry<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

function countAt(counts: number[], at: number): void {
  counts[at] = (counts[at] ?? 0) + 1
}

function indexOf(decision: Decision): number {
  if (decision.outcome !== 'allow') return decision.outcome === 'login' ? 1 : 2
  if (decision.reported === undefined) return 0
  return decision.reported.outcome === 'login' ? 3 : 4
}
