// How long applications took, kept for as long as the answer is there: for the line that is written at its end.
import type { ServerResponse } from 'node:http'
import { childFor, type Log } from '../log.js'
import type { RouteMetrics } from './route-metrics.js'

type WatchRoute = RouteMetrics['watchRoute']

/** What the request log needs. */
export interface RequestTimes {
  readonly watchRoute: WatchRoute
  readonly upstreamMsOf: (response: ServerResponse) => number | undefined
  /** Writes whatever the level of the log is. */
  readonly log: Pick<Log, 'info'>
}

/** The same counts, and a note of each time on the way. */
export function keepRequestTimes(watchRoute: WatchRoute, log: Log): RequestTimes {
  const times = new WeakMap<ServerResponse, number>()
  return {
    log: childFor('requests', log),
    upstreamMsOf: response => times.get(response),
    watchRoute(route, upstream) {
      const counts = watchRoute(route, upstream)
      return {
        ...counts,
        answered(status, ms, response) {
          times.set(response, ms)
          counts.answered(status, ms, response)
        },
      }
    },
  }
}
