// The public keys of what the gateway signs for applications. They ask from inside, under whatever name they know.
import type { FastifyRequest, RouteHandlerMethod } from 'fastify'
import { GatewayError } from '../errors.js'
import type { PublishedKey } from '../lib/signing-ring.js'

type Published = ReadonlyMap<string, PublishedKey>

/** Keys stay as long as their secret; a new one is asked for by its own name. */
const cacheControl = 'public, max-age=300'

/** GET …/KID: one key as PEM, as AWS serves those of load balancers. Fails with GW_ERR_NOT_FOUND. */
export function publicKeyEndpoint(published: Published): RouteHandlerMethod {
  return async (request, reply) => {
    const found = published.get((request as FastifyRequest<{ Params: { kid: string } }>).params.kid)
    if (found === undefined) throw new GatewayError('GW_ERR_NOT_FOUND')
    return reply
      .type('text/plain; charset=utf-8')
      .header('cache-control', cacheControl)
      .send(found.pem)
  }
}

/** GET /oauth2/jwks: all keys as a JWK set (RFC 7517 section 5). */
export function jwksEndpoint(published: Published): RouteHandlerMethod {
  const keys = [...published.values()].map(({ jwk }) => jwk)
  return async (_request, reply) => reply.header('cache-control', cacheControl).send({ keys })
}
