// Watches over the session of a connection that outlives its request: told at once of an end in this process,
// found within a minute when it ended elsewhere or by time.
import type { Log } from '../log.js'
import type { Browser, Clock, Session } from '../model.js'
import type { BrowserSessions } from './browser-session.js'
import type { Endings } from './endings.js'
import { type Limits, sessionEndsAt } from './lifetime.js'

/**
 * Calls back with the session as it is each minute, and with null when it has ended, which is the last call.
 *
 * @returns what stops the watch
 */
export type WatchSession = (
  browser: Browser,
  session: Session,
  onNews: (session: Session | null) => void,
) => () => void

const usualEveryMs = 60_000

/**
 * Watches that only look: a connection that is open is no use of the session, and refreshes nothing. Its cookie is
 * that of the handshake, and a refresh token in it may have been replaced since.
 *
 * @param everyMs  how often a session is looked at
 */
export function createSessionWatch({
  endings,
  peek,
  limits,
  clock,
  log,
  everyMs = usualEveryMs,
}: {
  endings: Pick<Endings, 'on'>
  peek: BrowserSessions['peek']
  limits: Limits
  clock: Clock
  log: Pick<Log, 'warn'>
  everyMs?: number
}): WatchSession {
  return (browser, session, onNews) => {
    let stopped = false
    let timer: NodeJS.Timeout
    const deaf = endings.on(session, () => end())

    function stop(): void {
      stopped = true
      clearTimeout(timer)
      deaf()
    }

    function end(): void {
      if (stopped) return
      stop()
      onNews(null)
    }

    /** Not later than the session's last second. */
    function plan(): void {
      const leftMs = Math.max(0, sessionEndsAt(session, limits) - clock()) * 1000
      timer = setTimeout(look, Math.min(everyMs, leftMs)).unref()
    }

    function look(): void {
      if (sessionEndsAt(session, limits) <= clock()) end()
      else peek(browser).then(hear, fail)
    }

    /** Not found out is not ended; the session's last second counts all the same. */
    function fail(error: unknown): void {
      const line = { err: error, sub: session.identity.subject }
      log.warn(line, 'session of an open connection was not found out')
      if (!stopped) plan()
    }

    function hear(found: Session | null): void {
      if (stopped) return
      if (found?.id !== session.id) end()
      else {
        plan()
        onNews(found)
      }
    }

    plan()
    return stop
  }
}
