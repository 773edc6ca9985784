// The living sessions of a store that all instances share. Its own figure, asked for when somebody reads the metrics.
import { setTimeout as pause } from 'node:timers/promises'
import type { Family } from '../lib/prometheus.js'

/** Counts what lives; null where nobody knows, as with sessions in cookies. */
export type CountSessions = () => Promise<number | null> | null

/** The figure, and what it is asked of. */
export interface SessionMetrics {
  readonly watchSessions: (count: CountSessions) => void
  /** Asks anew where the figure is too old. Never rejects: what cannot be found out is absent, and no zero. */
  readonly freshen: () => Promise<void>
  readonly families: readonly Family[]
}

/** However many scrape, the store is asked no more often. */
const maxAgeMs = 10_000
/** Less than anybody waits for the metrics of a process. */
const maxWaitMs = 1000

/** Nothing is known. @param nowMs  a clock that only goes on */
export function createSessionMetrics(nowMs = () => performance.now()): SessionMetrics {
  let count: CountSessions = () => null
  let known: { readonly value: number | null; readonly askedMs: number } | null = null
  let asking: Promise<void> | null = null

  async function ask(): Promise<void> {
    const askedMs = nowMs()
    try {
      known = { value: await count(), askedMs }
    } catch {
      known = { value: null, askedMs }
    }
  }

  return {
    watchSessions(given) {
      count = given
      known = null
    },
    async freshen() {
      if (known !== null && nowMs() - known.askedMs < maxAgeMs) return
      asking ??= ask().finally(() => {
        asking = null
      })
      await Promise.race([asking, pause(maxWaitMs, null, { ref: false })])
    },
    families: [
      {
        name: 'sessions',
        help: 'Living sessions in Redis, of all instances; absent while they cannot be counted',
        type: 'gauge',
        read: () => (known?.value == null ? [] : [{ value: known.value }]),
      },
    ],
  }
}
