// Finds out who a request comes from. Nobody is an answer; not being able to find out is a failure.
import type { FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Session } from '../model.js'
import type { BrowserSessions, CookieLines, Loaded } from '../session/browser-session.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The session of the browser; null when nobody is signed in or nobody needs to be. */
    session: Session | null
    /** What the answer tells the browser of its session; see hooks/finish. */
    sessionCookies: CookieLines
  }
}

/**
 * Sets `request.session`, and `request.sessionCookies` when the session changed.
 *
 * A route that needs no user looks nobody up, so it serves on while sessions cannot be read.
 * Fails with GW_ERR_SESSION_UNAVAILABLE.
 */
export function authenticate({
  sessions,
}: {
  sessions: Pick<BrowserSessions, 'load'>
}): onRequestHookHandler {
  return (request, _reply, done) => {
    if (request.route?.needsUser === false) return done()
    const loaded = sessions.load(request.browser)
    if (!(loaded instanceof Promise)) {
      accept(request, loaded)
      return done()
    }
    loaded.then(
      found => {
        accept(request, found)
        done()
      },
      (error: Error) => done(error),
    )
  }
}

function accept(request: FastifyRequest, { session, setCookies }: Loaded): void {
  request.session = session
  request.sessionCookies = setCookies
}
