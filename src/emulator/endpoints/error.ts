// GET /error: the page for what never goes back to the application, always HTTP 400.
import type { FastifyInstance } from 'fastify'
import { sendPage } from '../page.js'
import { type Realm, readParameters } from '../realm.js'

/** What the emulator adds to Cognito's silence: why, in a developer's words. */
const hints: Readonly<Record<string, string>> = {
  redirect_mismatch:
    'The redirect_uri (or logout_uri) is not one of the URLs of this app client. They are compared to the letter.',
  invalid_request: 'The client_id is not one of the app clients of this user pool.',
}

export function errorEndpoint(app: FastifyInstance, realm: Realm): void {
  app.get('/error', async (request, reply) => {
    const { error = 'invalid_request', client_id: clientId } = readParameters(request.query)
    return sendPage(realm, reply.code(400), 'error', {
      title: 'Error',
      heading: 'An error was encountered with the requested page.',
      error,
      clientId,
      hint: Object.hasOwn(hints, error) ? hints[error] : null,
    })
  })
}
