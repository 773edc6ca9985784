// GET /oauth2/authorize: straight back to the application while the hosted UI's session lives, else to /login.
// Source: developer guide, "Authorize endpoint".
import type { FastifyInstance } from 'fastify'
import { judgeAuthorization, loginRequired } from '../authorization.js'
import { toProvider } from '../federation/begin.js'
import { grantUrl } from '../grant.js'
import { silentSession } from '../hosted-session.js'
import { rememberLanguage } from '../language.js'
import { sendBadRequest } from '../page.js'
import { pageParameters, type Realm, rawQuery } from '../realm.js'

export function authorizeEndpoint(app: FastifyInstance, realm: Realm): void {
  app.get('/oauth2/authorize', async (request, reply) => {
    const parameters = pageParameters(realm, request.query)
    const judged = judgeAuthorization(realm, parameters)
    if ('badRequest' in judged) return sendBadRequest(realm, reply, judged.badRequest)
    if ('location' in judged) return reply.redirect(judged.location, 302)

    rememberLanguage(realm, reply, parameters.lang)
    const session = silentSession(realm, parameters, request.cookies.cognito)
    if (session !== null) return reply.redirect(await grantUrl(realm, judged.good, session), 302)
    if ((parameters.prompt ?? '').split(' ').includes('none')) {
      return reply.redirect(loginRequired(realm, judged.good), 302)
    }
    const { provider } = judged.good
    if (provider !== null) {
      return reply.redirect(toProvider(realm, reply, provider, parameters), 302)
    }
    return reply.redirect(`${realm.domain}/login?${rawQuery(request.url)}`, 302)
  })
}
