// Work that goes on when nobody waits for its answer any more, and that what it uses has to outlive.

/** Counts work. */
export interface UnderWay {
  /** Counts it until it ends; gives it back. */
  add<T>(work: Promise<T>): Promise<T>
  /** Resolves when nothing is under way, or after so long. */
  settle(maxMs: number): Promise<void>
}

/** Nothing is under way. */
export function createUnderWay(): UnderWay {
  const works = new Set<Promise<unknown>>()

  return {
    add(work) {
      // Many may wait for the same.
      if (works.has(work)) return work
      works.add(work)
      const end = () => void works.delete(work)
      work.then(end, end)
      return work
    },

    async settle(maxMs) {
      let late = false
      let timer: NodeJS.Timeout | undefined
      const deadline = new Promise<void>(resolve => {
        timer = setTimeout(() => {
          late = true
          resolve()
        }, maxMs)
      })
      while (works.size > 0 && !late) await Promise.race([Promise.allSettled(works), deadline])
      clearTimeout(timer)
    },
  }
}
