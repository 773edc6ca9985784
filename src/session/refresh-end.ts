// The end of a session that gets no fresh tokens any more: why, said once, however many requests wait for it.
import { createFadingMap } from '../lib/fading-map.js'
import type { Log } from '../log.js'
import type { Browser, Clock, Session } from '../model.js'

/** Requests that waited for the same refresh come within this time. */
const rememberedSeconds = 60
const maxRemembered = 10_000

const explanations = {
  refresh_refused: {
    sentence: 'session ended: Cognito refused the refresh token',
    reason:
      'it expired, was revoked or rotated out, or the user was disabled, deleted or signed out everywhere',
  },
  no_refresh_token: {
    sentence: 'session ended: fresh tokens are due, and it has no refresh token',
    reason: 'session.keep leaves refresh tokens out, or the app client gives none',
  },
  not_admitted: {
    sentence: 'session ended: the person does not meet login.require any more',
    reason: 'what Cognito says of the person since the refresh does not meet login.require',
  },
} as const

/** Why a session gets no fresh tokens any more, and so is over. */
export type RefreshEnd = keyof typeof explanations

/** Every one of them. */
export const refreshEnds = Object.keys(explanations) as readonly RefreshEnd[]

/** Told every session that ends so. */
export type OnRefreshEnd = (
  session: Session,
  browser: Browser,
  end: RefreshEnd,
  reason: string,
) => void

/**
 * Ends sessions, each once.
 *
 * @param destroy  takes it out of the store; when that fails nothing has ended, and nothing is said
 */
export function createRefreshEnds({
  destroy,
  onEnd,
  clock,
  log,
}: {
  destroy: (session: Session) => Promise<Session>
  onEnd: OnRefreshEnd
  clock: Clock
  log: Pick<Log, 'info'>
}): (browser: Browser, session: Session, end: RefreshEnd) => Promise<void> {
  const ended = createFadingMap<Promise<void>>(clock, maxRemembered)

  async function run(browser: Browser, session: Session, end: RefreshEnd): Promise<void> {
    await destroy(session)
    const { sentence, reason } = explanations[end]
    log.info({ sub: session.identity.subject, reason }, sentence)
    onEnd(session, browser, end, reason)
  }

  return (browser, session, end) => {
    const { id } = session
    const begun = ended.get(id)
    if (begun !== undefined) return begun
    const running = run(browser, session, end)
    ended.set(id, running, clock() + rememberedSeconds)
    running.catch(() => ended.set(id, running, 0))
    return running
  }
}
