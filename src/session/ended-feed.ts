// Tells every process what one of them has ended, through Redis: sessions in cookies are in no other place.
import type { Sealer } from '../lib/sealer.js'
import type { EndedSessions, Ending } from './ended.js'

/** A list in Redis that only grows at its end (a stream). */
export interface Stream {
  append(key: string, value: string): Promise<void>
  /** What came after a position, which is null for the beginning, and where to go on. */
  readAfter(
    key: string,
    position: string | null,
  ): Promise<{ values: string[]; position: string | null }>
}

/** Endings that all processes share, sooner or later. */
export interface EndedFeed {
  /** Ends here at once, elsewhere within some seconds, and as soon as Redis is back. */
  add(ending: Ending): void
  /** Sends what is waiting, reads what is new. Rejects when Redis cannot be reached; nothing is lost. */
  exchange(): Promise<void>
  close(): void
}

const everyMs = 1000
/** Endings that wait for Redis. Beyond it the oldest are known to this process alone. */
const maxWaiting = 10_000

/** A feed that exchanges every second. Entries are sealed: who can write to Redis cannot sign anybody out. */
export function createEndedFeed({
  stream,
  key,
  sealer,
  ended,
  waiting = [],
  onFailure,
}: {
  stream: Stream
  key: string
  sealer: Sealer
  ended: EndedSessions
  /** Where endings wait for Redis. */
  waiting?: Ending[]
  onFailure: (error: unknown) => void
}): EndedFeed {
  let position: string | null = null
  let timer: NodeJS.Timeout | undefined
  let closed = false

  async function send(): Promise<void> {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      await stream.append(key, sealer.seal('ended', key, JSON.stringify(next)))
      if (waiting[0] === next) waiting.shift()
    }
  }

  async function receive(): Promise<void> {
    for (;;) {
      const news = await stream.readAfter(key, position)
      position = news.position
      for (const value of news.values) {
        const opened = sealer.open('ended', key, value)
        if (opened !== null) ended.add(JSON.parse(opened.plaintext.toString('utf8')) as Ending)
      }
      if (news.values.length === 0) return
    }
  }

  async function exchange(): Promise<void> {
    await send()
    await receive()
  }

  function schedule(): void {
    timer = setTimeout(async () => {
      await exchange().catch(onFailure)
      if (!closed) schedule()
    }, everyMs).unref()
  }
  exchange().catch(onFailure)
  schedule()

  return {
    add(ending) {
      ended.add(ending)
      waiting.push(ending)
      if (waiting.length > maxWaiting) waiting.shift()
    },
    exchange,
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
