// Whether a request is sent to an application at all. Said before anything is built for it, so that it costs nothing
// when there is too much to do: the errors are made once, since where they were thrown tells nobody anything.
import { GatewayError } from '../errors.js'
import type { Upstream } from './upstreams.js'

const busyRetrySeconds = 1

const gatewayBusy = busy('GW_ERR_GATEWAY_BUSY', 'limits.requests are under way')
const tooManyRequests = busy('GW_ERR_UPSTREAM_BUSY', 'limits.upstream.requests are under way')
const tooManyTunnels = busy('GW_ERR_UPSTREAM_BUSY', 'websocket.max upgraded connections are open')
/** For a request that waited for limits.upstream.wait. */
export const noConnectionFree = busy('GW_ERR_UPSTREAM_BUSY', 'no connection became free')
/** By the seconds until the next try; as many as limits.breaker.pause has. */
const downBySeconds = new Map<number, GatewayError>()

/**
 * Why a request is not sent, or null: GW_ERR_GATEWAY_BUSY, GW_ERR_UPSTREAM_BUSY or GW_ERR_UPSTREAM_DOWN.
 *
 * Null is a permission for one request: while nobody knows whether the application is back, it is the try.
 */
export function refusalOf({ all, inFlight, maxInFlight, breaker }: Upstream): GatewayError | null {
  if (all.inFlight >= all.maxInFlight) return gatewayBusy
  if (inFlight >= maxInFlight) return tooManyRequests
  return downOf(breaker)
}

/** The same for an upgrade, which keeps its connection for long and is counted apart. */
export function upgradeRefusalOf({ tunnels, maxTunnels, breaker }: Upstream): GatewayError | null {
  if (tunnels >= maxTunnels) return tooManyTunnels
  return downOf(breaker)
}

function busy(code: 'GW_ERR_GATEWAY_BUSY' | 'GW_ERR_UPSTREAM_BUSY', reason: string): GatewayError {
  return new GatewayError(code, { reason, retryAfterSeconds: busyRetrySeconds })
}

function downOf(breaker: Upstream['breaker']): GatewayError | null {
  if (breaker.admits()) return null
  const { retryAfterSeconds } = breaker
  const known = downBySeconds.get(retryAfterSeconds)
  const reason = 'connections failed; the next try is due soon'
  const down = known ?? new GatewayError('GW_ERR_UPSTREAM_DOWN', { reason, retryAfterSeconds })
  if (known === undefined) downBySeconds.set(retryAfterSeconds, down)
  return down
}
