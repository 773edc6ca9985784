// Finds the route of a request: the first that matches by host, method and path, by whole segments.

/** What a route matches by. */
export interface RouteMatch {
  /** Canonical, decoded. */
  readonly path: string
  /** Only the path itself, nothing below it. */
  readonly exact: boolean
  readonly host?: string | undefined
  readonly methods?: readonly string[] | undefined
}

/** A request as far as routing is concerned. */
export interface RoutedRequest {
  /** Lower case, without port and trailing dot. */
  readonly host: string
  readonly method: string
  /** The canonical path of the request target. */
  readonly path: string
}

interface Entry<R> {
  readonly position: number
  readonly exact: boolean
  readonly host: string | undefined
  readonly methods: ReadonlySet<string> | undefined
  readonly route: R
}

/**
 * Compiles a list of routes into one look-up.
 *
 * Routes are kept by path; a request looks at its own path and at each path above it, so the cost grows with
 * the depth of the path and not with the number of routes.
 */
export function compileRoutes<R>(
  routes: readonly { readonly match: RouteMatch; readonly route: R }[],
): (request: RoutedRequest) => R | null {
  const byPath = new Map<string, Entry<R>[]>()
  for (const [position, { match, route }] of routes.entries()) {
    const { path, exact, host, methods } = match
    const entry = { position, exact, host, methods: methods && new Set(methods), route }
    byPath.set(path, [...(byPath.get(path) ?? []), entry])
  }

  const longest = Math.max(0, ...[...byPath.keys()].map(path => path.length))

  return request => {
    let best: Entry<R> | null = null
    for (const path of withAncestors(request.path, longest)) {
      const found = byPath.get(path)?.find(entry => serves(entry, request, path))
      if (found !== undefined && (best === null || found.position < best.position)) best = found
    }
    return best?.route ?? null
  }
}

/** `/a/b` gives `/a/b`, `/a`, `/`, without those too long to be a route; `/a/` is below `/a`. */
function withAncestors(path: string, longest: number): string[] {
  const paths = path.length <= longest ? [path] : []
  const last = path.length <= longest ? path.length - 1 : longest
  for (
    let slash = path.lastIndexOf('/', last);
    slash > 0;
    slash = path.lastIndexOf('/', slash - 1)
  ) {
    paths.push(path.slice(0, slash))
  }
  if (path !== '/') paths.push('/')
  return paths
}

function serves<R>(entry: Entry<R>, { host, method, path }: RoutedRequest, at: string): boolean {
  if (entry.exact && at !== path) return false
  if (entry.host !== undefined && entry.host !== host) return false
  return entry.methods === undefined || entry.methods.has(method)
}
