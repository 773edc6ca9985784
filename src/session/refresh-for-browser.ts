// A refresh and what the request that needed it gets: the fresh session, for a while the old one, nobody, or a 503.
import type { Browser, Clock, Session } from '../model.js'
import { sessionPlace } from './cookie.js'
import type { LacksToken } from './keep.js'
import { accessTokenServes } from './lifetime.js'
import { type Loaded, nobody } from './loaded.js'
import type { Refresher } from './refresh.js'
import type { RefreshEnd } from './refresh-end.js'
import { notRefreshed, type ReportRefresh } from './refresh-report.js'
import { type CookieLines, isTooLarge, type SessionCookies } from './session-cookies.js'
import type { SessionStore, StoredSession } from './store.js'

/**
 * @param found    what the browser has
 * @param current  what that has become
 */
export type RefreshForBrowser = (
  browser: Browser,
  found: StoredSession,
  current: StoredSession,
) => Promise<Loaded>

/** Refreshes for requests. What could not be found out costs nobody their session. */
export function createRefreshForBrowser({
  store,
  refresher,
  cookies,
  lacksToken,
  endRefused,
  reportRefresh,
  clock,
}: {
  store: Pick<SessionStore, 'read' | 'hasEnded'>
  refresher: Pick<Refresher, 'refresh' | 'successor'>
  cookies: Pick<SessionCookies, 'changed' | 'clearedIfAny'>
  lacksToken: LacksToken
  endRefused: (browser: Browser, session: Session, end: RefreshEnd) => Promise<void>
  reportRefresh: ReportRefresh
  clock: Clock
}): RefreshForBrowser {
  /** Ended meanwhile, by somebody who has said so. Cookies stay where they may be those of a new sign-in. */
  function goneFor(browser: Browser, session: Session): Loaded {
    return store.hasEnded(session) ? nobody : clearedFor(browser)
  }

  function clearedFor(browser: Browser): Loaded {
    return { session: null, setCookies: cookies.clearedIfAny(browser) }
  }

  /** Settings of before may have made it, while they change: the next request asks again. */
  function serving({ session }: StoredSession, setCookies: CookieLines): Loaded {
    if (lacksToken(session)) throw notRefreshed(new Error('a token that is needed was not kept'))
    return { session, setCookies }
  }

  /** Another request or process may have refreshed while this one was refused: its result counts. */
  async function refused(browser: Browser, found: StoredSession, end: RefreshEnd): Promise<Loaded> {
    const { session, reference } = found
    if (store.hasEnded(session)) return nobody
    const again = await store.read(sessionPlace(browser), reference)
    const newer = refresher.successor(session) ?? again
    if (newer !== null && newer.session.tokens.issuedAt > session.tokens.issuedAt) {
      return serving(newer, cookies.changed(browser, found, newer))
    }
    if (again === null || store.hasEnded(session)) return goneFor(browser, session)
    await endRefused(browser, session, end)
    return clearedFor(browser)
  }

  /** Said as at the sign-in where it is too large: the old tokens would serve for a while, and then it would be a loop. */
  function failed(error: unknown, session: Session): unknown {
    if (isTooLarge(error)) return error
    reportRefresh(error, session)
    return notRefreshed(error)
  }

  return async (browser, found, current) => {
    const { session } = current
    let end: RefreshEnd
    try {
      const fresh = await refresher.refresh(browser, current)
      if (fresh === null) return goneFor(browser, session)
      if (typeof fresh !== 'string') return serving(fresh, cookies.changed(browser, found, fresh))
      end = fresh
    } catch (error) {
      const failure = failed(error, session)
      if (isTooLarge(error) || lacksToken(session) || !accessTokenServes(session, clock())) {
        throw failure
      }
      return { session, setCookies: cookies.changed(browser, found, current) }
    }
    // It is known that the old tokens are not to serve any more, whatever fails from here on.
    return refused(browser, current, end).catch(error => {
      throw failed(error, session)
    })
  }
}
