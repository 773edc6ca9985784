// One refresh per session, whoever asks in whatever process, and a short memory of it for requests that
// were already on their way with the cookie from before.
import { GatewayError } from '../errors.js'
import { createFadingMap } from '../lib/fading-map.js'
import type { Browser, Clock, Identity, Session } from '../model.js'
import type { BackOff } from './back-off.js'
import { sessionPlace } from './cookie.js'
import type { KeptTokens, LacksToken } from './keep.js'
import type { RefreshEnd } from './refresh-end.js'
import type { Revoke } from './revocation.js'
import type { SessionStore, StoredSession } from './store.js'

/** A person and their tokens after a refresh. */
export interface Renewed extends KeptTokens {
  readonly identity: Identity
}

/**
 * Asks Cognito for fresh tokens of a session.
 *
 * Gives why there are none, for good; throws when that could not be found out.
 * @param browser    the one whose request made it due
 * @param onRotated  keeps a refresh token that came with such a failure: the one before may be dead. Never rejects
 */
export type RenewTokens = (
  session: Session,
  browser: Browser,
  onRotated: (refreshToken: string) => Promise<void>,
) => Promise<Renewed | RefreshEnd>

/** What a refresh makes of a session. */
export type Refreshed = StoredSession | RefreshEnd | null

/** Keeps sessions fresh. */
export interface Refresher {
  /**
   * The session after a refresh; why there cannot be one; null when it was ended meanwhile. Throws when that
   * cannot be found out, and while the pause after such a failure lasts.
   */
  refresh(browser: Browser, found: StoredSession): Promise<Refreshed>
  /** Whether this process refreshes the session right now; that writes its use down as well. */
  refreshing(session: Session): boolean
  /** What a session has become within the last minute, when the browser still shows an older one. */
  successor(session: Session): StoredSession | null
}

/** How long a refresh is remembered, in seconds. */
export const memorySeconds = 60
const maxRemembered = 10_000
/** Between refreshes of a session that cannot carry what two instances with other settings need of it. */
const crowdedSeconds = 60

/** What a process knows of refreshes, whatever becomes of its settings. */
export interface RefreshMemory {
  /** By session id. */
  readonly running: Map<string, Promise<Refreshed>>
  /** Oldest first. */
  readonly recent: Map<string, { stored: StoredSession; until: number }>
}

/** Nothing is remembered yet. */
export function createRefreshMemory(): RefreshMemory {
  return { running: new Map(), recent: new Map() }
}

/** A refresher that asks once per session id at a time. */
export function createRefresher({
  store,
  renewTokens,
  revoke,
  ttlSeconds,
  backOff,
  memory: { running, recent } = createRefreshMemory(),
  lacksToken = () => false,
  maxCookieBytes = Number.POSITIVE_INFINITY,
  clock,
}: {
  store: Pick<SessionStore, 'write' | 'exclusively'>
  renewTokens: RenewTokens
  revoke: Revoke
  /** Seconds a session may still live. */
  ttlSeconds: (session: Session) => number
  backOff: BackOff
  memory?: RefreshMemory
  /** Of what another process has refreshed, which may have other settings. */
  lacksToken?: LacksToken
  /** What a browser keeps of a session; more than the settings need is left out where it does not fit. */
  maxCookieBytes?: number
  clock: Clock
}): Refresher {
  const crowded = createFadingMap<number>(clock, maxRemembered)

  function run(browser: Browser, found: StoredSession): Promise<Refreshed> {
    return store.exclusively(found.session, async (stored, reference = found.reference) => {
      if (stored === null) return null
      const current = { ...found, session: stored, reference }
      const serves = replaces(stored, found.session) && !lacksToken(stored)
      return serves ? remember(current) : renew(browser, current)
    })
  }

  async function renew(
    browser: Browser,
    { session, reference }: StoredSession,
  ): Promise<Refreshed> {
    if (lacksToken(session)) checkCrowded(session)
    const renewed = await ask(session, browser, token =>
      keepRotated(browser, { session, reference }, token),
    )
    if (typeof renewed === 'string') return renewed
    const { lighter, ...whole } = renewed
    const fresh = { ...session, ...whole, seenAt: clock() }
    const written = await writeFitting(browser, fresh, lighter, reference)
    if (written !== null) return remember(written)
    // Signed out meanwhile: the sign-out could not know of the new token. Reports its own failure.
    void revoke(fresh)
    return null
  }

  async function writeFitting(
    browser: Browser,
    fresh: Session,
    lighter: KeptTokens['lighter'],
    reference: string,
  ): Promise<StoredSession | null> {
    const write = (session: Session) =>
      store.write(sessionPlace(browser), session, ttlSeconds(session), reference)
    const written = await write(fresh)
    if (written === null || lighter === undefined) return written
    if (written.reference.length <= maxCookieBytes) return written
    const until = clock() + crowdedSeconds
    crowded.set(fresh.id, until, until)
    return write({ ...fresh, tokens: lighter })
  }

  /** Each of the two would undo the other's refresh at every request, and that is Cognito's quota, which all share. */
  function checkCrowded({ id }: Session): void {
    const until = crowded.get(id)
    if (until === undefined) return
    throw new GatewayError('GW_ERR_SESSION_UNAVAILABLE', {
      reason:
        'another instance needs other tokens, and the cookie (session.maxCookieBytes) has no room for all of them',
      retryAfterSeconds: Math.ceil(until - clock()),
    })
  }

  /** For the other processes. Where the store is the browser's cookie, whoever asks Cognito remembers it. */
  async function keepRotated(
    browser: Browser,
    { session, reference }: Pick<StoredSession, 'session' | 'reference'>,
    refreshToken: string,
  ): Promise<void> {
    const { issuedAt, expiresAt, idToken, accessToken } = session.tokens
    const tokens = { issuedAt, expiresAt, idToken, accessToken, refreshToken }
    const kept = { ...session, tokens }
    await store.write(sessionPlace(browser), kept, ttlSeconds(kept), reference).catch(() => {})
  }

  async function ask(...[session, ...rest]: Parameters<RenewTokens>): ReturnType<RenewTokens> {
    backOff.check(session.id)
    try {
      const renewed = await renewTokens(session, ...rest)
      backOff.succeeded(session.id)
      return renewed
    } catch (error) {
      backOff.failed(session.id, error)
      throw error
    }
  }

  function remember(stored: StoredSession): StoredSession {
    const { id } = stored.session
    recent.delete(id)
    recent.set(id, { stored, until: clock() + memorySeconds })
    dropOldest()
    return stored
  }

  function dropOldest(): void {
    for (const [id, { until }] of recent) {
      if (until > clock() && recent.size <= maxRemembered) return
      recent.delete(id)
    }
  }

  /** A token that was lacking can come within the second in which the others did. */
  function replaces(one: Session, other: Session): boolean {
    const [since, until] = [other.tokens.issuedAt, one.tokens.issuedAt]
    return until > since || (until === since && lacksToken(other) && !lacksToken(one))
  }

  return {
    refresh(browser, found) {
      const { id } = found.session
      const joined = running.get(id)
      if (joined !== undefined) return joined
      const refreshing = run(browser, found).finally(() => running.delete(id))
      running.set(id, refreshing)
      return refreshing
    },

    refreshing: ({ id }) => running.has(id),

    successor(session) {
      const found = recent.get(session.id)
      if (found === undefined || found.until <= clock()) return null
      return replaces(found.stored.session, session) ? found.stored : null
    },
  }
}
