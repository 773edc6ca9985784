// Refreshed sessions that this process knows and Redis may not: it was away when they were to be written, or a
// failover lost them. The refresh token from before may be dead, so nobody else can bring them back.
import type { Clock, Session } from '../../model.js'

/** A refreshed session, and when it ends if it is not used, NumericDate seconds. */
export interface RefreshedSession {
  readonly session: Session
  readonly endsAt: number
}

/** Refreshed sessions by id, bounded. */
export interface AheadSessions {
  add(session: Session, endsAt: number): void
  /** What has to be written still. */
  unwritten(id: string): RefreshedSession | null
  /** What this process knows better than a session that was found. */
  newerThan(found: Session): RefreshedSession | null
  /** Redis has the session now; a replica may not have it yet. */
  written(id: string): void
  forget(id: string): void
}

interface Kept extends RefreshedSession {
  readonly written: boolean
  readonly until: number
}

/** Longer than a failover takes. */
const replicationSeconds = 60
/** The sessions are those that session/refresh remembers: they take no room of their own. */
const maxKept = 10_000

/** An empty memory. */
export function createAheadSessions(clock: Clock): AheadSessions {
  /** Oldest first. */
  const kept = new Map<string, Kept>()

  function keep(one: Kept): void {
    kept.delete(one.session.id)
    kept.set(one.session.id, one)
    for (const [id, { until }] of kept) {
      if (until > clock() && kept.size <= maxKept) return
      kept.delete(id)
    }
  }

  return {
    add: (session, endsAt) => keep({ session, endsAt, written: false, until: endsAt }),
    unwritten(id) {
      const found = kept.get(id)
      return found === undefined || found.written ? null : found
    },
    newerThan(found) {
      const known = kept.get(found.id)
      if (known === undefined || known.until <= clock()) return null
      return known.session.tokens.issuedAt > found.tokens.issuedAt ? known : null
    },
    written(id) {
      const found = kept.get(id)
      if (found === undefined || found.written) return
      keep({ ...found, written: true, until: clock() + replicationSeconds })
    },
    forget: id => void kept.delete(id),
  }
}
