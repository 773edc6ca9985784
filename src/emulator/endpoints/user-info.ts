// GET /oauth2/userInfo: every value a string, and a challenge without a scheme word. The one endpoint that
// tells whether an access token was revoked. Source: developer guide, "UserInfo endpoint".
import type { FastifyInstance } from 'fastify'
import { readAccessToken } from '../access-token.js'
import { readableAttributes } from '../attributes.js'
import { privateHeaders } from '../page.js'
import { findClient, type Realm } from '../realm.js'
import type { SignIn } from '../state.js'

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
    const standing = await readAccessToken(realm, token)
    if ('reason' in standing) return refuse(401, badToken)
    const { signIn } = standing
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
    const { sub = '', username, identities } = user
    const linked = identities.length === 0 ? {} : { identities: JSON.stringify(identities) }
    return { sub, ...linked, ...Object.fromEntries(texts), username }
  }
}
