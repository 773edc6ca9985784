// One timer for all that may wait equally long. A timer for each command was a twentieth of what reading a session
// from Redis cost, and almost none of them ever fired.

/** Watches those under way, who stand in the order in which they began. */
export interface Deadlines {
  /** Somebody has come. */
  watch(): void
  /** Nobody is there for now: nothing keeps the process up. */
  rest(): void
}

/**
 * Calls `expire` for whoever is still there when its time is over.
 *
 * Timers come before sockets: a process that was held up may have the answer there, unread. So who is late when the
 * timer comes is given up only after the sockets were read, and who becomes late meanwhile waits for the next.
 * @param expire  takes it out
 */
export function watchDeadlines<One extends { readonly begun: number }>(
  pending: Iterable<One> & { readonly size: number },
  timeoutMs: number,
  expire: (one: One) => void,
): Deadlines {
  let timer: NodeJS.Timeout | null = null

  function wakeIn(ms: number): void {
    timer = setTimeout(() => setImmediate(expireUntil, performance.now()), Math.ceil(ms))
  }

  function expireUntil(now: number): void {
    timer = null
    for (const one of pending) {
      const leftMs = one.begun + timeoutMs - now
      if (leftMs > 0) {
        wakeIn(leftMs)
        return
      }
      expire(one)
    }
  }

  return {
    watch() {
      if (timer === null) wakeIn(timeoutMs)
    },
    rest() {
      if (timer === null || pending.size > 0) return
      clearTimeout(timer)
      timer = null
    },
  }
}
