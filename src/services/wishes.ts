// How people sign in who go on to a page of ours: as its route says, and without losing scopes they have.
import type { WishesAt } from '../endpoints/start.js'
import { parseRequestTarget } from '../lib/request-target.js'
import type { Browser, Route, Session } from '../model.js'
import type { FindRoute } from '../routing/finder.js'

/**
 * The wishes of the route that serves a Location; none where no route of ours does.
 *
 * @param stops  pages of our own on the way to another: their paths, and the parameter that names the other
 */
export function createWishesAt(
  findRoute: FindRoute,
  ownOrigins: readonly string[],
  stops: ReadonlyMap<string, string>,
): WishesAt {
  return (origin, location) => {
    const url = beyondStop(new URL(location, origin), stops)
    if (url === null || !ownOrigins.includes(url.origin)) return {}
    try {
      const target = parseRequestTarget(url.pathname + url.search)
      return findRoute({ host: url.hostname, method: 'GET', target })?.login ?? {}
    } catch {
      // A target that no route would take is said when the person comes there.
      return {}
    }
  }
}

/** Where a stop leads to; nowhere when it does not say. */
function beyondStop(url: URL, stops: ReadonlyMap<string, string>): URL | null {
  const name = stops.get(url.pathname)
  if (name === undefined) return url
  const next = url.searchParams.get(name)
  return next !== null && URL.canParse(next, url.origin) ? new URL(next, url.origin) : null
}

/** Scopes beside the usual ones that are not to be lost when somebody signs in anew. */
export interface ExtraScopes {
  of(browser: Pick<Browser, 'origin'>, session: Session | null): readonly string[]
  at(browser: Browser): Promise<readonly string[]>
}

/** A route, and the host that it is for; any where it names none. */
export interface HostedRoute {
  readonly host?: string | undefined
  readonly route: Pick<Route, 'login'>
}

/**
 * Those of a session that some route of its origin asks for. Others came from a Lambda trigger, or are those of another
 * origin's app client, and Cognito refuses to be asked for what the app client has not.
 *
 * @param peek  a failure of it is no reason not to begin a sign-in
 */
export function createExtraScopes(
  routes: readonly HostedRoute[],
  origins: readonly string[],
  peek: (browser: Browser) => Promise<Session | null>,
): ExtraScopes {
  const none: ReadonlySet<string> = new Set()
  const asked = new Map(origins.map(origin => [origin, askedAt(routes, new URL(origin).hostname)]))
  const of: ExtraScopes['of'] = ({ origin }, session) => {
    const wanted = asked.get(origin) ?? none
    return (session?.identity.scopes ?? []).filter(scope => wanted.has(scope))
  }
  return {
    of,
    async at(browser) {
      const { size } = asked.get(browser.origin) ?? none
      return size === 0 ? [] : of(browser, await peek(browser).catch(() => null))
    },
  }
}

function askedAt(routes: readonly HostedRoute[], hostname: string): ReadonlySet<string> {
  const served = routes.filter(({ host = hostname }) => host === hostname)
  return new Set(served.flatMap(({ route }) => route.login.scopes ?? []))
}
