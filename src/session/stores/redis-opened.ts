// What this process has opened lately. It decides nothing: a session is remembered beside the very text that Redis had
// for it, and counts for as long as Redis gives the same text.
import { LRUCache } from 'lru-cache'
import type { Session } from '../../model.js'
import { isMadeOf, type SentReference, tailOf } from '../sent-reference.js'
import type { MemoryUse } from '../store.js'

/** A ticket that was opened: where its session is in Redis. */
export interface Ticket {
  readonly place: string
  readonly reference: string
  readonly key: string
  readonly stale: boolean
}

/** A session as it was opened. */
export interface OpenedSession {
  readonly session: Session
  readonly stale: boolean
}

/** Opened tickets and sessions, bounded. */
export interface OpenedMemory {
  ticket(place: string, sent: SentReference): Ticket | null
  /** Gives back the ticket as it is kept. */
  keepTicket(ticket: Ticket): Ticket
  /** The session that this very text was. */
  session(key: string, value: string): OpenedSession | null
  keepSession(key: string, value: string, opened: OpenedSession): void
  forget(key: string): void
  use(): MemoryUse
}

interface KeptSession extends OpenedSession {
  readonly value: string
}

/** The last characters of a ticket carry its authentication tag, which tells any two apart. */
const tailCharacters = 22
const maxKept = 10_000
const maxBytes = 48 * 1024 * 1024
/** Rough size of an opened session beside its text: claims, header lines. */
const openedFactor = 1

/** An empty memory. Some 4 MB of it are tickets, when it is full. */
export function createOpenedMemory(): OpenedMemory {
  const tickets = new LRUCache<string, Ticket>({ max: maxKept })
  const sessions = new LRUCache<string, KeptSession>({
    max: maxKept,
    maxSize: maxBytes,
    sizeCalculation: ({ value }) => value.length * (1 + openedFactor) + 1,
  })
  const use = { hits: 0, misses: 0 }

  return {
    ticket(place, sent) {
      const known = tickets.get(tailOf(sent, tailCharacters))
      return known?.place === place && isMadeOf(known.reference, sent) ? known : null
    },
    keepTicket(ticket) {
      // A text of its own: what was cut out of a request's lines would keep all of them.
      const reference = Buffer.from(ticket.reference, 'latin1').toString('latin1')
      const kept = { ...ticket, reference }
      tickets.set(reference.slice(-tailCharacters), kept)
      return kept
    },
    session(key, value) {
      const known = sessions.get(key)
      const same = known?.value === value ? known : null
      if (same === null) use.misses++
      else use.hits++
      return same
    },
    keepSession: (key, value, opened) => void sessions.set(key, { ...opened, value }),
    forget: key => void sessions.delete(key),
    use: () => ({ ...use, kept: sessions.size }),
  }
}
