// What outlives a reload of the settings: everything that this process knows and that is written down nowhere else.
import { isDeepStrictEqual } from 'node:util'
import type { CognitoSettings } from '../cognito/settings.js'
import type { TokenVerifier } from '../cognito/verifier.js'
import { type Crowd, createCrowd } from '../lib/crowd.js'
import { createRate, type Rate } from '../lib/rate.js'
import type { Clock } from '../model.js'
import type { UpstreamLoad } from '../proxy/upstreams.js'
import { createEndings, type Endings } from '../session/endings.js'
import { createRefreshMemory, type RefreshMemory } from '../session/refresh.js'
import { createDrain, type Drain } from './drain.js'
import { createMetrics, type Metrics } from './metrics.js'
import { createStoreMemory, type Siblings, type StoreMemory } from './store.js'

/** Addresses whose sign-ins are remembered: a megabyte or two. */
const maxAddresses = 10_000

/** The memory of a process. */
export interface Lasting {
  readonly sessions: StoreMemory
  /** Who hears of endings. */
  readonly endings: Endings
  /** Refreshes under way and those of the last minute. */
  readonly refreshes: RefreshMemory
  readonly metrics: Metrics
  readonly drain: Drain
  /** Open connections by address. */
  readonly crowd: Crowd
  /** Sign-ins by address. */
  readonly signInRate: Rate
  /** The verifier with its keys for as long as the settings are the same. */
  keepVerifier(settings: CognitoSettings, make: () => TokenVerifier): TokenVerifier
  /** Counts upstreams in; gives what counts them out. */
  watchLoads(read: () => readonly UpstreamLoad[]): () => void
}

/** An empty memory. @param siblings  other processes at the same port */
export function createLasting(clock: Clock, siblings?: Siblings): Lasting {
  const readers = new Set<() => readonly UpstreamLoad[]>()
  let kept: { settings: CognitoSettings; verifier: TokenVerifier } | null = null
  const sessions = createStoreMemory(clock, siblings)
  return {
    sessions,
    endings: createEndings(sessions.heard),
    refreshes: createRefreshMemory(),
    metrics: createMetrics({
      upstreams: () => addUp([...readers].flatMap(read => read())),
      clock,
    }),
    drain: createDrain(),
    crowd: createCrowd(),
    signInRate: createRate({ maxKeys: maxAddresses }),
    keepVerifier(settings, make) {
      if (kept === null || !isDeepStrictEqual(kept.settings, settings)) {
        kept = { settings, verifier: make() }
      }
      return kept.verifier
    },
    watchLoads(read) {
      readers.add(read)
      return () => void readers.delete(read)
    },
  }
}

/** After a reload the same application may be reached under old and new settings for a while. */
function addUp(loads: readonly UpstreamLoad[]): UpstreamLoad[] {
  const sums = new Map<string, UpstreamLoad>()
  for (const load of loads) {
    const sum = sums.get(load.place)
    sums.set(load.place, sum === undefined ? load : added(sum, load))
  }
  return [...sums.values()]
}

function added(one: UpstreamLoad, other: UpstreamLoad): UpstreamLoad {
  return {
    place: one.place,
    inFlight: one.inFlight + other.inFlight,
    tunnels: one.tunnels + other.tunnels,
    isDown: one.isDown || other.isDown,
    timesDown: one.timesDown + other.timesDown,
  }
}
