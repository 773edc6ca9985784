// So many within a minute for each of many, in a bounded memory: one number for each (GCRA, as leaky buckets of
// telephone networks count).

/** Counts what happens, by key. */
export interface Rate {
  /** Seconds to wait before the next of this key; zero when it may happen now, and then it counts. */
  take(key: string, perMinute: number): number
}

const minuteMs = 60_000

/**
 * Nothing has happened yet. A whole minute's number may come at once.
 *
 * @param maxKeys  beyond it the key that was quiet for longest is forgotten, and may begin anew
 */
export function createRate({
  maxKeys,
  now = () => performance.now(),
}: {
  maxKeys: number
  now?: () => number
}): Rate {
  /** When the key would be as if nothing had happened; quiet keys first. */
  const restedAt = new Map<string, number>()

  function keep(key: string, until: number, at: number): void {
    restedAt.delete(key)
    restedAt.set(key, until)
    for (const [oldest, end] of restedAt) {
      if (end > at && restedAt.size <= maxKeys) return
      restedAt.delete(oldest)
    }
  }

  return {
    take(key, perMinute) {
      const at = now()
      const each = minuteMs / perMinute
      const rested = Math.max(restedAt.get(key) ?? 0, at)
      const waitMs = rested + each - at - minuteMs
      // Less is what sums of fractions are wrong by.
      if (waitMs >= 1) return Math.ceil(waitMs / 1000)
      keep(key, rested + each, at)
      return 0
    },
  }
}
