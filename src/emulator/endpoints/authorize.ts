// GET /oauth2/authorize: straight back with a code while the hosted UI's session lives, else to /login.
import type { FastifyInstance } from 'fastify'
import { grantCode, judgeAuthorization, withError } from '../authorization.js'
import { type Realm, readParameters } from '../realm.js'
import { hostedSession } from '../state.js'

export function authorizeEndpoint(app: FastifyInstance, realm: Realm): void {
  app.get('/oauth2/authorize', async (request, reply) => {
    const parameters = readParameters(request.query)
    if (parameters.redirect_uri === undefined) {
      return reply.code(400).send("Required String parameter 'redirect_uri' is not present")
    }
    const judged = judgeAuthorization(realm, parameters)
    if ('location' in judged) return reply.redirect(judged.location, 302)

    const { redirectUri } = judged.good
    const prompts = (parameters.prompt ?? '').split(' ')
    const session = hostedSession(realm.state, request.cookies.cognito, realm.clock())
    if (session !== null && !prompts.includes('login') && !isTooOld(session.authTime)) {
      return reply.redirect(grantCode(realm, judged.good, session), 302)
    }
    if (prompts.includes('none')) {
      const location = withError(redirectUri, 'login_required', null, parameters.state)
      return reply.redirect(location, 302)
    }
    return reply.redirect(`/login?${request.url.split('?')[1] ?? ''}`, 302)

    function isTooOld(authTime: number): boolean {
      const maxAge = Number(parameters.max_age ?? Number.POSITIVE_INFINITY)
      return realm.clock() - authTime > maxAge
    }
  })
}
