// What a browser is told of its session: Set-Cookie lines, decided anew when the head of the answer is written.
import { GatewayError } from '../errors.js'
import type { CookieSite } from '../lib/cookie-jar.js'
import type { Browser, Clock } from '../model.js'
import { clearSessionCookies, hasSessionCookie, writeReference } from './cookie.js'
import { type Limits, sessionEndsAt } from './lifetime.js'
import { memorySeconds, type Refresher } from './refresh.js'
import type { SessionStore, StoredSession } from './store.js'

/**
 * Set-Cookie lines, usually none. To be asked for when the head of the answer is written: until then a session
 * may end or be refreshed again, and what was right before would bring it back.
 */
export type CookieLines = () => readonly string[]

const none: readonly string[] = []

/** Nothing to tell the browser. */
export const noCookies: CookieLines = () => none

/** Lines about one session for the browser that shows it. */
export interface SessionCookies {
  /** The session's own. Throws GW_ERR_SESSION_TOO_LARGE when browsers would not keep them. */
  of(browser: Browser, stored: StoredSession): string[]
  /** What has become of a session: told only when what the browser has is not what it should have. */
  changed(browser: Browser, before: StoredSession, after: StoredSession): CookieLines
  /** The same for a use that was written down, as long as nothing newer can have been forgotten. */
  used(browser: Browser, before: StoredSession, used: StoredSession): CookieLines
  /** Takes away whatever the browser has. */
  cleared(browser: Browser): CookieLines
  /** The same, where it has anything. */
  clearedIfAny(browser: Browser): CookieLines
}

/** Settings of the cookies that carry a session. */
export interface SessionCookieSettings {
  /** Whether the cookie goes when the browser is closed. */
  readonly endsWithBrowser: boolean
  /** Of all cookies of a session together. */
  readonly maxCookieBytes: number
  readonly cookieSite: CookieSite
}

/** Lines by these settings. */
export function createSessionCookies({
  store,
  refresher,
  limits,
  endsWithBrowser,
  maxCookieBytes,
  cookieSite,
  clock,
}: SessionCookieSettings & {
  store: Pick<SessionStore, 'hasEnded'>
  refresher: Pick<Refresher, 'successor'>
  limits: Limits
  clock: Clock
}): SessionCookies {
  /** What a browser would not keep is never written: it would end in a loop. */
  function of(browser: Browser, { session, reference }: StoredSession): string[] {
    if (reference.length > maxCookieBytes) throw tooLarge(reference.length, maxCookieBytes)
    const maxAge = endsWithBrowser ? null : sessionEndsAt(session, limits) - clock()
    return writeReference(reference, maxAge, browser.cookies, browser.secure, cookieSite)
  }

  function changed(browser: Browser, before: StoredSession, after: StoredSession): CookieLines {
    if (after.reference === before.reference) return noCookies
    const lines = of(browser, after)
    return () => {
      if (store.hasEnded(after.session)) return none
      const newer = refresher.successor(after.session)
      return newer === null ? lines : of(browser, newer)
    }
  }

  function cleared(browser: Browser): CookieLines {
    const lines = clearSessionCookies(browser.cookies, browser.secure, cookieSite)
    return () => lines
  }

  return {
    of,
    changed,
    used(browser, before, used) {
      const lines = changed(browser, before, used)
      // Later a refresh may have come and be forgotten, and its tokens must not be undone.
      return () => (clock() - used.session.seenAt > memorySeconds ? none : lines())
    },
    cleared,
    clearedIfAny: browser =>
      hasSessionCookie(browser.cookies, browser.secure) ? cleared(browser) : noCookies,
  }
}

/** Whether it is the refusal of `of`. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'GW_ERR_SESSION_TOO_LARGE'
}

function tooLarge(bytes: number, limit: number): GatewayError {
  const detail = `The session has ${bytes} bytes; its cookies may have ${limit}. Keep sessions in Redis (session.store), keep fewer tokens (session.keep), or raise session.maxCookieBytes.`
  return new GatewayError('GW_ERR_SESSION_TOO_LARGE', { reason: detail, detail })
}
