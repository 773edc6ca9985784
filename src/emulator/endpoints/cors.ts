// The three endpoints that scripts of any origin may call; the login pages send no CORS headers.
// What the preflight says besides the origin is our guess.
import type { FastifyInstance } from 'fastify'

/** Their paths. */
export const openToScripts: ReadonlySet<string> = new Set([
  '/oauth2/token',
  '/oauth2/revoke',
  '/oauth2/userInfo',
])

export function corsEndpoint(app: FastifyInstance): void {
  for (const path of openToScripts) {
    app.options(path, async (_request, reply) =>
      reply
        .headers({
          'access-control-allow-methods': 'GET, POST',
          'access-control-allow-headers': 'authorization, content-type',
        })
        .code(200)
        .send(),
    )
  }
}
