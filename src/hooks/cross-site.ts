// A session is a cookie, and browsers send cookies with what other sites make them send. So what may change something
// needs proof that a page of ours made it (cross-site request forgery).
import type { FastifyRequest, onRequestHookHandler } from 'fastify'
import { GatewayError } from '../errors.js'
import { sourceOf } from '../lib/request-source.js'

const safe: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Lets pass what is safe, what carries no session, and what comes from our own origins.
 *
 * Fails with GW_ERR_CROSS_SITE, also for what says nothing of where it comes from: every browser of today does.
 */
export function refuseCrossSite({
  ownOrigins,
  methodOf = ({ raw }) => raw.method,
}: {
  ownOrigins: readonly string[]
  /** Of the request that is judged, where another one asks about it. */
  methodOf?: (request: FastifyRequest) => string | undefined
}): onRequestHookHandler {
  return (request, _reply, done) => {
    const { raw, route, session } = request
    if (session === null || safe.has(methodOf(request)) || route.allowsCrossSite) return done()
    const source = sourceOf(raw.headers, ownOrigins)
    if (source === 'own' || route.crossOrigin?.mayUseSession(raw.headers.origin)) return done()
    const reason =
      source === 'foreign'
        ? 'Sec-Fetch-Site or Origin names another site'
        : 'expected Sec-Fetch-Site or Origin, seen neither; crossSite: allow lets the route take it'
    done(new GatewayError('GW_ERR_CROSS_SITE', { reason }))
  }
}
