// Whether a request is sent to an application at all. Said before anything is built for it, so that it costs nothing
// when there is too much to do.
import { GatewayError } from '../errors.js'
import type { Upstream } from './upstreams.js'

const busyRetrySeconds = 1

/**
 * Why a request is not sent, or null: GW_ERR_GATEWAY_BUSY, GW_ERR_UPSTREAM_BUSY or GW_ERR_UPSTREAM_DOWN.
 *
 * Null is a permission for one request: while nobody knows whether the application is back, it is the try.
 */
export function refusalOf({ all, inFlight, maxInFlight, breaker }: Upstream): GatewayError | null {
  if (all.inFlight >= all.maxInFlight) {
    return busy('GW_ERR_GATEWAY_BUSY', 'limits.requests are under way')
  }
  if (inFlight >= maxInFlight) return upstreamBusy('limits.upstream.requests are under way')
  return downOf(breaker)
}

/** The same for an upgrade, which keeps its connection for long and is counted apart. */
export function upgradeRefusalOf({ tunnels, maxTunnels, breaker }: Upstream): GatewayError | null {
  if (tunnels >= maxTunnels) return upstreamBusy('websocket.max upgraded connections are open')
  return downOf(breaker)
}

/** All that may be under way to one application is. */
export function upstreamBusy(reason: string): GatewayError {
  return busy('GW_ERR_UPSTREAM_BUSY', reason)
}

function busy(code: 'GW_ERR_GATEWAY_BUSY' | 'GW_ERR_UPSTREAM_BUSY', reason: string): GatewayError {
  return new GatewayError(code, { reason, retryAfterSeconds: busyRetrySeconds })
}

function downOf(breaker: Upstream['breaker']): GatewayError | null {
  if (breaker.admits()) return null
  const { retryAfterSeconds } = breaker
  return new GatewayError('GW_ERR_UPSTREAM_DOWN', {
    reason: 'connections failed; the next try is due soon',
    retryAfterSeconds,
  })
}
