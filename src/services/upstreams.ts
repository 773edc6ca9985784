// The applications' connections, by the settings, and what is said of them.
import type { Config } from '../config.js'
import type { Log } from '../log.js'
import { createUpstreams, type Upstreams } from '../proxy/upstreams.js'

/** No connections yet. */
export function openUpstreams(
  { limits, websocket }: Pick<Config, 'limits' | 'websocket'>,
  log: Pick<Log, 'warn' | 'info'>,
): Upstreams {
  const { upstream, breaker } = limits
  return createUpstreams(
    {
      maxConnections: upstream.connections,
      maxInFlight: upstream.requests,
      maxWaitMs: upstream.wait * 1000,
      maxTunnels: websocket.max,
      breakerFailures: breaker.failures,
      breakerPauseMs: breaker.pause * 1000,
    },
    {
      maxInFlight: limits.requests,
      onReach(place, reach, error) {
        if (reach === 'back') log.info({ upstream: place }, 'application can be reached again')
        else
          log.warn(
            { upstream: place, err: error },
            'application cannot be reached; it is tried now and then',
          )
      },
    },
  )
}
