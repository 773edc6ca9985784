// GET /oauth2/account: who is signed in here, how long it lasts, and where else; POST ends one of the others.
import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import type { RecordEvent } from '../audit/trail.js'
import { GatewayError } from '../errors.js'
import type { Log } from '../log.js'
import type { LoginFlow } from '../login/flow.js'
import { isNavigation } from '../login/navigation.js'
import { fitReturnTo } from '../login/return-to.js'
import type { Clock, Session } from '../model.js'
import type { PageFacts } from '../pages/page.js'
import type { Pages } from '../pages/pages.js'
import { momentOf } from '../pages/period.js'
import { idleEndsAt, type Limits, sessionEndsAt } from '../session/lifetime.js'
import type { OtherSessions } from '../session/other-sessions.js'
import { languageOf } from './page-language.js'
import type { Paths } from './paths.js'
import { isOwnPost } from './same-site.js'

/** What `form=` says when a form waits in another tab for its person to sign in. */
export const formWaits = 'waits'
/** The parameter beside it that names the page of the form, whose route may say how to sign in. */
export const formPage = 'at'

/**
 * The page of a signed-in person; a navigation of nobody goes to the login and comes back.
 *
 * Fails with GW_ERR_LOGIN_REQUIRED for what is no navigation.
 */
export function accountEndpoint({
  login,
  otherSessions,
  pages,
  paths,
  limits,
  clock,
  log,
}: {
  login: Pick<LoginFlow, 'begin'>
  otherSessions: Pick<OtherSessions, 'list'>
  pages: Pages
  paths: Pick<Paths, 'account' | 'signOut'>
  limits: Limits
  clock: Clock
  log: Pick<Log, 'warn'>
}): RouteHandlerMethod {
  async function signIn(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { raw, headers, browser, target } = request
    if (headers.authorization !== undefined || !isNavigation(raw.method, headers)) {
      throw new GatewayError('GW_ERR_LOGIN_REQUIRED')
    }
    const step = await login.begin(browser, fitReturnTo(target))
    for (const line of step.setCookies) reply.header('set-cookie', line)
    return reply.header('cache-control', 'no-store').redirect(step.location, 302)
  }

  /** The rest of the page is there also while the store is away. */
  async function listOthers(request: FastifyRequest, session: Session) {
    try {
      return await otherSessions.list(session)
    } catch (error) {
      log.warn({ id: request.id, err: error }, 'other sessions could not be listed')
      return 'away' as const
    }
  }

  return async (request, reply) => {
    const { session, target } = request
    if (session === null) return signIn(request, reply)
    const language = languageOf(request)
    const listed = await listOthers(request, session)
    const moment = (at: number) => momentOf(at, clock(), language, pages.textsOf(language))
    const others: PageFacts['account']['others'] =
      listed === null || listed === 'away'
        ? (listed ?? 'unknown')
        : listed.sessions.map(({ handle, signedInAt, seenAt }) => ({
            began: moment(signedInAt),
            used: moment(seenAt),
            end: `${paths.account}?end=${handle}`,
          }))
    const { username, email, groups } = session.identity
    const endsAt = sessionEndsAt(session, limits)
    const page = pages.render('account', language, {
      name: username,
      email,
      groups,
      began: moment(session.signedInAt),
      idleEnds: moment(Math.min(idleEndsAt(session, limits), endsAt)),
      ends: moment(endsAt),
      others,
      more: listed !== null && listed !== 'away' && listed.more,
      signOut: paths.signOut,
      signOutEverywhere: `${paths.signOut}?scope=everywhere`,
      formWaits: new URLSearchParams(target.query).get('form') === formWaits,
    })
    return reply.headers(page.headers).send(page.html)
  }
}

/**
 * Ends the session that `end` names, when it is one of the person's own, and goes back to the page.
 *
 * Fails with GW_ERR_CROSS_SITE, GW_ERR_LOGIN_REQUIRED and GW_ERR_SESSION_UNAVAILABLE.
 */
export function endOtherEndpoint({
  otherSessions,
  ownOrigins,
  paths,
  record,
}: {
  otherSessions: Pick<OtherSessions, 'end'>
  ownOrigins: readonly string[]
  paths: Pick<Paths, 'account'>
  record: RecordEvent
}): RouteHandlerMethod {
  return async (request, reply) => {
    if (!isOwnPost(request, ownOrigins)) throw new GatewayError('GW_ERR_CROSS_SITE')
    const { session, target, id, raw } = request
    if (session === null) throw new GatewayError('GW_ERR_LOGIN_REQUIRED')
    const handle = new URLSearchParams(target.query).get('end')
    if (handle !== null) {
      const ended = await otherSessions.end(session, handle)
      const reason = 'its owner ended it from another one'
      if (ended !== null) record('session_ended', { session: ended, request: { id, raw }, reason })
    }
    return reply.header('cache-control', 'no-store').redirect(paths.account, 303)
  }
}
