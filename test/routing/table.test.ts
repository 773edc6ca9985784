import t from 'tap'
import { compileRoutes, type RouteMatch } from '../../src/routing/table.js'

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
      ['/API', null],
      ['/x/api', null],
      ['/', null],
    ]
    for (const [path, expected] of rows) t.equal(find({ ...get, path }), expected, path)
  },
)

t.test('exact matches the path alone', async t => {
  const find = table([{ path: '/api', exact: true }])
  t.equal(find({ ...get, path: '/api' }), 0)
  t.equal(find({ ...get, path: '/api/x' }), null)
})

t.test('the first of the list wins, however long the others are', async t => {
  const find = table([{ path: '/a' }, { path: '/a/b' }, { path: '/' }])
  t.equal(find({ ...get, path: '/a/b' }), 0)
  t.equal(find({ ...get, path: '/c' }), 2)
  const other = table([{ path: '/a/b' }, { path: '/a' }])
  t.equal(other({ ...get, path: '/a/b/c' }), 0)
  t.equal(other({ ...get, path: '/a/c' }), 1)
})

t.test('host and method narrow a route down', async t => {
  const find = table([{ host: 'b.example' }, { methods: ['POST', 'PUT'] }, {}])
  t.equal(find({ host: 'b.example', method: 'GET', path: '/' }), 0)
  t.equal(find({ ...get, method: 'POST', path: '/' }), 1)
  t.equal(find({ ...get, path: '/' }), 2)
})

t.test('nothing matches: null', async t => {
  t.equal(table([])({ ...get, path: '/' }), null)
  t.equal(table([{ path: '/a' }])({ ...get, path: `/${'x/'.repeat(2000)}` }), null)
})
