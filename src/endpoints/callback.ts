// Where Cognito sends the browser back. Every way through ends at a page that works or explains.
import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import type { RecordEvent } from '../audit/trail.js'
import type { Log } from '../log.js'
import type { Completed, LoginFlow } from '../login/flow.js'
import type { Identity, TokenSet } from '../model.js'
import type { BrowserSessions } from '../session/browser-session.js'
import type { WishesAt } from './start.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Location that a sign-in was begun for, as soon as that is known. */
    wanted: string | null
  }
}

/** Throws GW_ERR_LOGIN_NOT_ALLOWED for who may not sign in. */
export type Admit = (signedIn: { readonly identity: Identity; readonly tokens: TokenSet }) => void

/**
 * Completes a login: 302 to the page it was begun for, under a new session.
 *
 * Fails with GW_ERR_LOGIN_NOT_ALLOWED, and with what `LoginFlow.complete` and `BrowserSessions.create` throw.
 */
export function callbackEndpoint({
  login,
  sessions,
  admit,
  wishesAt,
  count,
  record,
  log,
}: {
  login: LoginFlow
  sessions: Pick<BrowserSessions, 'create'>
  admit: Admit
  wishesAt: WishesAt
  /** Told how far sign-ins come. */
  count: (step: 'came_back' | 'begun_again' | 'signed_in') => void
  record: RecordEvent
  log: Pick<Log, 'debug'>
}): RouteHandlerMethod {
  return async (request, reply) => {
    const { browser, target } = request
    count('came_back')
    addCookies(reply, login.forget(browser, target.query))
    const completed = await login.complete(browser, target.query)
    request.wanted = completed.returnTo
    if (completed.outcome === 'signed-in') {
      admit(completed)
      addCookies(reply, [await beginSession(request, completed)])
      return goOn(reply, completed.returnTo)
    }
    // Back button, bookmark, a second tab: whoever is signed in already just goes on.
    if (request.session !== null) return goOn(reply, completed.returnTo)
    // They come from the hosted UI: nobody has to sign up, or give the password, a second time.
    const { screen, prompt, ...wishes } = wishesAt(browser.origin, completed.returnTo)
    const step = await login.startAgain(browser, completed, wishes)
    count('begun_again')
    addCookies(reply, step.setCookies)
    return goOn(reply, step.location)
  }

  /** Gives back the line that counts rounds. */
  async function beginSession(
    request: FastifyRequest,
    { identity, tokens }: Extract<Completed, { outcome: 'signed-in' }>,
  ): Promise<string> {
    const { browser, session, id, raw } = request
    const round = session === null ? login.countRound(browser) : login.resetRounds(browser)
    const created = await sessions.create(browser, { identity, tokens })
    log.debug({ id, sub: identity.subject }, 'signed in')
    count('signed_in')
    record('sign_in', { session: created.session, request: { id, raw } })
    request.sessionCookies = created.setCookies
    return round
  }
}

function addCookies(reply: FastifyReply, lines: readonly string[]): void {
  for (const line of lines) reply.header('set-cookie', line)
}

/** Leaves `code` and `state` behind: they are in no address bar and no Referer after this. */
function goOn(reply: FastifyReply, location: string): FastifyReply {
  return reply
    .headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    .redirect(location, 302)
}
