// Finds out who a request comes from. Nobody is an answer; not being able to find out is a failure.
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Session } from '../model.js'
import type { BrowserSessions, Loaded } from '../session/browser-session.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The session of the browser; null when nobody is signed in or nobody needs to be. */
    session: Session | null
  }
}

/**
 * Sets `request.session`, and Set-Cookie lines on the reply when the session changed.
 *
 * A route that needs no user looks nobody up, so it serves on while sessions cannot be read.
 * Fails with GW_ERR_SESSION_UNAVAILABLE.
 */
export function authenticate({
  sessions,
}: {
  sessions: Pick<BrowserSessions, 'load'>
}): onRequestHookHandler {
  return (request, reply, done) => {
    if (request.route?.needsUser === false) return done()
    const loaded = sessions.load(request.browser)
    if (!(loaded instanceof Promise)) {
      accept(request, reply, loaded)
      return done()
    }
    loaded.then(
      found => {
        accept(request, reply, found)
        done()
      },
      (error: Error) => done(error),
    )
  }
}

function accept(
  request: FastifyRequest,
  reply: FastifyReply,
  { session, setCookies }: Loaded,
): void {
  request.session = session
  for (const line of setCookies) reply.header('set-cookie', line)
}
