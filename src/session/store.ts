// What every session store can do. Stores know nothing of HTTP: a reference is what a cookie will carry.
import type { Session } from '../model.js'
import type { SentReference } from './sent-reference.js'

/** A session as it was found in a store. */
export interface StoredSession {
  readonly session: Session
  /** The value for the browser's cookie. */
  readonly reference: string
  /** True when an older key sealed it: write it again at the next occasion. */
  readonly stale: boolean
}

/** What a memory of opened sessions was good for. */
export interface MemoryUse {
  readonly kept: number
  readonly hits: number
  readonly misses: number
}

/** Sessions of one user, or of everybody for null, that were begun before an instant. */
export interface SessionsBefore {
  readonly subject: string | null
  readonly begunBefore: number
}

/**
 * Keeps sessions. Null means "there is none"; an exception means "could not find out".
 *
 * `place` is where the reference will be found (origin and cookie name), so that a reference copied from
 * one place is nothing in another.
 */
export interface SessionStore {
  /**
   * The session behind a reference. Answers without a promise when it need not wait.
   *
   * @throws SessionOfNewerVersion, which is nobody and is kept
   */
  read(place: string, sent: SentReference): StoredSession | null | Promise<StoredSession | null>
  /** Stores a new session. */
  create(place: string, session: Session, ttlSeconds: number): Promise<StoredSession>
  /**
   * Stores a session that has changed; null when it was ended meanwhile, and stays ended.
   *
   * @param reference  the one that the browser has; a store may keep it
   */
  write(
    place: string,
    session: Session,
    ttlSeconds: number,
    reference: string,
  ): Promise<StoredSession | null>
  /**
   * Ends a session: no reference to it is good any more, as far as this store reaches.
   *
   * Gives back the session as it was stored last, which another process may have refreshed.
   */
  destroy(session: Session, ttlSeconds: number): Promise<Session>
  /** Whether this process knows, without asking, that the session has ended. */
  hasEnded(session: Session): boolean
  /**
   * Ends the sessions that a user, or everybody for null, began before an instant.
   *
   * Gives back those that the store knows, as they were stored last; sessions in cookies it does not know.
   */
  destroyMany(which: SessionsBefore): Promise<Session[]>
  /** The living sessions of a user, or everybody's for null; null when the store has no list of them. */
  list(subject: string | null): AsyncIterable<Session> | null
  /** How many live, of all processes; a little behind. Null when the store has no list of them, or may not count it. */
  count(): Promise<number | null> | null
  /**
   * Runs work on a session while nobody else does, in any process that shares the store.
   *
   * @param work  gets the session as it is stored now, which another may have changed, null when it has ended; and
   *   the reference to it, where that has changed as well
   */
  exclusively<T>(
    session: Session,
    work: (stored: Session | null, reference?: string) => Promise<T>,
  ): Promise<T>
  /** Throws when the store cannot be reached. */
  ping(): Promise<void>
  /** Of the opened sessions in this process; null when the store keeps none. */
  memoryUse(): MemoryUse | null
}
