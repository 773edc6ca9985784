// GET /.well-known/oauth-protected-resource: tells API clients which user pool issues the tokens that are taken here.
import type { RouteHandlerMethod } from 'fastify'

/** JSON of RFC 9728 section 2 for the origin that was asked. */
export function resourceMetadataEndpoint({
  issuer,
  scopesAt,
}: {
  issuer: string
  /** Scopes that are asked for at an origin. */
  scopesAt: (origin: string) => readonly string[]
}): RouteHandlerMethod {
  return async ({ browser }, reply) =>
    reply.header('cache-control', 'public, max-age=3600').send({
      resource: browser.origin,
      authorization_servers: [issuer],
      scopes_supported: scopesAt(browser.origin),
      bearer_methods_supported: ['header'],
    })
}
