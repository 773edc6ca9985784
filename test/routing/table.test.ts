import fc from 'fast-check'
import t from 'tap'
import { compileRoutes, type RoutedRequest, type RouteMatch } from '../../src/routing/table.js'

function table(matches: readonly Partial<RouteMatch>[]) {
  return compileRoutes(
    matches.map((match, route) => ({ match: { path: '/', exact: false, ...match }, route })),
  )
}

const get = { host: 'a.example', method: 'GET' }

t.test(
  'a path matches itself and everything below it, by whole segments, with its case',
  async t => {
    const find = table([{ path: '/api' }])
    const rows: [string, number | null][] = [
      ['/api', 0],
      ['/api/', 0],
      ['/api/x/y', 0],
      ['/apis', null],
      ['/ap', null],
      ['/API', null],
      ['/x/api', null],
      ['/', null],
    ]
    for (const [path, expected] of rows) t.equal(find({ ...get, path }), expected, path)
  },
)

t.test('with ignoreCase a path matches as an application may fold it, others stay', async t => {
  const find = table([
    { path: '/Api/Keys', ignoreCase: true },
    { path: '/api/keys' },
    { path: '/' },
  ])
  const rows: [string, number][] = [
    ['/api/keys', 0],
    ['/API/KEYS/x', 0],
    ['/api/\u212aeys', 0],
    ['/api/key\u017f', 0],
    ['/api/keysx', 2],
    ['/api', 2],
  ]
  for (const [path, expected] of rows) t.equal(find({ ...get, path }), expected, path)
  const other = table([{ path: '/a' }, { path: '/A', ignoreCase: true, host: 'a.example' }])
  t.equal(other({ ...get, path: '/a' }), 0, 'the first of the list wins')
  t.equal(other({ ...get, path: '/A' }), 1)
  t.equal(other({ ...get, host: 'b.example', path: '/A' }), null)
})

t.test('a path on the way to a route is none', async t => {
  const find = table([{ path: '/a/b/c' }])
  t.equal(find({ ...get, path: '/a/b/c' }), 0)
  t.equal(find({ ...get, path: '/a/b' }), null)
  t.equal(find({ ...get, path: '/a/b/' }), null)
})

t.test('exact matches the path alone', async t => {
  const find = table([{ path: '/api', exact: true }])
  t.equal(find({ ...get, path: '/api' }), 0)
  t.equal(find({ ...get, path: '/api/' }), null)
  t.equal(find({ ...get, path: '/api/x' }), null)
  const root = table([{ exact: true }])
  t.equal(root({ ...get, path: '/' }), 0)
  t.equal(root({ ...get, path: '/x' }), null)
})

t.test('the first of the list wins, however long the others are', async t => {
  const find = table([{ path: '/a' }, { path: '/a/b' }, { path: '/' }])
  t.equal(find({ ...get, path: '/a/b' }), 0)
  t.equal(find({ ...get, path: '/c' }), 2)
  const other = table([{ path: '/a/b' }, { path: '/a' }])
  t.equal(other({ ...get, path: '/a/b/c' }), 0)
  t.equal(other({ ...get, path: '/a/c' }), 1)
})

t.test('the first of the list wins, with a host or without one', async t => {
  const find = table([{ path: '/a' }, { host: 'a.example' }, {}])
  t.equal(find({ ...get, path: '/a' }), 0)
  t.equal(find({ ...get, path: '/b' }), 1)
  t.equal(find({ ...get, host: 'b.example', path: '/b' }), 2)
  const other = table([{ host: 'a.example' }, { path: '/a/b/c' }])
  t.equal(other({ ...get, path: '/a/b/c' }), 0)
  t.equal(other({ ...get, host: 'b.example', path: '/a/b/c' }), 1)
})

t.test('host and method narrow a route down', async t => {
  const find = table([{ host: 'b.example' }, { methods: ['POST', 'PUT'] }, {}])
  t.equal(find({ host: 'b.example', method: 'GET', path: '/' }), 0)
  t.equal(find({ ...get, method: 'POST', path: '/' }), 1)
  t.equal(find({ ...get, path: '/' }), 2)
  t.equal(find({ ...get, method: 'post', path: '/' }), 2, 'methods have their case')
})

t.test('a host is the whole host', async t => {
  const find = table([{ host: 'b.example' }, { host: '[::1]' }])
  for (const host of ['x.b.example', 'b.example.evil', 'b', 'example', '']) {
    t.equal(find({ ...get, host, path: '/' }), null, host)
  }
  t.equal(find({ ...get, host: '[::1]', path: '/' }), 1)
})

t.test('HEAD is a method of its own', async t => {
  const find = table([{ methods: ['GET'] }])
  t.equal(find({ ...get, path: '/' }), 0)
  t.equal(find({ ...get, method: 'HEAD', path: '/' }), null)
})

t.test('nothing matches: null', async t => {
  t.equal(table([])({ ...get, path: '/' }), null)
  t.equal(table([{ path: '/a' }])({ ...get, path: `/${'x/'.repeat(2000)}` }), null)
})

t.test('names that every object has are no routes', async t => {
  const find = table([{ path: '/a', host: 'a.example' }])
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    t.equal(find({ ...get, path: `/${name}` }), null)
    t.equal(find({ ...get, host: name, path: '/a' }), null)
  }
})

t.test('agrees with reading the list from above', async t => {
  const segment = fc.constantFrom('a', 'b', 'ab')
  const path = fc.array(segment, { maxLength: 4 }).map(segments => `/${segments.join('/')}`)
  const host = fc.constantFrom('a.example', 'b.example')
  const method = fc.constantFrom('GET', 'POST')
  const match = fc.record({
    path,
    exact: fc.boolean(),
    host: fc.option(host, { nil: undefined }),
    methods: fc.option(fc.array(method, { minLength: 1 }), { nil: undefined }),
  })
  const request = fc
    .record({ path, host, method, slash: fc.boolean() })
    .map(({ slash, ...rest }) =>
      slash && rest.path !== '/' ? { ...rest, path: `${rest.path}/` } : rest,
    )
  fc.assert(
    fc.property(fc.array(match, { maxLength: 12 }), request, (matches, request) => {
      const expected = matches.findIndex(match => serves(match, request))
      return table(matches)(request) === (expected === -1 ? null : expected)
    }),
    { numRuns: 5000 },
  )
  t.pass('held')
})

/** The rule as the README has it, without any regard for speed. */
function serves({ path, exact, host, methods }: RouteMatch, request: RoutedRequest): boolean {
  if (host !== undefined && host !== request.host) return false
  if (methods !== undefined && !methods.includes(request.method)) return false
  if (request.path === path) return true
  return !exact && (path === '/' || request.path.startsWith(`${path}/`))
}
