// GET /oauth2/idpresponse: back from a social or OpenID Connect provider.
import type { FastifyInstance } from 'fastify'
import { finishFederation } from '../federation/finish.js'
import { type Realm, readParameters } from '../realm.js'

export function idpResponseEndpoint(app: FastifyInstance, realm: Realm): void {
  app.get('/oauth2/idpresponse', async (request, reply) => {
    const { code = '', state } = readParameters(request.query)
    const assertion = realm.state.assertions.take(code)
    const fits = assertion?.provider === realm.state.federations.get(state ?? '')?.provider
    const person = assertion !== undefined && fits ? assertion.person : null
    return reply.redirect(await finishFederation(realm, request, reply, { state, person }), 302)
  })
}
