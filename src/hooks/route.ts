// Finds the route of a request that is not for the gateway itself. Nothing matches: nothing is forwarded.
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { GatewayError } from '../errors.js'
import { methodOfPreflight } from '../lib/request-source.js'
import type { Route } from '../model.js'
import type { FindRoute } from '../routing/finder.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The route that serves this request; only set on what is proxied. */
    route: Route
  }
}

/**
 * Sets `request.route`. A preflight is for the route of the request that it asks about, and is answered here where
 * that route says what other origins may do.
 *
 * Fails with GW_ERR_NOT_FOUND, GW_ERR_TARGET_REFUSED or GW_ERR_CROSS_SITE.
 */
export function chooseRoute({ findRoute }: { findRoute: FindRoute }): onRequestHookHandler {
  function find(request: FastifyRequest, method: string): Route | null {
    return findRoute({ host: request.routeHost, method, target: request.target })
  }

  return (request, reply, done) => {
    try {
      const asked = methodOfPreflight(request.raw.method, request.raw.headers)
      const about = asked === null ? null : find(request, asked)
      if (about?.crossOrigin) return answerPreflight(about, request, reply)
      const found = about?.preflights ?? find(request, request.raw.method ?? '')
      if (found === null) throw new GatewayError('GW_ERR_NOT_FOUND')
      request.route = found
      done()
    } catch (error) {
      done(error as Error)
    }
  }
}

/** Looks nobody up, and asks no application. */
function answerPreflight(
  { crossOrigin }: Route,
  { raw }: FastifyRequest,
  reply: FastifyReply,
): void {
  const { origin = '' } = raw.headers
  if (!crossOrigin?.allows(origin)) {
    throw new GatewayError('GW_ERR_CROSS_SITE', { reason: 'cors of the route has not this Origin' })
  }
  reply.code(204)
  const lines = crossOrigin.preflightLines(origin)
  for (let at = 0; at < lines.length; at += 2) {
    reply.header(lines[at] as string, lines[at + 1])
  }
  reply.send()
}
