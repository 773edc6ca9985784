// POST /oauth2/revoke: 200 with an empty body, also for a token that is dead already; 401 for a client that
// is not the right one. Source: developer guide, "Revoke endpoint".
import type { FastifyInstance } from 'fastify'
import { authenticateClient, isRefused } from '../client-authentication.js'
import { type Realm, readParameters } from '../realm.js'

export function revokeEndpoint(app: FastifyInstance, realm: Realm): void {
  app.post('/oauth2/revoke', async (request, reply) => {
    const body = readParameters(request.body)
    const client = authenticateClient(realm, request.headers.authorization, body)
    if (isRefused(client)) return reply.code(401).send({ error: 'invalid_client' })
    if (body.token === undefined) return reply.code(400).send({ error: 'invalid_request' })
    if (body.token.split('.').length === 3) {
      return reply.code(400).send({ error: 'unsupported_token_type' })
    }
    const held = realm.state.refreshTokens.get(body.token)
    if (held !== undefined && held.signIn.clientId === client.id) held.signIn.revoked = true
    return reply.code(200).send()
  })
}
