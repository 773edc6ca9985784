// Where a pool is reached: the domain (hosted UI) and the issuer (keys and discovery) are two origins at AWS,
// and may be two here, so that a gateway that takes one for the other fails as it would there.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { pathOf } from './calls.js'

/** The origins of one running pool. */
export interface Places {
  readonly domain: string
  readonly issuer: string
}

/** Fills in port 0 with the one that is listened on. */
export function placeOrigin(origin: string, port: number): string {
  const url = new URL(origin)
  if (url.port === '0') url.port = String(port)
  return url.origin
}

/** A hook that serves each of two origins only its own paths; other hosts, as inside a network, get both. */
export function keepPlacesApart(places: Places) {
  return async ({ headers, url }: FastifyRequest, reply: FastifyReply) => {
    const [domain, issuer] = [new URL(places.domain), new URL(places.issuer)]
    if (domain.origin === issuer.origin) return
    // The AWS APIs, which stand at the issuer's host too.
    if (pathOf(url) === '/') return
    const isIssuers = pathOf(url).startsWith(`${issuer.pathname}/`)
    if (headers.host === (isIssuers ? domain : issuer).host) return reply.callNotFound()
  }
}
