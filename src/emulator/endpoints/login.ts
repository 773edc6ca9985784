// GET and POST /login: the hosted UI's sign-in page, with the field names of the classic one. Opened directly
// while a session lives it offers "Sign in as …". Source: developer guide, "Login endpoint".
import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { judgeAuthorization } from '../authorization.js'
import { grantUrl } from '../grant.js'
import { openHostedSession, silentSession } from '../hosted-session.js'
import { rememberLanguage, wordingOf } from '../language.js'
import { cookieOptions, sendBadRequest, sendPage } from '../page.js'
import type { PoolUser } from '../pool.js'
import { findUser, type Parameters, type Realm, readParameters } from '../realm.js'
import { type HostedSession, hostedSessionSeconds } from '../state.js'

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

interface Form {
  readonly session: HostedSession | null
  readonly error: string | null
  readonly username: string
}

export function loginEndpoint(app: FastifyInstance, realm: Realm): void {
  app.get('/login', async (request, reply) => {
    const parameters = readParameters(request.query)
    const judged = judgeAuthorization(realm, parameters)
    if ('badRequest' in judged) return sendBadRequest(realm, reply, judged.badRequest)
    if ('location' in judged) return reply.redirect(judged.location, 302)

    const session = silentSession(realm, parameters, request.cookies.cognito)
    return showForm(request, reply, { session, error: null, username: parameters.login_hint ?? '' })
  })

  app.post('/login', async (request, reply) => {
    const parameters = readParameters(request.query)
    const judged = judgeAuthorization(realm, parameters)
    if ('badRequest' in judged) return sendBadRequest(realm, reply, judged.badRequest)
    if ('location' in judged) return reply.redirect(judged.location, 302)

    const form = readParameters(request.body)
    const { username = '', _csrf: csrf } = form
    const refuse = (reason: string, error: string) => {
      const { id: clientId } = judged.good.client
      realm.tell({ event: 'sign-in refused', clientId, reason })
      return showForm(request, reply, { session: null, error, username })
    }
    if (csrf === undefined || csrf !== request.cookies['XSRF-TOKEN']) {
      return refuse('_csrf is not XSRF-TOKEN', 'Your page was too old. Please try again.')
    }
    if (form.continue !== undefined) {
      // The session does not become younger by it: the hour runs from the password.
      const session = silentSession(realm, parameters, request.cookies.cognito)
      if (session === null) return refuse('the session is over', 'Please sign in again.')
      return reply.redirect(await grantUrl(realm, judged.good, session), 302)
    }
    const user = findUser(realm, username)
    if (user === undefined || user.password !== form.password) {
      return refuse('user name and password do not fit', wordingOf(request).wrong)
    }
    if (!user.enabled) return refuse('the user is disabled', 'User is disabled.')
    return signIn(reply, user, session => grantUrl(realm, judged.good, session))
  })

  async function signIn(
    reply: FastifyReply,
    user: PoolUser,
    grant: (session: HostedSession) => Promise<string>,
  ): Promise<FastifyReply> {
    const { id, session } = openHostedSession(realm, user)
    realm.tell({ event: 'sign-in', username: user.username })
    reply.setCookie('cognito', id, { ...cookieOptions(realm), maxAge: hostedSessionSeconds })
    return reply.redirect(await grant(session), 302)
  }

  function showForm(request: FastifyRequest, reply: FastifyReply, form: Form): FastifyReply {
    rememberLanguage(realm, reply, readParameters(request.query).lang)
    const csrf = csrfToken(request.cookies)
    reply.setCookie('XSRF-TOKEN', csrf, cookieOptions(realm))
    const wording = wordingOf(request)
    return sendPage(realm, reply, 'login', {
      title: wording.signIn,
      lang: wording.lang,
      wording,
      action: request.url,
      csrf,
      error: form.error,
      username: form.username,
      continueAs: form.session?.user.username ?? null,
      accounts: realm.settings.showAccounts ? realm.settings.users : [],
    })
  }
}

/** One token for all tabs of a browser, as Cognito has it. */
function csrfToken({ 'XSRF-TOKEN': known = '' }: Parameters): string {
  return uuid.test(known) ? known : randomUUID()
}
