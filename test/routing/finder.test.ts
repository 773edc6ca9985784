import t from 'tap'
import { parseRequestTarget } from '../../src/lib/request-target.js'
import type { Route } from '../../src/model.js'
import { createRouteFinder } from '../../src/routing/finder.js'
import { compileRoutes } from '../../src/routing/table.js'

function finder(routes: readonly Partial<Route & { path: string }>[]) {
  const find = compileRoutes(
    routes.map(({ path = '/', ...rest }) => ({
      match: { path, exact: false },
      route: { name: path, encodedSlash: false, emptySegments: false, ...rest } as Route,
    })),
  )
  const findRoute = createRouteFinder({ find, isOwnPath: path => path.startsWith('/oauth2') })
  return (raw: string) => {
    try {
      const target = parseRequestTarget(raw)
      return findRoute({ host: 'a.example', method: 'GET', target })?.name ?? null
    } catch (error) {
      return (error as { reason?: string }).reason
    }
  }
}

t.test('a target with one reading has its first match, or none', async t => {
  const find = finder([{ path: '/a' }, { path: '/a/b' }])
  t.equal(find('/a/b'), '/a')
  t.equal(find('/b'), null)
  t.equal(find('/oauth2/x'), null)
})

t.test('a doubt has to be allowed by the route', async t => {
  const find = finder([
    { path: '/slash', encodedSlash: true },
    { path: '/empty', emptySegments: true },
    { path: '/both', encodedSlash: true, emptySegments: true },
  ])
  const rows: [string, string][] = [
    ['/slash/a%2fb', '/slash'],
    ['/slash/a//b', 'empty segment'],
    ['/slash/a%2f/b', 'empty segment'],
    ['/empty/a//b', '/empty'],
    ['/empty/a%2fb', 'encoded slash'],
    ['/both/a%2f/b', '/both'],
    ['/none/a%2fb', 'encoded slash'],
    ['/none/a//b', 'empty segment'],
  ]
  for (const [raw, expected] of rows) t.equal(find(raw), expected, raw)
})

// Apache's mod_rewrite, and servers that decode before they look for parameters, read /admin%3Fx as /admin.
t.test('an encoded mark needs no leave, but both readings the same route', async t => {
  const find = finder([{ path: '/admin' }, {}])
  const two = /another reader would take to another route/
  const rows: [string, string | RegExp][] = [
    ['/wiki/who%3F', '/'],
    ['/wiki/%23new%3bb', '/'],
    ['/admin/a%3Bb', '/admin'],
    ['/admin%3Bx', two],
    ['/admin%3Fx', two],
    ['/admin%23x', two],
    ['/%61dmin%3bx/y', two],
  ]
  for (const [raw, expected] of rows) t.match(find(raw), expected, raw)
})

t.test('a doubt that leads to two routes is refused, whatever they allow', async t => {
  const both = { encodedSlash: true, emptySegments: true }
  const find = finder([{ path: '/a/b', ...both }, { path: '/a', ...both }, { ...both }])
  const two = /another reader would take to another route/
  const rows: [string, string | RegExp][] = [
    ['/a/b%2fc', two],
    ['/a/b/c%2fd', '/a/b'],
    ['/a%2fb', two],
    ['/a/c%2fb', '/a'],
    ['/a//b', two],
    ['/a//c', '/a'],
    ['/a/b//c', '/a/b'],
    ['/a%2f%2fb', two],
    ['/c%2fa', '/'],
    ['/oauth2//x', /empty segment/],
    ['/oauth2%2fx', /encoded slash/],
    ['/x//oauth2', '/'],
  ]
  for (const [raw, expected] of rows) t.match(find(raw), expected, raw)
})
