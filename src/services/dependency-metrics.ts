// What the gateway depends on: the keys of the user pool, and Redis.
import { createBuckets, type Family } from '../lib/prometheus.js'
import type { Clock } from '../model.js'

/** Counts of calls to others. */
export interface DependencyMetrics {
  readonly countKeyFetch: (ok: boolean) => void
  /** @param ms  waiting for a connection included */
  readonly countRedisCommand: (ms: number, answered: boolean) => void
  readonly families: readonly Family[]
}

const redisBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5]

/** @param clock  NumericDate seconds */
export function createDependencyMetrics(clock: Clock): DependencyMetrics {
  const redis = createBuckets(redisBuckets)
  const keyFetches = { ok: 0, failed: 0 }
  let [redisUsed, redisFailed] = [false, 0]
  let keysFetchedAt: number | null = null

  return {
    countKeyFetch(ok) {
      keyFetches[ok ? 'ok' : 'failed']++
      if (ok) keysFetchedAt = clock()
    },
    countRedisCommand(ms, answered) {
      redisUsed = true
      if (answered) redis.observe(ms / 1000)
      else redisFailed++
    },
    families: [
      {
        name: 'jwks_age_seconds',
        help: 'Since the keys of the user pool were fetched last; absent while there are none',
        type: 'gauge',
        read: () => (keysFetchedAt === null ? [] : [{ value: clock() - keysFetchedAt }]),
      },
      {
        name: 'jwks_fetches_total',
        help: 'Fetches of the keys of the user pool',
        type: 'counter',
        read: () =>
          (['ok', 'failed'] as const).map(outcome => ({
            labels: { outcome },
            value: keyFetches[outcome],
          })),
      },
      {
        name: 'redis_command_seconds',
        help: 'Redis commands that were answered, waiting for a connection included',
        type: 'histogram',
        read: () => (redisUsed ? redis.samples({}) : []),
      },
      {
        name: 'redis_failures_total',
        help: 'Redis commands without an answer in time, or with an error',
        type: 'counter',
        read: () => [{ value: redisFailed }],
      },
    ],
  }
}
