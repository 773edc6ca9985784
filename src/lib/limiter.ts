// At most so many at once, so many waiting, and nobody for ever.

/** Runs tasks within the bounds. */
export type Limiter = <T>(task: () => Promise<T>) => Promise<T>

/**
 * A bound on tasks of one kind.
 *
 * @param concurrency  how many run at once
 * @param waiting      how many may wait for their turn
 * @param onFull       the error for those beyond
 */
export function createLimiter({
  concurrency,
  waiting,
  onFull,
}: {
  concurrency: number
  waiting: number
  onFull: () => Error
}): Limiter {
  const queue: (() => void)[] = []
  let running = 0

  return async task => {
    if (running >= concurrency) {
      if (queue.length >= waiting) throw onFull()
      await new Promise<void>(turn => queue.push(turn))
    } else running++
    try {
      return await task()
    } finally {
      // The place goes to the next in line, or becomes free.
      const next = queue.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
