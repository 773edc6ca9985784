// Sessions of browsers: refreshed and revoked at Cognito, kept in the store, ended from outside.
import type { RecordEvent } from '../audit/trail.js'
import { neededTokens } from '../config/needed-tokens.js'
import type { Config } from '../config.js'
import type { TakeEvent } from '../endpoints/events.js'
import { GatewayError } from '../errors.js'
import type { CookieSite } from '../lib/cookie-jar.js'
import { createLimiter } from '../lib/limiter.js'
import { createNowAndThen } from '../lib/now-and-then.js'
import { createUnderWay } from '../lib/under-way.js'
import type { Log } from '../log.js'
import type { Clock, Session, TokenSet } from '../model.js'
import { createBackOff } from '../session/back-off.js'
import { type BrowserSessions, createBrowserSessions } from '../session/browser-session.js'
import { createLacksToken, keepRefreshed, keepTokens } from '../session/keep.js'
import { type Limits, refreshDue, remainingSeconds } from '../session/lifetime.js'
import { createOtherSessions, type OtherSessions } from '../session/other-sessions.js'
import { createRefresher, type Renewed } from '../session/refresh.js'
import { createRevocation, type Revoke } from '../session/revocation.js'
import { createSessionWatch, type WatchSession } from '../session/session-watch.js'
import type { SessionStore } from '../session/store.js'
import { createUserChanges } from '../session/user-changes.js'
import { type Admission, createAdmission } from './admission.js'
import { type AppClients, revokeByClient } from './app-clients.js'
import { auditRefreshes } from './audited.js'
import type { Lasting } from './lasting.js'
import type { CallToken } from './observation.js'
import { limitRevocations, type SessionKeeping } from './store.js'
import { takeUserEvents } from './user-events.js'

/** Refreshes at once and waiting: Cognito allows 120 a second for an account (quota `UserAuthentication`). */
const maxTokenCalls = 30
const maxWaitingTokenCalls = 5000
/** What goes on failing is written down this often. */
const logPauseMs = 60_000

/** Longer than a token call and the fetch of keys for what it brings, whatever `shutdown.deadline` says: see `settle`. */
const maxSettleMs = 15_000
const tooLate = 'these services are about to close'

/** What the endpoints ask of sessions. */
export interface SessionServices {
  readonly sessions: BrowserSessions
  readonly otherSessions: OtherSessions
  readonly watchSession: WatchSession
  readonly admit: Admission['admit']
  readonly takeEvent: TakeEvent
  /**
   * Waits for refreshes and revocations under way, also of clients that have left; no other refresh is begun from then on.
   * What they have rotated is nowhere else until it is written down.
   */
  readonly settle: () => Promise<void>
}

/** Of what is verified, the tokens that sessions carry by `session.keep`. */
export function createKeep({ session: { keep } }: Pick<Config, 'session'>) {
  return <Verified extends { tokens: TokenSet }>(verified: Verified): Verified => ({
    ...verified,
    tokens: keepTokens(verified.tokens, keep),
  })
}

/** @param forgetting  lets go of what others keep beside a session, when it ends */
export function createSessionServices({
  config,
  lasting,
  keeping,
  clients,
  forgetting,
  callToken,
  record,
  limits,
  clock,
  log,
}: {
  config: Config
  lasting: Lasting
  keeping: SessionKeeping
  clients: AppClients
  forgetting: (store: SessionStore) => SessionStore
  callToken: CallToken
  record: RecordEvent
  limits: Limits
  clock: Clock
  log: Log
}): SessionServices {
  const { metrics, endings } = lasting
  const { ended } = lasting.sessions
  const lacksToken = createLacksToken(neededTokens(config))
  const limitTokenCalls = createLimiter({
    concurrency: maxTokenCalls,
    waiting: maxWaitingTokenCalls,
    onFull: () =>
      new GatewayError('GW_ERR_COGNITO_UNAVAILABLE', { reason: 'too many refreshes wait' }),
  })
  const underWay = createUnderWay()
  let settling = false
  const revokeUncounted = createRevocation({
    revokeToken: limitRevocations(revokeByClient(clients)),
    log,
  })
  const revoke: Revoke = session => underWay.add(revokeUncounted(session))
  const admission = createAdmission(config.login, {
    revoke: ({ identity, tokens }) => void revoke({ identity, tokens }),
    clock,
  })
  const kept = ({ identity, tokens }: Renewed, { tokens: before }: Session): Renewed => {
    const { keep: kinds } = config.session
    const isDue = refreshDue({ tokens: before }, limits, clock())
    return { identity, ...keepRefreshed(tokens, { before, kinds, isDue }) }
  }
  const refresher = createRefresher({
    store: keeping.store,
    revoke,
    renewTokens: auditRefreshes(record, async (session, _browser, onRotated) => {
      if (session.tokens.refreshToken === null) return 'no_refresh_token'
      const renewed = await limitTokenCalls(async () => {
        // It may have waited, and what it brings could not be written down any more.
        if (settling) throw new GatewayError('GW_ERR_SESSION_UNAVAILABLE', { reason: tooLate })
        const { pool } = clients.of(session.identity)
        return callToken('refresh_token', () => pool.renewTokens(session, onRotated))
      })
      if (renewed === null) return 'refresh_refused'
      if (admission.stays(renewed.identity)) return kept(renewed, session)
      // Nobody needs the new tokens. Reports its own failure.
      void revoke(renewed)
      return 'not_admitted'
    }),
    backOff: createBackOff({ clock }),
    memory: lasting.refreshes,
    lacksToken,
    maxCookieBytes: config.session.maxCookieBytes,
    ttlSeconds: session => remainingSeconds(session, limits, clock()),
    clock,
  })
  const store = forgetting(endings.announcedBy(keeping.store))
  const sessions = createBrowserSessions({
    store,
    refresher: {
      ...refresher,
      refresh: (browser, found) => underWay.add(refresher.refresh(browser, found)),
    },
    revoke,
    limits,
    isOutdated: ended.isOutdated,
    lacksToken,
    endsWithBrowser: config.session.endsWithBrowser,
    maxCookieBytes: config.session.maxCookieBytes,
    cookieSite: cookieSiteOf(config.embedding),
    sometimes: createNowAndThen(logPauseMs),
    onRefused(session, { request }, end, reason) {
      metrics.countSessionEnd(end)
      record('session_ended', { session, request, reason })
    },
    clock,
    log,
  })

  return {
    sessions,
    otherSessions: createOtherSessions({ store, revoke, limits, clock }),
    watchSession: createSessionWatch({ endings, peek: sessions.peek, limits, clock, log }),
    admit: admission.admit,
    takeEvent: takeUserEvents({
      userPoolId: config.cognito.userPoolId,
      changes: createUserChanges({
        store,
        addEnding: keeping.addEnding,
        knows: ended.knows,
        maxSeconds: limits.maxSeconds,
        clock,
      }),
      revoke,
      record,
      onEnded: () => metrics.countSessionEnd('user_event'),
      log,
    }),
    settle() {
      settling = true
      return underWay.settle(maxSettleMs)
    },
  }
}

/** Cookies go along into frames only where the settings embed applications. */
function cookieSiteOf({ ancestors, partitioned }: Config['embedding']): CookieSite {
  if (ancestors.length === 0) return 'lax'
  return partitioned ? 'partitioned' : 'none'
}
