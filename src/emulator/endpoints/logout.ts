// GET /logout: Cognito's own two shapes, not OpenID Connect logout. Tokens stay as they are, and nothing is
// appended to logout_uri. Source: developer guide, "Logout endpoint".
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errorPageUrl, redirectUriMissing } from '../authorization.js'
import { cookieOptions, sendBadRequest } from '../page.js'
import { findClient, type Realm, rawQuery, readParameters } from '../realm.js'

export function logoutEndpoint(app: FastifyInstance, realm: Realm): void {
  app.get('/logout', async (request, reply) => {
    const {
      client_id: id,
      logout_uri: logoutUri,
      redirect_uri: redirectUri,
    } = readParameters(request.query)
    const client = findClient(realm, id)
    if (client === undefined) return sendBadRequest(realm, reply, redirectUriMissing)

    // With logout_uri all other parameters are ignored, also when it is not registered.
    if (logoutUri !== undefined) {
      if (!client.logoutUrls.includes(logoutUri)) return refuseLogoutUri(reply, client.id)
      endSession(request, reply, client.id)
      return reply.redirect(logoutUri, 302)
    }
    if (redirectUri === undefined) return sendBadRequest(realm, reply, redirectUriMissing)
    if (!client.callbackUrls.includes(redirectUri)) {
      return reply.redirect(errorPageUrl(realm, 'redirect_mismatch', client.id), 302)
    }
    endSession(request, reply, client.id)
    return reply.redirect(`${realm.domain}/login?${rawQuery(request.url)}`, 302)
  })

  function refuseLogoutUri(reply: FastifyReply, clientId: string): FastifyReply {
    if (realm.settings.unpublished.unregisteredLogoutUri === 'bad_request') {
      return sendBadRequest(realm, reply, redirectUriMissing)
    }
    return reply.redirect(errorPageUrl(realm, 'redirect_mismatch', clientId), 302)
  }

  function endSession({ cookies }: FastifyRequest, reply: FastifyReply, clientId: string): void {
    if (cookies.cognito !== undefined) realm.state.hostedSessions.take(cookies.cognito)
    reply.clearCookie('cognito', cookieOptions(realm))
    realm.tell({ event: 'sign-out', clientId })
  }
}
