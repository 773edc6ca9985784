// Finds the route of a request that is not for the gateway itself. Nothing matches: nothing is forwarded.
import type { onRequestHookHandler } from 'fastify'
import { GatewayError } from '../errors.js'
import type { Route } from '../model.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The route that serves this request; only set on what is proxied. */
    route: Route
  }
}

/** First match by host, method and path. */
export type FindRoute = (request: { host: string; method: string; path: string }) => Route | null

/** Sets `request.route`. Fails with GW_ERR_NOT_FOUND. */
export function chooseRoute({
  findRoute,
  isOwnPath,
}: {
  findRoute: FindRoute
  /** Whether a path is the gateway's: it is never forwarded, however it was spelled. */
  isOwnPath: (path: string) => boolean
}): onRequestHookHandler {
  return (request, _reply, done) => {
    const { path } = request.target
    const { method = '' } = request.raw
    const found = isOwnPath(path) ? null : findRoute({ host: request.routeHost, method, path })
    if (found === null) return done(new GatewayError('GW_ERR_NOT_FOUND'))
    request.route = found
    done()
  }
}
