// Finds the route of a request: the first that matches by host, method and path, by whole segments.

/** What a route matches by. */
export interface RouteMatch {
  /** Canonical, decoded. */
  readonly path: string
  /** Only the path itself, nothing below it. */
  readonly exact: boolean
  /** Whatever the case of the letters. */
  readonly ignoreCase?: boolean
  /** Lower case, without port and trailing dot. */
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
  readonly methods: ReadonlySet<string> | undefined
  readonly route: R
}

/** A path of the list, or one on the way to it. */
interface Node<R> {
  readonly below: Map<string, Node<R>>
  /** In the order of the list. */
  readonly entries: Entry<R>[]
}

/**
 * Compiles a list of routes into one look-up: the first of the list that matches, or null.
 *
 * Routes stand in a tree of segments for each host and one for any host. A request walks down its own path
 * as far as there are routes, so the cost grows with the depth of the routes on its way, and neither with
 * their number nor with the length of what a client sends.
 */
export function compileRoutes<R>(
  routes: readonly { readonly match: RouteMatch; readonly route: R }[],
): (request: RoutedRequest) => R | null {
  const [plain, folded] = [emptyForest<R>(), emptyForest<R>()]
  for (const [position, { match, route }] of routes.entries()) {
    const { exact, host, methods, ignoreCase = false } = match
    const { anyHost, byHost } = ignoreCase ? folded : plain
    const path = ignoreCase ? foldCase(match.path) : match.path
    const tree = host === undefined ? anyHost : childOf(byHost, host)
    const node = segmentsOf(path).reduce((parent, name) => childOf(parent.below, name), tree)
    node.entries.push({ position, exact, methods: methods && new Set(methods), route })
  }
  const foldsCase = routes.some(({ match }) => match.ignoreCase)

  return request => {
    const best = firstInForest(plain, request, null)
    if (!foldsCase) return best?.route ?? null
    const asFolded = { ...request, path: foldCase(request.path) }
    return firstInForest(folded, asFolded, best)?.route ?? null
  }
}

/** As far as any application may go in folding: `K` (Kelvin) is `k`, `ſ` is `s`. */
function foldCase(path: string): string {
  return path.toUpperCase().toLowerCase()
}

/** The tree of routes for any host, and those of single hosts. */
interface Forest<R> {
  readonly anyHost: Node<R>
  readonly byHost: Map<string, Node<R>>
}

function emptyForest<R>(): Forest<R> {
  return { anyHost: emptyNode(), byHost: new Map() }
}

function firstInForest<R>(
  { anyHost, byHost }: Forest<R>,
  request: RoutedRequest,
  before: Entry<R> | null,
): Entry<R> | null {
  const best = firstOnTheWay(anyHost, request, before)
  const ofHost = byHost.get(request.host)
  return ofHost === undefined ? best : firstOnTheWay(ofHost, request, best)
}

/** The earliest entry of the list on the way down a path, or `best` when that is earlier. */
function firstOnTheWay<R>(
  tree: Node<R>,
  { path, method }: RoutedRequest,
  best: Entry<R> | null,
): Entry<R> | null {
  let node: Node<R> | undefined = tree
  let first = earlier(best, node, method, path === '/')
  for (let start = 1; start < path.length; ) {
    const slash = path.indexOf('/', start)
    const end = slash === -1 ? path.length : slash
    node = node.below.get(path.slice(start, end))
    if (node === undefined) return first
    first = earlier(first, node, method, end === path.length)
    start = end + 1
  }
  return first
}

function earlier<R>(
  best: Entry<R> | null,
  { entries }: Node<R>,
  method: string,
  atEnd: boolean,
): Entry<R> | null {
  for (const entry of entries) {
    if (best !== null && entry.position > best.position) return best
    if (entry.exact && !atEnd) continue
    if (entry.methods === undefined || entry.methods.has(method)) return entry
  }
  return best
}

function segmentsOf(path: string): string[] {
  return path === '/' ? [] : path.slice(1).split('/')
}

function childOf<R>(nodes: Map<string, Node<R>>, name: string): Node<R> {
  const node = nodes.get(name) ?? emptyNode<R>()
  nodes.set(name, node)
  return node
}

function emptyNode<R>(): Node<R> {
  return { below: new Map(), entries: [] }
}
