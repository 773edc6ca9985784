// POST /saml2/idpresponse: back from a SAML provider (its assertion consumer service). The simulated provider
// sends whom somebody chose to be, where a real one sends a signed assertion.
import type { FastifyInstance } from 'fastify'
import { readChoice } from '../federation/choice.js'
import { finishFederation } from '../federation/finish.js'
import { isOwnForm } from '../pages/csrf.js'
import { type Realm, readParameters } from '../realm.js'

export function samlResponseEndpoint(app: FastifyInstance, realm: Realm): void {
  app.post('/saml2/idpresponse', async (request, reply) => {
    const form = readParameters(request.body)
    const { RelayState: state } = form
    const name = realm.state.federations.get(state ?? '')?.provider
    const provider = realm.settings.providers.find(known => known.name === name)
    const isSaml = provider?.type === 'SAML' && isOwnForm(request, form._csrf)
    const person = isSaml ? readChoice(provider, form) : null
    return reply.redirect(await finishFederation(realm, request, reply, { state, person }), 302)
  })
}
