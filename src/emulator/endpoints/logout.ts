// GET /logout: Cognito's own shapes, not OpenID Connect logout. Source: developer guide, "Logout endpoint".
import type { FastifyInstance, FastifyReply } from 'fastify'
import { cookieOptions } from '../page.js'
import { findClient, type Realm, readParameters } from '../realm.js'

export function logoutEndpoint(app: FastifyInstance, realm: Realm): void {
  app.get('/logout', async (request, reply) => {
    const {
      client_id: id,
      logout_uri: logoutUri,
      redirect_uri: redirectUri,
    } = readParameters(request.query)
    const client = findClient(realm, id)
    if (client !== undefined && logoutUri !== undefined && client.logoutUrls.includes(logoutUri)) {
      return end(reply, request.cookies.cognito).redirect(logoutUri, 302)
    }
    if (
      client !== undefined &&
      redirectUri !== undefined &&
      client.callbackUrls.includes(redirectUri)
    ) {
      const query = request.url.split('?')[1] ?? ''
      return end(reply, request.cookies.cognito).redirect(`/login?${query}`, 302)
    }
    return reply.code(400).send("Required String parameter 'redirect_uri' is not present")
  })

  function end(reply: FastifyReply, cookie: string | undefined): FastifyReply {
    if (cookie !== undefined) realm.state.hostedSessions.take(cookie)
    return reply.clearCookie('cognito', cookieOptions(realm))
  }
}
