// How tickets and sessions are sealed for browsers and for Redis, and how they are opened again: a session that Redis has as
// it had it before is not opened anew.
import { createHash } from 'node:crypto'
import type { Sealer } from '../../lib/sealer.js'
import type { Log } from '../../log.js'
import type { Session } from '../../model.js'
import { decodeSession, encodeSession, type ReadIdentity, SessionOfNewerVersion } from '../codec.js'
import { joinPieces, type SentReference } from '../sent-reference.js'
import type { MemoryUse } from '../store.js'
import { createOpenedMemory, type OpenedSession, type Ticket } from './redis-opened.js'
import { tokensBehind } from './tokens-behind.js'

/** Sealed forms of one store. */
export interface RedisSealing {
  /** Where the session of an id is in Redis: a hash of it. */
  keyOf(id: string): string
  sealTicket(place: string, session: Pick<Session, 'id'>): string
  openTicket(place: string, sent: SentReference): Ticket | null
  /** Begins with the version that Redis compares; the seal holds the two together. */
  seal(key: string, session: Session): string
  /** Null for none and for what cannot be read, which is told once. @throws SessionOfNewerVersion */
  open(key: string, value: string | null): OpenedSession | null
  /**
   * The same, and the same object for as long as Redis has the same text: what is made of a session can be kept
   * beside it. Its tokens are opened when they are asked for.
   */
  recall(key: string, value: string | null): OpenedSession | null
  /** The session of a key has ended. */
  forget(key: string): void
  memoryUse(): MemoryUse
}

/** Keys of which it was told that they cannot be read. */
const maxTold = 1000

/** Sealed forms under one prefix. */
export function createRedisSealing({
  sealer,
  readIdentity,
  prefix,
  log,
}: {
  sealer: Sealer
  readIdentity: ReadIdentity
  prefix: string
  log: Pick<Log, 'warn'>
}): RedisSealing {
  const opened = createOpenedMemory()
  const told = new Set<string>()
  const keyOf = (id: string) => `${prefix}session:${createHash('sha256').update(id).digest('hex')}`

  function openTicket(place: string, sent: SentReference): Ticket | null {
    const known = opened.ticket(place, sent)
    if (known !== null) return known
    const reference = joinPieces(sent)
    const found = sealer.open('session', `${place} ticket`, reference)
    if (found === null) return null
    const key = keyOf(found.plaintext.toString('utf8'))
    return opened.keepTicket({ place, reference, key, stale: found.stale })
  }

  function seal(key: string, session: Session): string {
    const version = Math.trunc(session.tokens.issuedAt)
    return `${version} ${sealer.seal('session', `${key} ${version}`, encodeSession(session))}`
  }

  function open(key: string, value: string | null): OpenedSession | null {
    if (value === null) return null
    const found = decode(key, value)
    if (found === null) tellUnreadable(key)
    return found
  }

  function decode(key: string, value: string): OpenedSession | null {
    const [version = '', sealed = ''] = value.split(' ', 2)
    const found = sealer.open('session', `${key} ${version}`, sealed)
    const session = found && decodeSession(found.plaintext, readIdentity)
    return found && session && { session, stale: found.stale }
  }

  function tellUnreadable(key: string): void {
    if (told.has(key)) return
    if (told.size >= maxTold) told.clear()
    told.add(key)
    log.warn({ key }, 'a session in Redis cannot be read: other secret, or damage')
  }

  function recall(key: string, value: string | null): OpenedSession | null {
    const known = value === null ? null : opened.session(key, value)
    if (known !== null) return known
    opened.forget(key)
    const found = open(key, value)
    return value === null || found === null ? null : remember(key, value, found)
  }

  function remember(key: string, value: string, { session, stale }: OpenedSession): OpenedSession {
    const tokens = tokensBehind(session.tokens, () => decode(key, value)?.session ?? null)
    const kept = { session: { ...session, tokens }, stale }
    opened.keepSession(key, value, kept)
    return kept
  }

  return {
    keyOf,
    sealTicket: (place, { id }) => sealer.seal('session', `${place} ticket`, id),
    openTicket,
    seal,
    open,
    recall,
    forget: opened.forget,
    memoryUse: opened.use,
  }
}

/** What a newer version wrote is nothing, where that makes no difference. */
export function nullIfNewer<T>(open: () => T): T | null {
  try {
    return open()
  } catch (error) {
    if (error instanceof SessionOfNewerVersion) return null
    throw error
  }
}
