// The session of one browser: found by its cookies, begun, kept up, ended.
import { createFadingMap } from '../lib/fading-map.js'
import type { NowAndThen } from '../lib/now-and-then.js'
import { randomText } from '../lib/random.js'
import type { Log } from '../log.js'
import type { Browser, Clock, Identity, Session, TokenSet } from '../model.js'
import { SessionOfNewerVersion } from './codec.js'
import { sessionPlace } from './cookie.js'
import type { LacksToken } from './keep.js'
import { type Limits, refreshDue, remainingSeconds, sessionEndsAt, touchDue } from './lifetime.js'
import { type Loaded, nobody } from './loaded.js'
import { createRecentUses } from './recent-uses.js'
import type { Refresher } from './refresh.js'
import { createRefreshEnds, type OnRefreshEnd } from './refresh-end.js'
import { createRefreshForBrowser } from './refresh-for-browser.js'
import { createRefreshReport } from './refresh-report.js'
import type { Revoke } from './revocation.js'
import { createSessionCookies, noCookies, type SessionCookieSettings } from './session-cookies.js'
import { createSessionFinder } from './session-finder.js'
import type { SessionStore, StoredSession } from './store.js'

/** Sessions of browsers. */
export interface BrowserSessions {
  /**
   * The session of a browser, refreshed when that is due; nobody when there is none or it has ended.
   *
   * Answers without a promise when nothing has to be waited for.
   * @throws GW_ERR_SESSION_UNAVAILABLE when it could not be found out; the session is kept
   */
  load(browser: Browser): Loaded | Promise<Loaded>
  /**
   * Begins a session under a new id, and ends those that the browser had.
   *
   * @throws GW_ERR_SESSION_TOO_LARGE when browsers would not keep the cookie
   */
  create(browser: Browser, signedIn: { identity: Identity; tokens: TokenSet }): Promise<Loaded>
  /**
   * Refreshes at once, so that new groups count; not more often than every ten seconds.
   *
   * @throws GW_ERR_SESSION_UNAVAILABLE as `load` does
   */
  refreshNow(browser: Browser): Promise<Loaded>
  /** The session as it is now: not refreshed, and not counted as used. Null when there is none or it has ended. */
  peek(browser: Browser): Promise<Session | null>
  /**
   * Ends every session that the browser shows, also one that was idle for too long, and revokes its refresh
   * token. Gives back the first; `setCookies` clears them all.
   *
   * @throws GW_ERR_SESSION_UNAVAILABLE when the store cannot be reached: nothing has ended then
   */
  end(browser: Browser): Promise<Loaded>
  /** The same, and with it every other session of the person, in whatever browser, as far as the store reaches. */
  endEverywhere(browser: Browser): Promise<Loaded>
}

/** Between a sign-in or a refresh on demand and the next of a session, in each process. */
const refreshNowPauseSeconds = 10
const maxRefreshedNow = 10_000

