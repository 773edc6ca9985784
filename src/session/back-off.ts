// After a refresh that could not be done, the same session does not ask again at once.
import { LRUCache } from 'lru-cache'
import { GatewayError } from '../errors.js'
import type { Clock } from '../model.js'

/** Pauses by session id. */
export interface BackOff {
  /** Throws the last failure while its pause lasts. */
  check(id: string): void
  /** Writes a failure down: the next pause is longer, and never shorter than `Retry-After`. */
  failed(id: string, error: unknown): void
  succeeded(id: string): void
}

const longestSeconds = 60
const maxRemembered = 10_000

/** Pauses of 1, 2, 4, … 60 seconds, each shortened by chance so that sessions do not march in step. */
export function createBackOff({
  clock,
  random = Math.random,
}: {
  clock: Clock
  random?: () => number
}): BackOff {
  const pauses = new LRUCache<string, { until: number; attempts: number; error: unknown }>({
    max: maxRemembered,
  })

  return {
    check(id) {
      const pause = pauses.get(id)
      if (pause !== undefined && pause.until > clock()) throw pause.error
    },
    failed(id, error) {
      const attempts = (pauses.get(id)?.attempts ?? 0) + 1
      const seconds = Math.min(2 ** (attempts - 1), longestSeconds) * (0.5 + random() / 2)
      const asked = error instanceof GatewayError ? (error.retryAfterSeconds ?? 0) : 0
      pauses.set(id, { until: clock() + Math.max(seconds, asked), attempts, error })
    },
    succeeded(id) {
      pauses.delete(id)
    },
  }
}
