// Finds out who a request comes from. Nobody is an answer; not being able to find out is a failure.
import type { FastifyRequest, onRequestHookHandler } from 'fastify'
import { GatewayError } from '../errors.js'
import type { Caller, Session, TokenUse } from '../model.js'
import type { BrowserSessions, CookieLines, Loaded } from '../session/browser-session.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who it is: by session, or by Bearer token; null when nobody is signed in or nobody needs to be. */
    caller: Caller | null
    /** The session of the browser; null for nobody, and for a Bearer token. */
    session: Session | null
    /** What the answer tells the browser of its session; see hooks/finish. */
    sessionCookies: CookieLines
  }
}

/** The caller behind a Bearer token. Throws when it is not good, or that cannot be found out. */
export type FindBearer = (token: string, tokenUse: TokenUse) => Caller | Promise<Caller>

/**
 * Sets `request.caller`, `request.session`, and `request.sessionCookies` when the session changed.
 *
 * A route that needs no user looks nobody up, so it serves on while sessions cannot be read. A Bearer token is the
 * only proof of who sends one: cookies beside it are not looked at (RFC 6750 section 2.1).
 *
 * Fails with GW_ERR_SESSION_UNAVAILABLE, GW_ERR_TOKEN_INVALID, GW_ERR_COGNITO_UNAVAILABLE, GW_ERR_REQUEST_INVALID.
 */
export function authenticate({
  sessions,
  findBearer,
}: {
  sessions: Pick<BrowserSessions, 'load'>
  findBearer: FindBearer
}): onRequestHookHandler {
  function find(request: FastifyRequest): void | Promise<void> {
    const token = bearerToken(request)
    if (token !== null) {
      const caller = findBearer(token, request.route?.tokenUse ?? 'access')
      return caller instanceof Promise
        ? caller.then(found => acceptBearer(request, found))
        : acceptBearer(request, caller)
    }
    const loaded = sessions.load(request.browser)
    return loaded instanceof Promise
      ? loaded.then(found => accept(request, found))
      : accept(request, loaded)
  }

  return (request, _reply, done) => {
    if (request.route?.needsUser === false) return done()
    let finding: void | Promise<void>
    try {
      finding = find(request)
    } catch (error) {
      return done(error as Error)
    }
    if (!(finding instanceof Promise)) return done()
    finding.then(() => done(), done)
  }
}

function acceptBearer(request: FastifyRequest, caller: Caller): void {
  request.caller = caller
}

function accept(request: FastifyRequest, { session, setCookies }: Loaded): void {
  request.session = session
  request.caller = session
  request.sessionCookies = setCookies
}

/** The token of `Authorization: Bearer`; null for any other scheme. Tokens in queries and bodies are none. */
function bearerToken({ headers, raw }: FastifyRequest): string | null {
  const [, token] = /^bearer(?: +(.*))?$/is.exec(headers.authorization ?? '') ?? [null, null]
  if (token === null) return null
  // An application may take the second, which nobody has looked at.
  if (countLines(raw.rawHeaders, 'authorization') > 1) {
    const reason = 'expected one Authorization line'
    throw new GatewayError('GW_ERR_REQUEST_INVALID', { reason })
  }
  return (token ?? '').trim()
}

function countLines(raw: readonly string[], wanted: string): number {
  return raw.filter((name, at) => at % 2 === 0 && name.toLowerCase() === wanted).length
}
