// GET /oauth2/userInfo: every value a string, and a challenge without a scheme word. Source: developer
// guide, "UserInfo endpoint".
import type { FastifyInstance } from 'fastify'
import { compactVerify, createLocalJWKSet } from 'jose'
import type { Realm } from '../realm.js'
import type { SignIn } from '../state.js'
import { readableAttributes } from '../tokens.js'

const badRequest =
  'error="invalid_request", error_description="Bad OAuth2 request at UserInfo Endpoint"'
const badToken =
  'error="invalid_token", error_description="Access token is expired, disabled, or deleted, or the user has globally signed out."'

export function userInfoEndpoint(app: FastifyInstance, realm: Realm): void {
  app.get('/oauth2/userInfo', async (request, reply) => {
    const [, token] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (token === undefined) return reply.code(400).header('www-authenticate', badRequest).send()
    const signIn = await findSignIn(token)
    if (signIn === null) return reply.code(401).header('www-authenticate', badToken).send()
    const attributes = readableAttributes(signIn, signIn.scopes)
    return reply
      .headers({
        'content-type': 'application/json;charset=UTF-8',
        'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      })
      .send({
        sub: signIn.user.sub,
        ...Object.fromEntries(
          Object.entries(attributes).map(([name, value]) => [name, String(value)]),
        ),
        username: signIn.user.username,
      })
  })

  /** The sign-in of an access token that still counts; null for every other. */
  async function findSignIn(token: string): Promise<SignIn | null> {
    const claims = await verifiedClaims(token)
    if (claims === null || claims.token_use !== 'access') return null
    if (typeof claims.exp !== 'number' || claims.exp <= realm.clock()) return null
    const signIn = realm.state.signIns.get(String(claims.origin_jti))
    if (signIn === undefined || signIn.revoked || !signIn.user.enabled) return null
    return signIn.scopes.includes('openid') ? signIn : null
  }

  async function verifiedClaims(token: string): Promise<Record<string, unknown> | null> {
    try {
      const { payload } = await compactVerify(token, createLocalJWKSet(realm.keys.jwks()))
      return JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>
    } catch {
      return null
    }
  }
}
