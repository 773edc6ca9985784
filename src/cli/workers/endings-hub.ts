// Passes ends of sessions on to all workers, and keeps them for those that start later.
import type { Channel } from '../../lib/channel.js'
import type { Clock } from '../../model.js'
import type { Ending } from '../../session/ended.js'
import { words } from './orders.js'

/** Ends of sessions among workers. */
export interface EndingsHub {
  /** Passes on what this worker tells, and tells it what others do. */
  join(number: number, channel: Channel): void
  /** What has been told so far, for one that starts now. */
  soFar(): readonly Ending[]
  leave(number: number): void
}

/** As many as a worker remembers itself (session/ended). */
const maxKept = 100_000

/** Nothing has ended yet. */
export function createEndingsHub(clock: Clock): EndingsHub {
  const kept = new Set<Ending>()
  const channels = new Map<number, Channel>()

  function keep(ending: Ending): void {
    kept.add(ending)
    for (const oldest of kept) {
      if (oldest.until > clock() && kept.size <= maxKept) return
      kept.delete(oldest)
    }
  }

  return {
    join(number, channel) {
      channels.set(number, channel)
      channel.on(words.ending, (endings: readonly Ending[]) => {
        for (const ending of endings) keep(ending)
        for (const [other, to] of channels) if (other !== number) to.tell(words.ending, endings)
      })
    },
    soFar: () => [...kept].filter(({ until }) => until > clock()),
    leave: number => void channels.delete(number),
  }
}
