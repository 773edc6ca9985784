// POST /oauth2/token: authorization_code and refresh_token, with Cognito's statuses and bodies: 400 for
// everything, `invalid_client` too. Source: developer guide, "Token endpoint".
import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { authenticateClient, isRefused } from '../client-authentication.js'
import type { PoolClient } from '../pool.js'
import { type Parameters, type Realm, readParameters } from '../realm.js'
import { codeSeconds, type RefreshToken, type SignIn } from '../state.js'

interface Refusal {
  readonly error: string
  readonly error_description?: string
}

type Answer = Refusal | Readonly<Record<string, string | number>>

const invalidGrant: Refusal = { error: 'invalid_grant' }

export function tokenEndpoint(app: FastifyInstance, realm: Realm): void {
  const { state, tokens, clock } = realm

  app.get('/oauth2/token', async (_request, reply) => reply.code(405).send())

  app.post('/oauth2/token', async (request, reply) => {
    const body = readParameters(request.body)
    const client = authenticateClient(realm, request.headers.authorization, body)
    const answer = isRefused(client) ? client : await grant(client, body)
    return reply
      .code('error' in answer ? 400 : 200)
      .header('content-type', 'application/json;charset=UTF-8')
      .send(answer)
  })

  function grant(client: PoolClient, body: Parameters): Answer | Promise<Answer> {
    if (body.grant_type === 'authorization_code') return exchange(client, body)
    if (body.grant_type === 'refresh_token') return refresh(client, body)
    return { error: body.grant_type === undefined ? 'invalid_request' : 'unsupported_grant_type' }
  }

  async function exchange(client: PoolClient, body: Parameters): Promise<Answer> {
    if (body.code === undefined) return { error: 'invalid_request' }
    // Once: whatever comes of it, the code is gone.
    const code = state.codes.take(body.code)
    if (code === undefined || code.signIn.clientId !== client.id) return invalidGrant
    if (clock() - code.issuedAt > codeSeconds) return invalidGrant
    if (code.redirectUri !== body.redirect_uri) {
      return { error: 'unauthorized_client', error_description: 'invalid_redirect' }
    }
    if (!isVerified(code.codeChallenge, body.code_verifier)) return invalidGrant
    const refreshToken = await tokens.refreshToken(code.signIn)
    const endsAt = clock() + client.refreshTokenSeconds
    state.refreshTokens.set(refreshToken, { signIn: code.signIn, endsAt, replacedAt: null })
    return { ...(await freshTokens(client, code.signIn)), refresh_token: refreshToken }
  }

  async function refresh(client: PoolClient, body: Parameters): Promise<Answer> {
    if (body.refresh_token === undefined) return { error: 'invalid_request' }
    const held = state.refreshTokens.get(body.refresh_token)
    if (held === undefined || !isGood(held, client)) return invalidGrant
    const fresh = await freshTokens(client, held.signIn)
    if (client.rotation === undefined) return fresh
    held.replacedAt ??= clock()
    const next = await tokens.refreshToken(held.signIn)
    state.refreshTokens.set(next, { ...held, replacedAt: null })
    return { ...fresh, refresh_token: next }
  }

  function isGood({ signIn, endsAt, replacedAt }: RefreshToken, client: PoolClient): boolean {
    if (signIn.clientId !== client.id || signIn.revoked || !signIn.user.enabled) return false
    const graceSeconds = client.rotation?.graceSeconds ?? 0
    const inGrace = replacedAt === null || clock() - replacedAt < graceSeconds
    return endsAt > clock() && inGrace
  }

  async function freshTokens(client: PoolClient, signIn: SignIn) {
    const accessToken = await tokens.accessToken(signIn, client)
    return {
      ...(signIn.scopes.includes('openid')
        ? { id_token: await tokens.idToken(signIn, client, accessToken) }
        : {}),
      access_token: accessToken,
      expires_in: client.accessTokenSeconds,
      token_type: 'Bearer',
    }
  }
}

/** RFC 7636 section 4.6. */
function isVerified(challenge: string | null, verifier: string | undefined): boolean {
  if (challenge === null) return verifier === undefined
  if (verifier === undefined) return false
  return createHash('sha256').update(verifier, 'ascii').digest('base64url') === challenge
}
