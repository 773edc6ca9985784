// How people sign in who go on to a page of ours: as its route says.
import type { WishesAt } from '../endpoints/start.js'
import { parseRequestTarget } from '../lib/request-target.js'
import type { FindRoute } from '../routing/finder.js'

/** The wishes of the route that serves a Location; none where no route of ours does. */
export function createWishesAt(findRoute: FindRoute, ownOrigins: readonly string[]): WishesAt {
  return (origin, location) => {
    const url = new URL(location, origin)
    if (!ownOrigins.includes(url.origin)) return {}
    try {
      const target = parseRequestTarget(url.pathname + url.search)
      return findRoute({ host: url.hostname, method: 'GET', target })?.login ?? {}
    } catch {
      // A target that no route would take is said when the person comes there.
      return {}
    }
  }
}
