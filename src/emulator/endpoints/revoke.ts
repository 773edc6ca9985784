// POST /oauth2/revoke: 200 with an empty body, also for a token that is dead already; 401 for a client that
// is not the right one. Source: developer guide, "Revoke endpoint".
import type { FastifyInstance } from 'fastify'
import { authenticateClient, isRefused } from '../client-authentication.js'
import { isForm } from '../form.js'
import { privateHeaders } from '../page.js'
import type { PoolClient } from '../pool.js'
import { type Realm, readParameters } from '../realm.js'

export function revokeEndpoint(app: FastifyInstance, realm: Realm): void {
  app.post('/oauth2/revoke', async (request, reply) => {
    reply.headers({ ...privateHeaders, 'content-type': 'application/json;charset=UTF-8' })
    if (!isForm(request)) return reply.code(400).send({ error: 'invalid_request' })
    const form = readParameters(request.body)
    const client = authenticateClient(realm, request.headers.authorization, form)
    if (isRefused(client)) return reply.code(401).send({ error: 'invalid_client' })
    if (form.token === undefined || !client.tokenRevocation) {
      return reply.code(400).send({ error: 'invalid_request' })
    }
    if (isSignedToken(form.token)) {
      return reply.code(400).send({ error: 'unsupported_token_type' })
    }
    revoke(client, form.token)
    return reply.removeHeader('content-type').code(200).send()
  })

  /** Kills the token's whole sign-in. Another client's token is none of this client's. */
  function revoke(client: PoolClient, token: string): void {
    const held = realm.state.refreshTokens.get(token)
    if (held === undefined || held.signIn.clientId !== client.id) return
    held.signIn.revoked = true
    const { username } = held.signIn.user
    realm.tell({ event: 'revocation', username, clientId: client.id })
  }
}

/** An ID or access token: a JWS has three parts (RFC 7515 section 7.1), a refresh token five. */
function isSignedToken(token: string): boolean {
  return token.split('.').length === 3
}
