// Which session a browser's cookies lead to. There can be several of one name: with other paths, or in two forms.
import type { Browser, Clock } from '../model.js'
import { SessionOfNewerVersion } from './codec.js'
import { readReferences, sessionPlace } from './cookie.js'
import { type Limits, remainingSeconds } from './lifetime.js'
import type { SentReference } from './sent-reference.js'
import type { SessionStore, StoredSession } from './store.js'

/** Reads what a browser shows. */
export interface SessionFinder {
  /** The first that lives; without a promise when nothing has to be waited for. @param now  by default the clock's */
  find(browser: Browser, now?: number): StoredSession | null | Promise<StoredSession | null>
  /** Every one that can be read, living or not, one after the other. */
  each(browser: Browser): AsyncGenerator<StoredSession>
}

/** Looks in one store. */
export function createSessionFinder({
  store,
  limits,
  clock,
}: {
  store: Pick<SessionStore, 'read'>
  limits: Limits
  clock: Clock
}): SessionFinder {
  function living(stored: StoredSession | null, now = clock()): StoredSession | null {
    if (stored === null || remainingSeconds(stored.session, limits, now) <= 0) return null
    return stored
  }

  async function findAmong(
    place: string,
    first: StoredSession | null | Promise<StoredSession | null>,
    others: readonly SentReference[],
  ): Promise<StoredSession | null> {
    const found = living(await first)
    if (found !== null) return found
    for (const reference of others) {
      const other = living(await store.read(place, reference))
      if (other !== null) return other
    }
    return null
  }

  /** What a newer version wrote it has to end itself, when its time is over. */
  async function readOurs(place: string, reference: SentReference): Promise<StoredSession | null> {
    try {
      return await store.read(place, reference)
    } catch (error) {
      if (error instanceof SessionOfNewerVersion) return null
      throw error
    }
  }

  return {
    find(browser, now = clock()) {
      const place = sessionPlace(browser)
      const references = readReferences(browser.cookies, browser.secure)
      const [first] = references
      if (first === undefined) return null
      const found = store.read(place, first)
      if (!(found instanceof Promise) && references.length === 1) return living(found, now)
      return findAmong(place, found, references.slice(1))
    },

    async *each(browser) {
      const place = sessionPlace(browser)
      for (const reference of readReferences(browser.cookies, browser.secure)) {
        const found = await readOurs(place, reference)
        if (found !== null) yield found
      }
    },
  }
}