/** Browser sessions over one store. */
export function createBrowserSessions({
  store,
  refresher,
  revoke,
  limits,
  isOutdated = () => false,
  lacksToken = () => false,
  sometimes,
  onRefused = () => {},
  clock,
  log,
  ...cookieSettings
}: SessionCookieSettings & {
  store: SessionStore
  refresher: Refresher
  revoke: Revoke
  limits: Limits
  /** Whether a session has to be refreshed before it serves, however much its tokens have left. */
  isOutdated?: (session: Session) => boolean
  /** The same, and without that it does not serve. */
  lacksToken?: LacksToken
  /** Keeps the log readable while Cognito is away. */
  sometimes: NowAndThen
  /** Told every session that ends because it gets no fresh tokens any more. */
  onRefused?: OnRefreshEnd
  clock: Clock
  log: Pick<Log, 'info' | 'warn' | 'error'>
}): BrowserSessions {
  const refreshedNow = createFadingMap<number>(clock, maxRefreshedNow)
  const recentUses = createRecentUses(limits, clock)
  const finder = createSessionFinder({ store, limits, clock })
  const cookies = createSessionCookies({ ...cookieSettings, store, refresher, limits, clock })
  const refresh = createRefreshForBrowser({
    store,
    refresher,
    cookies,
    lacksToken,
    endRefused: createRefreshEnds({ destroy, onEnd: onRefused, clock, log }),
    reportRefresh: createRefreshReport({ sometimes, log }),
    clock,
  })

  /** What the browser gets for what was found. The first line is every request's way. */
  function settle(
    browser: Browser,
    found: StoredSession | null,
    now = clock(),
  ): Loaded | Promise<Loaded> {
    if (found === null) return nobodyFor(browser)
    const newer = refresher.successor(found.session)
    const current = newer ?? found
    const { session } = current
    if (refreshDue(session, limits, now) || isOutdated(session) || lacksToken(session)) {
      return refresh(browser, found, current)
    }
    if (newer !== null) return { session, setCookies: cookies.changed(browser, found, newer) }
    // A touch would write the old tokens over those that a refresh on demand is about to write.
    const wanted = found.stale || touchDue(found.session, limits, now)
    if (wanted && !refresher.refreshing(found.session)) return use(browser, found)
    return { session: found.session, setCookies: noCookies }
  }

  /** Written down once, however many requests come with the same cookie. */
  function use(browser: Browser, found: StoredSession): Loaded | Promise<Loaded> {
    const recent = recentUses.after(sessionPlace(browser), found)
    if (recent === null) return touch(browser, found)
    const { stored, tell } = recent
    return {
      session: stored.session,
      setCookies: tell ? cookies.used(browser, found, stored) : noCookies,
    }
  }

  function nobodyFor(browser: Browser): Loaded {
    const setCookies = cookies.clearedIfAny(browser)
    return setCookies === noCookies ? nobody : { session: null, setCookies }
  }

  /** Writes down that the session is used. Not worth an error: the next request tries again. */
  async function touch(browser: Browser, found: StoredSession): Promise<Loaded> {
    const used = { ...found.session, seenAt: clock() }
    const place = sessionPlace(browser)
    try {
      const stored = await store.write(place, used, ttlSeconds(used), found.reference)
      if (stored === null) return store.hasEnded(used) ? nobody : nobodyFor(browser)
      recentUses.add(place, stored)
      return { session: stored.session, setCookies: cookies.used(browser, found, stored) }
    } catch (error) {
      const line = { err: error, sub: used.identity.subject }
      log.warn(line, 'use of a session was not written down')
      return { session: found.session, setCookies: noCookies }
    }
  }

  function ttlSeconds(session: Session): number {
    return remainingSeconds(session, limits, clock())
  }

  /** Until the last: a copy of the cookie may have been used later than this one. */
  function destroy(session: Session): Promise<Session> {
    return store.destroy(session, sessionEndsAt(session, limits) - clock())
  }

  /** Ends what the browser shows, living or not, and gives back what it was. */
  async function endAll(browser: Browser): Promise<Session[]> {
    const ended: Session[] = []
    for await (const found of finder.each(browser)) {
      const { session } = refresher.successor(found.session) ?? found
      ended.push(await destroy(session))
    }
    return ended
  }

  async function end(browser: Browser): Promise<Loaded> {
    const setCookies = cookies.cleared(browser)
    const ended = await endAll(browser)
    await Promise.all(ended.map(revoke))
    return { session: ended[0] ?? null, setCookies }
  }

  return {
    load(browser) {
      try {
        const now = clock()
        const found = finder.find(browser, now)
        if (!(found instanceof Promise)) return settle(browser, found, now)
        return found.then(stored => settle(browser, stored)).catch(nobodyIfNewer)
      } catch (error) {
        return nobodyIfNewer(error)
      }
    },

    async create(browser, { identity, tokens }) {
      const now = clock()
      const id = randomText(32)
      const session: Session = { id, identity, tokens, signedInAt: now, seenAt: now }
      const stored = await store.create(sessionPlace(browser), session, ttlSeconds(session))
      const lines = cookies.of(browser, stored)
      // Nobody waits for the revocation: it reports its own failure.
      for (const previous of await endAll(browser)) void revoke(previous)
      return { session, setCookies: () => lines }
    },

    async refreshNow(browser) {
      const found = await finder.find(browser)
      if (found === null) return nobodyFor(browser)
      const current = refresher.successor(found.session) ?? found
      const { id, signedInAt } = current.session
      // By our own clock: that of the tokens may be another.
      const pausedUntil = refreshedNow.get(id) ?? signedInAt + refreshNowPauseSeconds
      if (clock() < pausedUntil) return settle(browser, found)
      const until = clock() + refreshNowPauseSeconds
      refreshedNow.set(id, until, until)
      return refresh(browser, found, current)
    },

    async peek(browser) {
      const found = await finder.find(browser)
      return found?.session ?? null
    },

    end,

    async endEverywhere(browser) {
      const ended = await end(browser)
      if (ended.session === null) return ended
      const { subject } = ended.session.identity
      const others = await store.destroyMany({ subject, begunBefore: clock() + 1 })
      // There can be many, and nobody waits for them: each reports its own failure.
      for (const other of others) void revoke(other)
      return ended
    },
  }
}

/** The cookie stays: while instances are replaced, the next request may meet one that can read it. */
function nobodyIfNewer(error: unknown): Loaded {
  if (error instanceof SessionOfNewerVersion) return nobody
  throw error
}
