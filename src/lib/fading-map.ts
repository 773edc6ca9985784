// A bounded map whose entries end by themselves. Grows with what is in it, which lru-cache does not: that takes
// room for all it may hold at once.
import type { Clock } from '../model.js'

/** Values by key, each until an instant. */
export interface FadingMap<Value> {
  /** @param until  NumericDate seconds */
  set(key: string, value: Value, until: number): void
  get(key: string): Value | undefined
}

/** An empty map. What is beyond `max` is forgotten, the oldest first. */
export function createFadingMap<Value>(clock: Clock, max: number): FadingMap<Value> {
  /** Oldest first. */
  const kept = new Map<string, { value: Value; until: number }>()

  return {
    set(key, value, until) {
      kept.delete(key)
      kept.set(key, { value, until })
      for (const [oldest, { until: end }] of kept) {
        if (end > clock() && kept.size <= max) return
        kept.delete(oldest)
      }
    },
    get(key) {
      if (kept.size === 0) return undefined
      const found = kept.get(key)
      return found !== undefined && found.until > clock() ? found.value : undefined
    },
  }
}
