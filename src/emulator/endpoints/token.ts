// POST /oauth2/token: client authentication, then the grant. Refusals are HTTP 400, `invalid_client` too.
// Source: developer guide, "Token endpoint".
import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { authenticateClient, isRefused } from '../client-authentication.js'
import { isForm } from '../form.js'
import { exchangeCode } from '../grants/authorization-code.js'
import { grantToClient } from '../grants/client-credentials.js'
import { refresh } from '../grants/refresh-token.js'
import { type Refusal, refusal } from '../grants/refusal.js'
import { cookieOptions, privateHeaders } from '../page.js'
import type { PoolClient } from '../pool.js'
import { PoolError } from '../pool-error.js'
import { type Parameters, type Realm, readParameters } from '../realm.js'

type Answer = Refusal | { readonly body: object }

export function tokenEndpoint(app: FastifyInstance, realm: Realm): void {
  app.get('/oauth2/token', async (_request, reply) =>
    reply.setCookie('XSRF-TOKEN', randomUUID(), cookieOptions(realm)).code(405).send(),
  )

  app.post('/oauth2/token', async (request, reply) => {
    const answer = isForm(request)
      ? await answerForm(realm, request.headers.authorization, readParameters(request.body))
      : refusal('invalid_request', 'the body is not application/x-www-form-urlencoded')
    if ('reason' in answer) {
      const { error = null } = answer.body
      realm.tell({ event: 'token refused', error, reason: answer.reason })
    }
    return reply
      .code('reason' in answer ? 400 : 200)
      .headers({ ...privateHeaders, 'content-type': 'application/json;charset=UTF-8' })
      .send(answer.body)
  })
}

async function answerForm(
  realm: Realm,
  authorization: string | undefined,
  form: Parameters,
): Promise<Answer> {
  const client = authenticateClient(realm, authorization, form)
  if (isRefused(client)) return client
  try {
    return await grant(realm, client, form)
  } catch (error) {
    if (!(error instanceof PoolError)) throw error
    const { tokenTriggerFailure } = realm.settings.unpublished
    return refusal(tokenTriggerFailure, error.message, `${error.message} `)
  }
}

async function grant(realm: Realm, client: PoolClient, form: Parameters): Promise<Answer> {
  switch (form.grant_type) {
    case undefined:
      return refusal('invalid_request', 'grant_type is absent')
    case 'authorization_code':
      return exchangeCode(realm, client, form)
    case 'refresh_token':
      return refresh(realm, client, form)
    case 'client_credentials':
      return grantToClient(realm, client, form)
    default:
      return refusal('unsupported_grant_type', 'no grant has this name')
  }
}
