// Finds out who a request comes from. Nobody is an answer; not being able to find out is a failure.
import type { FastifyRequest, onRequestHookHandler } from 'fastify'
import { GatewayError } from '../errors.js'
import { methodOfPreflight } from '../lib/request-source.js'
import type { Caller, Session, TokenUse } from '../model.js'
import type { BrowserSessions } from '../session/browser-session.js'
import type { Loaded } from '../session/loaded.js'
import type { CookieLines } from '../session/session-cookies.js'

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
export type FindBearer = (
  token: string,
  tokenUse: TokenUse,
  /** Public origin that it was sent to. */
  origin: string,
) => Caller | Promise<Caller>

/**
 * Sets `request.caller`, `request.session`, and `request.sessionCookies` when the session changed.
 *
 * A route that needs no user looks nobody up, so it serves on while sessions cannot be read; nor does a preflight,
 * which comes from a browser and from nobody (Fetch Standard, section CORS-preflight fetch). A Bearer token is the
 * only proof of who sends one: cookies beside it are not looked at (RFC 6750 section 2.1).
 *
 * Fails with GW_ERR_SESSION_UNAVAILABLE, GW_ERR_TOKEN_INVALID, GW_ERR_COGNITO_UNAVAILABLE, GW_ERR_REQUEST_INVALID.
 */
export function authenticate({
  sessions,
  findBearer,
  isWanted = isUsuallyWanted,
  tokenUse = 'access',
}: {
  sessions: Pick<BrowserSessions, 'load'>
  findBearer: FindBearer
  /** What a token has to be for where no route says it. */
  tokenUse?: TokenUse
  /** Whether it matters who somebody is. */
  isWanted?: (request: FastifyRequest) => boolean
}): onRequestHookHandler {
  function find(request: FastifyRequest): void | Promise<void> {
    const token = bearerToken(request)
    if (token !== null) {
      const caller = findBearer(token, request.route?.tokenUse ?? tokenUse, request.browser.origin)
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
    if (!isWanted(request)) return done()
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

function isUsuallyWanted({ route, raw }: FastifyRequest): boolean {
  return route?.needsUser !== false && methodOfPreflight(raw.method, raw.headers) === null
}

function acceptBearer(request: FastifyRequest, caller: Caller): void {
  request.caller = caller
}

function accept(request: FastifyRequest, { session, setCookies }: Loaded): void {
  request.session = session
  request.caller = session
  request.sessionCookies = setCookies
}

/** The scheme, and nothing behind it that could belong to the name of another one (RFC 9110 section 5.6.2). */
const bearerScheme = /^bearer(?![\w!#$%&'*+.^`|~-])/i
const bearerInList = /,\s*bearer(?![\w!#$%&'*+.^`|~=-])/i

/**
 * The token of `Authorization: Bearer`, in any spelling that an application could take for one; null for other schemes.
 *
 * Tokens in queries and bodies are none.
 */
function bearerToken({ headers, raw }: FastifyRequest): string | null {
  const { authorization } = headers
  if (authorization === undefined) return null
  // An application may take the second, which nobody has looked at.
  if (countLines(raw.rawHeaders, 'authorization') > 1 || namesBearerInList(authorization)) {
    const reason = 'expected one Authorization line, with one scheme'
    throw new GatewayError('GW_ERR_REQUEST_INVALID', { reason })
  }
  // What is not parted by plain spaces stays in front of the token, and makes it a bad one.
  return bearerScheme.test(authorization) ? withoutScheme(authorization) : null
}

/** A search for one character passes a token far sooner than an expression does. */
function namesBearerInList(authorization: string): boolean {
  return authorization.includes(',') && bearerInList.test(authorization)
}

function withoutScheme(authorization: string): string {
  let at = 'bearer'.length
  while (authorization[at] === ' ') at++
  return authorization.slice(at)
}

function countLines(raw: readonly string[], wanted: string): number {
  let lines = 0
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] as string
    if (name.length === wanted.length && name.toLowerCase() === wanted) lines++
  }
  return lines
}
