// GET and POST /login: the hosted UI's sign-in page, with the field names of the classic one. Opened directly
// while a session lives it offers "Sign in as …". Managed login asks for the user name first. Source: developer
// guide, "Login endpoint".
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { judgeAuthorization } from '../authorization.js'
import { allowsPasswords, externalProviders } from '../federation/providers.js'
import { grantUrl } from '../grant.js'
import { silentSession } from '../hosted-session.js'
import { rememberLanguage, wordingOf } from '../language.js'
import { sendBadRequest, sendPage } from '../page.js'
import { giveCsrfToken, isOwnForm, tooOld } from '../pages/csrf.js'
import { besides, goOn, toStep, type Visit } from '../pages/steps.js'
import type { PoolUser } from '../pool.js'
import { PoolError } from '../pool-error.js'
import {
  findUser,
  type Parameters,
  pageParameters,
  type Realm,
  rawQuery,
  readParameters,
} from '../realm.js'
import { authenticate } from '../sign-in/authenticate.js'
import { resendCode } from '../sign-in/sign-up.js'
import type { HostedSession } from '../state.js'

interface Form {
  readonly session: HostedSession | null
  readonly error: string | null
  readonly username: string
  /** Managed login's second step: the user name is given. */
  readonly asksPassword: boolean
}

export function loginEndpoint(app: FastifyInstance, realm: Realm): void {
  app.get('/login', async (request, reply) => {
    const parameters = pageParameters(realm, request.query)
    const judged = judgeAuthorization(realm, parameters)
    if ('badRequest' in judged) return sendBadRequest(realm, reply, judged.badRequest)
    if ('location' in judged) return reply.redirect(judged.location, 302)

    const session = silentSession(realm, parameters, request.cookies.cognito)
    const username = parameters.login_hint ?? ''
    const visit = { request, reply, authorization: judged.good }
    return showForm(visit, { session, error: null, username, asksPassword: false })
  })

  app.post('/login', async (request, reply) => {
    const parameters = pageParameters(realm, request.query)
    const judged = judgeAuthorization(realm, parameters)
    if ('badRequest' in judged) return sendBadRequest(realm, reply, judged.badRequest)
    if ('location' in judged) return reply.redirect(judged.location, 302)

    const visit = { request, reply, authorization: judged.good }
    const form = readParameters(request.body)
    const { username = '', _csrf: csrf } = form
    const again = (reason: string, error: string) => {
      const { id: clientId } = judged.good.client
      realm.tell({ event: 'sign-in refused', clientId, reason })
      return showForm(visit, { session: null, error, username, asksPassword: username !== '' })
    }
    if (!isOwnForm(request, csrf)) return again('_csrf is not XSRF-TOKEN', tooOld)
    if (form.continue !== undefined) {
      // The session does not become younger by it: the hour runs from the password.
      const session = silentSession(realm, parameters, request.cookies.cognito)
      if (session === null) return again('the session is over', 'Please sign in again.')
      return reply.redirect(await grantUrl(realm, judged.good, session), 302)
    }
    if (!allowsPasswords(judged.good.client)) {
      return again('the client takes no passwords', 'Sign in with one of the providers.')
    }
    if (isFirstStep(form)) {
      return showForm(visit, { session: null, error: null, username, asksPassword: true })
    }
    try {
      return reply.redirect(await enter(visit, form), 302)
    } catch (error) {
      if (!(error instanceof PoolError)) throw error
      return again(error.message, sentenceFor(visit, error))
    }
  })

  /** Where a right password leads; also that of people whose account is not ready. */
  async function enter(visit: Visit, { username = '', password = '' }: Parameters) {
    const clientId = visit.authorization.client.id
    try {
      const user = await authenticate(realm, { clientId, login: username, password })
      return await goOn(realm, visit, user)
    } catch (error) {
      const user = findUser(realm, username)
      if (!(error instanceof PoolError) || user === undefined) throw error
      if (error.name === 'PasswordResetRequiredException') {
        return besides(realm, visit.request, '/forgotPassword')
      }
      if (error.name !== 'UserNotConfirmedException') throw error
      resendCode(realm, user)
      return toStep(realm, visit, 'CONFIRM_SIGN_UP', user)
    }
  }

  function isFirstStep({ password, username = '' }: Parameters): boolean {
    return realm.settings.loginPages === 'managed' && password === undefined && username !== ''
  }

  /** A user who is not there looks like a wrong password, in the language of the page. */
  function sentenceFor({ request }: Visit, { name, message }: PoolError): string {
    const { wrong } = wordingOf(realm, request)
    const isWrong = name === 'UserNotFoundException' || message === incorrect
    return isWrong ? wrong : message
  }

  function showForm(visit: Visit, form: Form): FastifyReply {
    const { request, reply } = visit
    const { client } = visit.authorization
    const { loginPages, showAccounts, selfSignUp, users } = realm.settings
    rememberLanguage(realm, reply, pageParameters(realm, request.query).lang)
    const wording = wordingOf(realm, request)
    const isManaged = loginPages === 'managed'
    return sendPage(realm, reply, 'login', {
      title: wording.signIn,
      lang: wording.lang,
      wording,
      action: request.url,
      csrf: giveCsrfToken(realm, request, reply),
      error: form.error,
      username: form.username,
      step: isManaged ? (form.asksPassword ? 'password' : 'username') : 'both',
      continueAs: form.session?.user.username ?? null,
      accounts: showAccounts ? users.filter(hasPassword).slice(0, maxListed) : [],
      signUp: selfSignUp ? besides(realm, request, '/signup') : null,
      forgot: besides(realm, request, '/forgotPassword'),
      login: besides(realm, request, '/login'),
      passwords: allowsPasswords(client),
      providers: externalProviders(realm, client).map(({ name }) => ({
        name,
        url: providerUrl(realm, request, name),
      })),
    })
  }
}

/** The same request, straight to a provider. */
function providerUrl({ domain }: Realm, { url }: FastifyRequest, name: string): string {
  const query = new URLSearchParams(rawQuery(url))
  query.delete('idp_identifier')
  query.set('identity_provider', name)
  return `${domain}/oauth2/authorize?${query}`
}

function hasPassword({ status }: PoolUser): boolean {
  return status !== 'EXTERNAL_PROVIDER'
}

const incorrect = 'Incorrect username or password.'
/** More accounts are no help. */
const maxListed = 20
