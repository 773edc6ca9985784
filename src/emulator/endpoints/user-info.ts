// GET /oauth2/userInfo: every value a string, and a challenge without a scheme word. The one endpoint that
// tells whether an access token was revoked. Source: developer guide, "UserInfo endpoint".
import type { FastifyInstance } from 'fastify'
import { readableAttributes } from '../attributes.js'
import { privateHeaders } from '../page.js'
import { findClient, isActive, type Realm } from '../realm.js'
import type { SignIn } from '../state.js'
import { verifyToken } from '../verify.js'

const badRequest =
  'error="invalid_request", error_description="Bad OAuth2 request at UserInfo Endpoint"'
const badToken =
  'error="invalid_token", error_description="Access token is expired, disabled, or deleted, or the user has globally signed out."'
/** Our guess: unpublished. */
const badScope = 'error="insufficient_scope", error_description="The access token lacks openid."'

export function userInfoEndpoint(app: FastifyInstance, realm: Realm): void {
  app.get('/oauth2/userInfo', async (request, reply) => {
    const refuse = (status: number, challenge: string) =>
      reply.code(status).header('www-authenticate', challenge).send()
    const [, token] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (token === undefined) return refuse(400, badRequest)
    const signIn = await findSignIn(token)
    if (signIn === null) return refuse(401, badToken)
    if (!signIn.scopes.includes('openid')) {
      const isScope = realm.settings.unpublished.userInfoWithoutOpenid === 'insufficient_scope'
      return isScope ? refuse(403, badScope) : refuse(401, badToken)
    }
    return reply
      .headers({ ...privateHeaders, 'content-type': 'application/json;charset=UTF-8' })
      .send(describe(signIn))
  })

  function describe({ user, clientId, scopes }: SignIn): Record<string, string> {
    const attributes = readableAttributes(user, findClient(realm, clientId) ?? {}, scopes)
    const texts = Object.entries(attributes).map(([name, value]) => [name, String(value)])
    return { sub: user.sub ?? '', ...Object.fromEntries(texts), username: user.username }
  }

  /** The sign-in of an access token that still counts; null for every other. */
  async function findSignIn(token: string): Promise<SignIn | null> {
    const claims = await verifyToken(realm.keys, token)
    if (claims === null || claims.token_use !== 'access') return null
    if (typeof claims.exp !== 'number' || claims.exp <= realm.clock()) return null
    const signIn = realm.state.signIns.get(String(claims.event_id))
    return signIn === undefined || signIn.revoked || !isActive(realm, signIn.user) ? null : signIn
  }
}
