// One worker at a time refreshes a session that is in nobody's hands but the browser's: whoever comes next learns what
// the one before has made of it, and need not ask Cognito. Kept in one process, asked for by all.
import { LRUCache } from 'lru-cache'

/** A session after a refresh, as its cookie carries it. */
export interface Left {
  readonly place: string
  readonly reference: string
}

/** The right to work on one session. */
export interface Turn {
  /** What came of it within the last minute. */
  readonly left: Left | null
  /** Ends it. @param left  what has come of it; null for nothing new */
  over(left: Left | null): void
}

/** Asks for a turn. Rejects when it cannot be had in time. */
export type TakeTurn = (id: string) => Promise<Turn>

/** The one place that gives turns. Owners are processes. */
export interface TurnKeeper {
  /** Resolves when the turn has come. */
  take(owner: number, id: string): Promise<{ readonly turn: number; readonly left: Left | null }>
  over(turn: number, left: Left | null): void
  /** Gives on what a process held or waited for that is gone. */
  forget(owner: number): void
}

/** How long one may wait for others. */
export const maxTurnWaitMs = 12_000
/** Longer than the deadline of a token call: beyond it the holder is taken for lost. */
const leaseMs = 15_000
const maxWaiting = 10_000
/** As long as session/refresh remembers. */
const rememberedMs = 60_000
const maxLeftBytes = 32 * 1024 * 1024

interface Waiting {
  readonly owner: number
  readonly grant: () => void
  readonly refuse: (error: Error) => void
}

interface Held {
  readonly id: string
  readonly owner: number
  readonly lease: NodeJS.Timeout
}

/** Nobody has a turn. */
export function createTurnKeeper(): TurnKeeper {
  const held = new Map<number, Held>()
  const current = new Map<string, number>()
  const queues = new Map<string, Waiting[]>()
  const left = new LRUCache<string, Left>({
    maxSize: maxLeftBytes,
    sizeCalculation: ({ place, reference }) => place.length + reference.length,
    ttl: rememberedMs,
  })
  let [turns, waits] = [0, 0]

  function give(owner: number, id: string) {
    const turn = ++turns
    const lease = setTimeout(() => end(turn), leaseMs).unref()
    held.set(turn, { id, owner, lease })
    current.set(id, turn)
    return { turn, left: left.get(id) ?? null }
  }

  function end(turn: number): void {
    const holding = held.get(turn)
    if (holding === undefined) return
    clearTimeout(holding.lease)
    held.delete(turn)
    current.delete(holding.id)
    queues.get(holding.id)?.[0]?.grant()
  }

  function leave(id: string, waiting: Waiting): void {
    const queue = queues.get(id) ?? []
    const at = queue.indexOf(waiting)
    if (at === -1) return
    queue.splice(at, 1)
    waits--
    if (queue.length === 0) queues.delete(id)
  }

  function wait(owner: number, id: string): Promise<ReturnType<typeof give>> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer)
        leave(id, waiting)
      }
      const waiting: Waiting = {
        owner,
        grant: () => {
          stop()
          resolve(give(owner, id))
        },
        refuse: error => {
          stop()
          reject(error)
        },
      }
      const late = new Error('another worker refreshes for too long')
      const timer = setTimeout(() => waiting.refuse(late), maxTurnWaitMs).unref()
      queues.set(id, [...(queues.get(id) ?? []), waiting])
      waits++
    })
  }

  return {
    async take(owner, id) {
      if (!current.has(id)) return give(owner, id)
      if (waits >= maxWaiting) throw new Error('too many wait for a refresh')
      return wait(owner, id)
    },

    over(turn, fresh) {
      const holding = held.get(turn)
      if (holding === undefined) return
      if (fresh !== null) left.set(holding.id, fresh)
      end(turn)
    },

    forget(owner) {
      for (const queue of [...queues.values()]) {
        for (const waiting of [...queue]) {
          if (waiting.owner === owner) waiting.refuse(new Error('the worker is gone'))
        }
      }
      for (const [turn, holding] of [...held]) if (holding.owner === owner) end(turn)
    },
  }
}
