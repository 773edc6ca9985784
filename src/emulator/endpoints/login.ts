// GET and POST /login: the hosted UI's sign-in page, with the field names of the classic one.
import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Authorization, grantCode, judgeAuthorization } from '../authorization.js'
import { cookieOptions, sendPage } from '../page.js'
import { findUser, type Realm, readParameters } from '../realm.js'
import { type HostedSession, hostedSession, hostedSessionSeconds } from '../state.js'

export function loginEndpoint(app: FastifyInstance, realm: Realm): void {
  app.get('/login', async (request, reply) => {
    const parameters = readParameters(request.query)
    const judged = judgeAuthorization(realm, parameters)
    if ('location' in judged) return reply.redirect(judged.location, 302)
    const session = hostedSession(realm.state, request.cookies.cognito, realm.clock())
    return showForm(request, reply, { session, error: null })
  })

  app.post('/login', async (request, reply) => {
    const parameters = readParameters(request.query)
    const judged = judgeAuthorization(realm, parameters)
    if ('location' in judged) return reply.redirect(judged.location, 302)
    const form = readParameters(request.body)
    const known = request.cookies['XSRF-TOKEN']
    if (known === undefined || form._csrf !== known) {
      const error = 'Your page was too old. Please try again.'
      return showForm(request, reply, { session: null, error })
    }
    if (form.continue === 'yes') return continueAs(reply, judged.good, request.cookies.cognito)

    const user = findUser(realm, form.username ?? '')
    if (user === undefined || user.password !== form.password || !user.enabled) {
      const error =
        user?.enabled === false ? 'User is disabled.' : 'Incorrect username or password.'
      return showForm(request, reply, { session: null, error })
    }
    const session = { user, authTime: realm.clock() }
    const id = randomUUID()
    realm.state.hostedSessions.set(id, session)
    return reply
      .setCookie('cognito', id, { ...cookieOptions(realm), maxAge: hostedSessionSeconds })
      .redirect(grantCode(realm, judged.good, session), 302)
  })

  /** "Sign in as …": the session that is there, which does not become younger by it. */
  function continueAs(reply: FastifyReply, good: Authorization, cookie: string | undefined) {
    const session = hostedSession(realm.state, cookie, realm.clock())
    if (session === null) return reply.redirect('/login', 302)
    return reply.redirect(grantCode(realm, good, session), 302)
  }

  function showForm(
    request: FastifyRequest,
    reply: FastifyReply,
    { session, error }: { session: HostedSession | null; error: string | null },
  ) {
    // One token for all tabs of the browser, as Cognito has it.
    const csrf = request.cookies['XSRF-TOKEN'] ?? randomUUID()
    reply.setCookie('XSRF-TOKEN', csrf, cookieOptions(realm))
    return sendPage(realm, reply, 'login', {
      title: 'Sign in',
      action: request.url,
      csrf,
      error,
      hint: readParameters(request.query).login_hint ?? '',
      continueAs: session?.user.username ?? null,
      accounts: realm.settings.showAccounts ? realm.settings.users : [],
    })
  }
}
