// What is counted, and how Prometheus reads it. On every request's way a count is one number in an array.
import { type ErrorCode, errorTable } from '../errors.js'
import {
  contentType,
  type Family,
  type Reading,
  readFamilies,
  renderReadings,
} from '../lib/prometheus.js'
import type { Clock } from '../model.js'
import { createDependencyMetrics, type DependencyMetrics } from './dependency-metrics.js'
import { createLoginMetrics, type LoginMetrics } from './login-metrics.js'
import { watchProcess } from './process-metrics.js'
import { createRouteMetrics, type RouteMetrics } from './route-metrics.js'
import { createSessionMetrics, type SessionMetrics } from './session-metrics.js'

/** What an upstream has to do at this moment. */
export interface UpstreamLoad {
  readonly place: string
  readonly inFlight: number
  readonly tunnels: number
  readonly isDown: boolean
  readonly timesDown: number
}

/** What a bounded memory was good for. */
export interface MemoryUse {
  readonly kept: number
  readonly hits: number
  readonly misses: number
}

/** Memories of things that are costly to find out, by name; null while there is none. */
export type Memories = Readonly<Record<string, () => MemoryUse | null>>

/** Counts of one process. Labels come from the settings and from tables of ours, never from a request. */
export interface Metrics
  extends Omit<RouteMetrics, 'families'>,
    Omit<LoginMetrics, 'families'>,
    Omit<DependencyMetrics, 'families'>,
    Omit<SessionMetrics, 'families'> {
  readonly countFailure: (code: ErrorCode) => void
  readonly countConnectionRefused: () => void
  /** Memories that are there once the rooms are built. */
  readonly watchMemories: (memories: Memories) => void
  /** All counts as plain data, which can go to another process; `freshen` before it asks for what others know. */
  readonly read: () => Reading[]
  /** For Prometheus. */
  readonly render: () => Promise<{ readonly contentType: string; readonly body: string }>
  readonly close: () => void
}

const prefix = 'cognito_gateway_'

/** @param upstreams  asked when somebody reads the metrics */
export function createMetrics({
  upstreams,
  clock,
}: {
  upstreams: () => readonly UpstreamLoad[]
  clock: Clock
}): Metrics {
  const ofProcess = watchProcess()
  const ofRoutes = createRouteMetrics()
  const ofLogins = createLoginMetrics()
  const ofDependencies = createDependencyMetrics(clock)
  const ofSessions = createSessionMetrics()
  const failed = new Map<ErrorCode, number>()
  let memories: Memories = {}
  let connectionsRefused = 0

  const load = (
    name: string,
    help: string,
    of: (load: UpstreamLoad) => number,
    type: Family['type'] = 'gauge',
  ): Family => ({
    name,
    help,
    type,
    read: () => upstreams().map(one => ({ labels: { upstream: one.place }, value: of(one) })),
  })
  const memory = (
    name: string,
    { help, type }: Pick<Family, 'help' | 'type'>,
    of: (use: MemoryUse) => number,
  ): Family => ({
    name,
    help,
    type,
    read: () =>
      Object.entries(memories).flatMap(([kind, useOf]) => {
        const use = useOf()
        return use === null ? [] : [{ labels: { memory: kind }, value: of(use) }]
      }),
  })
  const own: Family[] = [
    ...ofRoutes.families,
    {
      name: 'failures_total',
      help: 'Answers with an error of the gateway',
      type: 'counter',
      read: () =>
        (Object.keys(errorTable) as ErrorCode[]).map(code => ({
          labels: { code },
          value: failed.get(code) ?? 0,
        })),
    },
    ...ofLogins.families,
    ...ofSessions.families,
    ...ofDependencies.families,
    load('upstream_requests', 'Requests at an application, or waiting for it', one => one.inFlight),
    load('upstream_tunnels', 'Upgraded connections open to an application', one => one.tunnels),
    load(
      'upstream_down',
      'Whether connections to an application fail, so that it is not asked',
      one => Number(one.isDown),
    ),
    load('upstream_downs_total', 'How often it came to that', one => one.timesDown, 'counter'),
    {
      name: 'connections_refused_total',
      help: 'Connections closed at once, since one address had too many',
      type: 'counter',
      read: () => [{ value: connectionsRefused }],
    },
    memory(
      'memory_entries',
      { help: 'Opened sessions and verified tokens in memory', type: 'gauge' },
      use => use.kept,
    ),
    memory(
      'memory_hits_total',
      { help: 'Sessions and tokens that were in memory', type: 'counter' },
      use => use.hits,
    ),
    memory(
      'memory_misses_total',
      { help: 'Sessions and tokens that had to be opened or verified', type: 'counter' },
      use => use.misses,
    ),
  ]
  const families = [
    ...own.map(family => ({ ...family, name: prefix + family.name })),
    ...ofProcess.families,
  ]
  const read = () => readFamilies(families)

  return {
    ...ofRoutes,
    ...ofLogins,
    ...ofDependencies,
    ...ofSessions,
    countFailure(code) {
      failed.set(code, (failed.get(code) ?? 0) + 1)
    },
    countConnectionRefused() {
      connectionsRefused++
    },
    watchMemories(given) {
      memories = given
    },
    read,
    async render() {
      await ofSessions.freshen()
      return { contentType, body: renderReadings(read()) }
    },
    close: ofProcess.stop,
  }
}
