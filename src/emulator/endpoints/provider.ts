// GET and POST /emulator/provider/NAME: the simulated provider, where one picks who to be. SAML's form goes
// straight to the pool, as its browsers post assertions; the others go back with a code.
import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { withParameters } from '../authorization.js'
import { providerPath } from '../federation/begin.js'
import { readChoice } from '../federation/choice.js'
import { sendBadRequest, sendPage } from '../page.js'
import { giveCsrfToken, isOwnForm } from '../pages/csrf.js'
import { type Realm, readParameters } from '../realm.js'

export function providerEndpoint(app: FastifyInstance, realm: Realm): void {
  app.get(`${providerPath}/:name`, async (request, reply) => {
    const provider = providerOf(request)
    const { state, login_hint: hint } = readParameters(request.query)
    if (provider === undefined || state === undefined) {
      return sendBadRequest(realm, reply, 'This page is reached by way of the sign-in page.')
    }
    return sendPage(realm, reply, 'provider', {
      title: `Sign in with ${provider.name}`,
      provider,
      hint: hint ?? '',
      state,
      csrf: giveCsrfToken(realm, request, reply),
      action:
        provider.type === 'SAML'
          ? `${realm.domain}/saml2/idpresponse`
          : `${realm.domain}${request.url}`,
    })
  })

  app.post(`${providerPath}/:name`, async (request, reply) => {
    const provider = providerOf(request)
    const form = readParameters(request.body)
    if (provider === undefined || !isOwnForm(request, form._csrf)) {
      return sendBadRequest(realm, reply, 'Your page was too old. Please sign in again.')
    }
    const { RelayState: state } = form
    const back = `${realm.domain}/oauth2/idpresponse`
    const person = readChoice(provider, form)
    if (person === null) {
      return reply.redirect(withParameters(back, '?', { error: 'access_denied', state }), 302)
    }
    const code = randomUUID()
    realm.state.assertions.set(code, { provider: provider.name, person })
    return reply.redirect(withParameters(back, '?', { code, state }), 302)
  })

  function providerOf({ params }: FastifyRequest) {
    const { name } = params as { name: string }
    return realm.settings.providers.find(provider => provider.name === name)
  }
}
