// Finds the route of a target, with all the ways in which an application may read it: they have to agree.
import { GatewayError } from '../errors.js'
import type { RequestTarget, Route, TargetDoubt } from '../model.js'
import type { RoutedRequest } from './table.js'

/**
 * The route of a request; null for none, and for what is the gateway's own, however it was spelled.
 *
 * Throws GW_ERR_TARGET_REFUSED where the target leaves a doubt that the route does not allow, or that would lead
 * to another route.
 */
export type FindRoute = (request: {
  readonly host: string
  readonly method: string
  readonly target: RequestTarget
}) => Route | null

/** @param find  the first match for one reading of a path */
export function createRouteFinder({
  find,
  isOwnPath,
}: {
  find: (request: RoutedRequest) => Route | null
  /** Whether a path is the gateway's. */
  isOwnPath: (path: string) => boolean
}): FindRoute {
  return ({ host, method, target: { path, doubt } }) => {
    // Nearly every request, without a closure of its own.
    if (doubt === null) return isOwnPath(path) ? null : find({ host, method, path })
    const routeOf = (reading: string) =>
      isOwnPath(reading) ? null : find({ host, method, path: reading })
    const route = routeOf(path)
    const reason = refusalOf(doubt, route, routeOf)
    if (reason !== null) throw new GatewayError('GW_ERR_TARGET_REFUSED', { reason })
    return route
  }
}

/** Why a target with several readings goes no further; null when it may. */
function refusalOf(
  doubt: TargetDoubt,
  route: Route | null,
  routeOf: (reading: string) => Route | null,
): string | null {
  if (doubt.encodedSlash && route?.encodedSlash !== true) return 'encoded slash'
  if (doubt.emptySegments && route?.emptySegments !== true) return 'empty segment'
  if (doubt.otherPaths.some(reading => routeOf(reading) !== route)) {
    return 'encoded slash or mark, or empty segment, that another reader would take to another route'
  }
  return null
}
