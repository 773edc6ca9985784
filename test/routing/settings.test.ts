import t from 'tap'
import * as z from 'zod'
import { createRouteSettings } from '../../src/routing/settings.js'

const routeSettings = createRouteSettings({
  access: z.union([z.enum(['public', 'deny']), z.strictObject({ groups: z.array(z.string()) })]),
  forwarding: { upstream: z.string().optional(), timeout: z.number().default(60) },
})
const good = { path: '/a', access: 'public', upstream: 'http://a' }

t.test('three lines make a route', async t => {
  t.strictSame(routeSettings.parse(good), {
    ...good,
    exact: false,
    ignoreCase: false,
    tokenUse: 'access',
    crossSite: 'refuse',
    encodedSlash: false,
    emptySegments: false,
    keepFragment: false,
    timeout: 60,
    websocket: true,
  })
})

t.test('a path stands as requests are decided on, so that every route can match', async t => {
  const rows: [string, boolean, string][] = [
    ['/', true, 'the root'],
    ['/a/b', true, 'segments'],
    ['/보고서', true, 'letters of any script, not encoded'],
    ['/.well-known', true, 'a dot that is no dot segment'],
    ['/a..b', true, 'dots within a name'],
    ['/my reports', true, 'a space, which clients send as %20'],
    ['', false, 'nothing'],
    ['a', false, 'no slash before'],
    ['/a/', false, 'a slash at the end: /a is the same and below'],
    ['//', false, 'slashes alone'],
    ['/a//b', false, 'an empty segment'],
    ['/a/./b', false, 'a dot segment'],
    ['/a/../b', false, 'one that climbs'],
    ['/..', false, 'one at the end'],
    ['/a%2fb', false, 'an encoded slash'],
    ['/%61', false, 'an encoded letter'],
    ['/a;b', false, 'parameters'],
    ['/a?b', false, 'a query'],
    ['/a#b', false, 'a fragment'],
    ['/a\\b', false, 'a backslash'],
    ['/a\u0000', false, 'a control character'],
    ['/a\tb', false, 'a tab'],
    ['/a ', false, 'a space at the end, which nobody means'],
    ['/a*', false, 'a pattern: a path already matches what is below it'],
  ]
  for (const [path, accepted, why] of rows) {
    const { success, error } = routeSettings.safeParse({ ...good, path })
    t.equal(success, accepted, why)
    if (!accepted) t.match(error?.issues, [{ path: ['path'], message: /expected/ }], why)
  }
})

t.test('a host stands as it is compared', async t => {
  const rows: [string, string | null, string][] = [
    ['a.example', 'a.example', 'a name'],
    ['A.Example', 'a.example', 'case does not count'],
    ['localhost', 'localhost', 'a single label'],
    ['127.0.0.1', '127.0.0.1', 'an IPv4 address'],
    ['[::1]', '[::1]', 'an IPv6 address'],
    ['[2001:DB8:0::1]', '[2001:db8::1]', 'in its shortest form, as URLs have it'],
    ['', null, 'nothing'],
    ['a.example.', null, 'a trailing dot'],
    ['a.example:8080', null, 'a port'],
    ['http://a.example', null, 'a scheme'],
    ['a.example/x', null, 'a path'],
    ['*.example', null, 'a pattern'],
    ['::1', null, 'an IPv6 address without brackets'],
    ['[::zz]', null, 'no address'],
    ['300.1.1.1', null, 'no address'],
    ['127.1', null, 'an address in a form that browsers rewrite'],
    ['bücher.example', null, 'not as browsers send it'],
  ]
  for (const [host, expected, why] of rows) {
    const { data, error } = routeSettings.safeParse({ ...good, host })
    t.equal(data?.host ?? null, expected, why)
    if (expected === null) t.match(error?.issues, [{ path: ['host'], message: /expected/ }], why)
  }
})

t.test('a method is one that can arrive', async t => {
  const rows: [unknown, boolean, string][] = [
    [['GET'], true, 'one'],
    [['GET', 'HEAD', 'PROPFIND', 'M-SEARCH'], true, 'several, WebDAV among them'],
    [[], false, 'none would match nothing'],
    [['get'], false, 'lower case never arrives'],
    [['GTE'], false, 'a misspelt one would leave its rule without effect'],
    [['TRACE'], false, 'never forwarded'],
    [['CONNECT'], false, 'never forwarded'],
    ['GET', false, 'no list'],
  ]
  for (const [methods, accepted, why] of rows) {
    t.equal(routeSettings.safeParse({ ...good, methods }).success, accepted, why)
  }
  const { error } = routeSettings.safeParse({ ...good, methods: ['GTE'] })
  t.match(error?.issues, [{ path: ['methods', 0], message: /expected.*such as GET/ }])
})

t.test('a route needs an upstream, unless nobody passes', async t => {
  const { upstream, ...without } = good
  t.equal(routeSettings.safeParse({ ...without, access: 'deny' }).success, true)
  t.equal(routeSettings.safeParse({ ...without, access: 'deny', upstream }).success, true)
  for (const access of ['public', { groups: ['deny'] }]) {
    const { error } = routeSettings.safeParse({ ...without, access })
    t.match(error?.issues, [{ path: ['upstream'], message: /needs an upstream/ }])
  }
})

t.test('what it does not know is refused by name', async t => {
  const { error } = routeSettings.safeParse({ ...good, stripPath: true })
  t.match(error?.issues, [{ code: 'unrecognized_keys', keys: ['stripPath'] }])
})

t.test('only what the path of the route begins with can be cut off', async t => {
  const rows: [unknown, boolean, string][] = [
    [undefined, true, 'nothing'],
    [true, true, 'the path of the route'],
    ['/a', true, 'the same, said'],
    ['/a/b', true, 'all of it'],
    ['/', true, 'nothing, said'],
    ['/a/b/c', false, 'more than there is'],
    ['/b', false, 'another path'],
    ['/a/', false, 'not as paths stand'],
    ['/A', false, 'another case'],
    [false, false, 'neither true nor a path'],
  ]
  for (const [stripPrefix, accepted, why] of rows) {
    const route = { ...good, path: '/a/b', stripPrefix }
    t.equal(routeSettings.safeParse(route).success, accepted, why)
  }
  t.equal(routeSettings.safeParse({ ...good, path: '/ab', stripPrefix: '/a' }).success, false)
  for (const [rewrite, accepted] of [
    ['/v2', true],
    ['/', true],
    ['/v2/', false],
    ['/../x', false],
    ['//x', false],
  ]) {
    t.equal(routeSettings.safeParse({ ...good, rewrite }).success, accepted, String(rewrite))
  }
})

t.test('every setting of its own says what it is for', async t => {
  for (const name of [
    'path',
    'exact',
    'ignoreCase',
    'host',
    'methods',
    'encodedSlash',
    'emptySegments',
    'stripPrefix',
    'rewrite',
    'websocket',
  ] as const) {
    const { description, example } = routeSettings.shape[name].meta() ?? {}
    t.type(description, 'string', name)
    t.not(example, undefined, name)
    t.equal(routeSettings.shape[name].safeParse(example).success, true, `${name}: the example`)
  }
})
