// Finds the route of a request that is not for the gateway itself. Nothing matches: nothing is forwarded.
import type { onRequestHookHandler } from 'fastify'
import { GatewayError } from '../errors.js'
import type { Route } from '../model.js'
import type { FindRoute } from '../routing/finder.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The route that serves this request; only set on what is proxied. */
    route: Route
  }
}

/** Sets `request.route`. Fails with GW_ERR_NOT_FOUND or GW_ERR_TARGET_REFUSED. */
export function chooseRoute({ findRoute }: { findRoute: FindRoute }): onRequestHookHandler {
  return (request, _reply, done) => {
    const { method = '' } = request.raw
    let found: Route | null
    try {
      found = findRoute({ host: request.routeHost, method, target: request.target })
    } catch (error) {
      return done(error as Error)
    }
    if (found === null) return done(new GatewayError('GW_ERR_NOT_FOUND'))
    request.route = found
    done()
  }
}
