// Options of routes over real sockets: what the application sees, what the client gets back.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { type TestGateway, type TestGatewayOptions, testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { recordingUpstream, type SeenRequest } from '../fixtures/recording-upstream.js'
import { signIn } from '../fixtures/sign-in.js'

/** A gateway with these routes, all public unless they say otherwise, in front of one application. */
async function gatewayWith(
  t: Test,
  routes: readonly object[],
  options: TestGatewayOptions = {},
): Promise<TestGateway> {
  const application = await recordingUpstream(t)
  const gateway = await testGateway(t, {
    ...options,
    settings: {
      routes: routes.map(route => ({
        access: 'public',
        upstream: application.origin,
        ...route,
      })),
    },
  })
  return { ...gateway, upstream: application }
}

/** The newest request that the application saw. */
function newest({ upstream }: TestGateway): SeenRequest {
  const seen = upstream.seen.at(-1)
  if (seen === undefined) throw new Error('the application saw no request')
  return seen
}

/** One request as these bytes; the whole answer. */
async function raw(url: string, head: string, body = ''): Promise<string> {
  const socket = connect(Number(new URL(url).port), 'localhost')
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(`${head}\r\nHost: localhost\r\nConnection: close\r\n\r\n${body}`, 'latin1')
  let answer = ''
  for await (const chunk of socket) answer += (chunk as Buffer).toString('latin1')
  return answer
}

/** Status of a GET, and the target that the application saw; null when it saw none. */
async function get(gateway: TestGateway, target: string): Promise<[number, string | null]> {
  const { seen } = gateway.upstream
  const before = seen.length
  const answer = await raw(gateway.url, `GET ${target} HTTP/1.1`)
  return [Number(answer.slice(9, 12)), seen.length > before ? (seen.at(-1)?.url ?? null) : null]
}

t.test('encoded slashes and empty segments only where a route allows them', async t => {
  const gateway = await gatewayWith(t, [
    { path: '/admin', access: 'deny' },
    { path: '/git/closed', access: 'deny' },
    { path: '/git', encodedSlash: true },
    { path: '/wiki', emptySegments: true },
    { path: '/both', encodedSlash: true, emptySegments: true },
    { path: '/public' },
    { path: '/', encodedSlash: true, emptySegments: true },
  ])
  const rows: [string, number, string][] = [
    ['/git/group%2Fname', 200, 'allowed'],
    ['/git/group%2fname?a=%2f', 200, 'in lower case'],
    ['/git//x', 400, 'the other kind is not'],
    ['/wiki//x', 200, 'allowed'],
    ['/wiki/a%2fb', 400, 'the other kind is not'],
    ['/both/%2f/x', 200, 'both'],
    ['/public/a%2fb', 400, 'neither'],
    ['/public//x', 400, 'neither'],
    ['/git/closed%2fx', 400, 'below a refused path to who decodes'],
    ['/git%2fclosed', 400, 'the same'],
    ['/git%2fopen', 400, 'of another route to who takes it as data'],
    ['/git/closed', 403, 'the refused path itself'],
    ['/wiki//../admin', 400, 'dot segments never'],
    ['/public%2f..%2fadmin', 400, 'dot segments never'],
    ['/git/..%2fadmin', 400, 'dot segments never'],
    ['/git/%2e%2e%2fadmin', 400, 'dot segments never'],
    ['//admin', 400, 'a host to some, the refused path to others'],
    ['/%2fadmin', 400, 'the same, encoded'],
    ['//git/x', 400, 'also where it would be let in'],
    ['/x//admin', 200, 'no other reading has another route'],
    ['/x%2fadmin', 200, 'no other reading has another route'],
    ['/admin%2fx', 400, 'refused by one reading'],
    ['/oauth2%2fcallback', 400, 'of the gateway by one reading'],
    ['/oauth2//userinfo', 400, 'of the gateway by all readings'],
  ]
  for (const [target, status, why] of rows) {
    t.strictSame(
      await get(gateway, target),
      [status, status === 200 ? target : null],
      `${target}: ${why}`,
    )
  }
})

t.test('a doubtful target is refused before anybody is asked to sign in', async t => {
  const gateway = await gatewayWith(t, [
    { path: '/elsewhere', encodedSlash: true },
    { path: '/', access: 'signed-in' },
  ])
  t.strictSame(await get(gateway, '/a%2fb'), [400, null])
  t.strictSame(await get(gateway, '/a//b'), [400, null])
  t.strictSame(await get(gateway, '/a/b'), [401, null])
  const line = gateway.lines.find(text => text.includes('GW_ERR_TARGET_REFUSED')) ?? ''
  t.match(JSON.parse(line), { reason: 'encoded slash' })
})

t.test('a path whatever its case, where the application does so too', async t => {
  const gateway = await gatewayWith(t, [
    { path: '/Admin', ignoreCase: true, access: 'deny' },
    { path: '/api', access: 'deny' },
    { path: '/' },
  ])
  for (const path of ['/admin', '/ADMIN/x', '/%41dmin', '/Admin']) {
    t.strictSame(await get(gateway, path), [403, null], path)
  }
  t.strictSame(await get(gateway, '/API'), [200, '/API'])
  t.strictSame(await get(gateway, '/administrator'), [200, '/administrator'])
})

t.test('the beginning of a path is cut off or replaced, byte for byte behind it', async t => {
  const gateway = await gatewayWith(t, [
    { path: '/app/deep', stripPrefix: '/app' },
    { path: '/app', stripPrefix: true },
    { path: '/v1', rewrite: '/api/v2' },
    { path: '/보고서', stripPrefix: true },
    { path: '/all', rewrite: '/전체' },
    { path: '/odd', stripPrefix: true, encodedSlash: true, emptySegments: true },
    { path: '/nearly', exact: true, rewrite: '/same' },
    { path: '/', rewrite: '/rest' },
  ])
  const rows: [string, string | null][] = [
    ['/app', '/'],
    ['/app?x=1', '/?x=1'],
    ['/app/', '/'],
    ['/app/a%20b;v=1/?q=/app', '/a%20b;v=1/?q=/app'],
    ['/%61pp/x', '/x'],
    ['/app;v=1/x', '/x'],
    ['/app/app/x', '/app/x'],
    ['/app/deep/x', '/deep/x'],
    ['/v1', '/api/v2'],
    ['/v1/x?y', '/api/v2/x?y'],
    ['/%EB%B3%B4%EA%B3%A0%EC%84%9C/%ED%95%9C', '/%ED%95%9C'],
    ['/all/x', '/%EC%A0%84%EC%B2%B4/x'],
    ['/odd/a//b%2fc', '/a//b%2fc'],
    ['/odd//b', null],
    ['/odd/%2fb', null],
    ['/nearly', '/same'],
    ['/', '/rest/'],
    ['/x/y', '/rest/x/y'],
  ]
  for (const [target, expected] of rows) {
    t.strictSame(await get(gateway, target), [expected === null ? 400 : 200, expected], target)
  }
  await get(gateway, '/app/x')
  t.equal(gateway.upstream.seen.at(-1)?.headers['x-forwarded-prefix'], '/app')
  await get(gateway, '/x')
  t.equal(gateway.upstream.seen.at(-1)?.headers['x-forwarded-prefix'], undefined)
})

t.test('what an answer says of paths is led back', async t => {
  const gateway = await gatewayWith(t, [
    { path: '/app', stripPrefix: true },
    { path: '/v1', rewrite: '/v2' },
    { path: '/' },
  ])
  const { url, upstream } = gateway
  upstream.answer = (_request, response) => {
    response.writeHead(302, [
      ...['Location', '/v2/login?next=/v2/x'],
      ...['Content-Location', '/v2/x'],
      ...['Refresh', '5; url=/v2/y'],
      ...['Set-Cookie', 'a=1; Path=/v2; HttpOnly'],
      ...['Set-Cookie', 'b=2; path=/v2/x'],
      ...['Set-Cookie', 'c=3'],
    ])
    response.end()
  }
  const ask = async (path: string) => {
    const { headers } = await fetch(url + path, { redirect: 'manual' })
    const [location, content, refresh] = ['location', 'content-location', 'refresh'].map(name =>
      headers.get(name),
    )
    return [location, content, refresh, ...headers.getSetCookie()]
  }
  t.strictSame(await ask('/v1/a'), [
    '/v1/login?next=/v2/x',
    '/v1/x',
    '5; url=/v1/y',
    'a=1; Path=/v1; HttpOnly',
    'b=2; path=/v1/x',
    'c=3',
  ])
  t.strictSame(await ask('/app/a'), [
    '/app/v2/login?next=/v2/x',
    '/app/v2/x',
    '5; url=/app/v2/y',
    'a=1; Path=/app/v2; HttpOnly',
    'b=2; path=/app/v2/x',
    'c=3',
  ])
  t.strictSame(await ask('/other'), [
    '/v2/login?next=/v2/x',
    '/v2/x',
    '5; url=/v2/y',
    'a=1; Path=/v2; HttpOnly',
    'b=2; path=/v2/x',
    'c=3',
  ])
})

t.test('an application that wants its own Host gets it, and its links are public ones', async t => {
  const gateway = await gatewayWith(t, [{ path: '/own', hostHeader: 'upstream' }, { path: '/' }])
  const { url, upstream } = gateway
  upstream.answer = ({ headers }, response) => {
    response.writeHead(302, { location: `http://${headers.host}/login` }).end()
  }
  for (const [path, host] of [
    ['/own', new URL(upstream.origin).host],
    ['/other', new URL(url).host],
  ] as const) {
    const answer = await fetch(url + path, { redirect: 'manual' })
    t.equal(answer.headers.get('location'), `${url}/login`, path)
    const { headers } = newest(gateway)
    t.equal(headers.host, host, path)
    t.equal(headers['x-forwarded-host'], new URL(url).host, path)
  }
})

t.test('headers that a route sets, in place of every spelling of the client', async t => {
  const gateway = await gatewayWith(t, [
    {
      path: '/set',
      headers: {
        request: { 'X-Api-Key': 'right', Referer: null, 'X-Name': '한' },
        response: { Server: null, 'X-Frame-Options': 'DENY', 'X-Name': '한' },
      },
    },
    { path: '/' },
  ])
  const { url, upstream } = gateway
  upstream.answer = (_request, response) => {
    response.writeHead(200, { server: 'Legacy/1.0', 'x-frame-options': 'ALLOWALL', 'x-other': '1' })
    response.end()
  }
  const forged =
    'X-Api-Key: wrong\r\nx_api.key: wrong\r\nReferer: http://x/\r\nConnection: X-Api-Key\r\nX-Other: 1'
  const answer = await raw(url, `GET /set HTTP/1.1\r\n${forged}`)
  const { headers, rawHeaders } = newest(gateway)
  t.equal(headers['x-api-key'], 'right')
  t.notOk(rawHeaders.includes('wrong'))
  t.equal(headers.referer, undefined)
  t.equal(headers['x-other'], '1')
  t.equal(headers['x-name'], Buffer.from('한').toString('latin1'))
  t.notMatch(answer, /^server:/im)
  t.equal(answer.match(/^x-frame-options: .*$/gim)?.join(), 'X-Frame-Options: DENY')
  t.ok(answer.includes(`X-Name: ${Buffer.from('한').toString('latin1')}\r\n`))
  t.match(answer, /^x-other: 1\r$/im)
  const plain = await raw(url, `GET /x HTTP/1.1\r\n${forged}`)
  t.match(plain, /^server: Legacy\/1\.0\r$/im, 'other routes are as before')
  t.equal(upstream.seen.at(-1)?.headers.referer, 'http://x/')
})

t.test("the gateway's own cookie keeps its path behind a prefix", async t => {
  const { url, upstream, clock, emulator } = await gatewayWith(
    t,
    [{ path: '/app', access: 'signed-in', stripPrefix: true }],
    { client: { idTokenSeconds: 300, accessTokenSeconds: 300 } },
  )
  upstream.answer = (_request, response) => {
    response.writeHead(200, { 'set-cookie': 'app=1; Path=/' }).end()
  }
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/app`)
  clock.offsetSeconds = 240
  emulator.faults.clockOffsetSeconds = 240
  const answer = await fetch(`${url}/app`, {
    headers: { cookie: browser.cookieHeader(url) },
  })
  const lines = answer.headers.getSetCookie()
  t.ok(lines.includes('app=1; Path=/app'), 'the application cookie')
  t.match(
    lines.find(line => line.includes('cgw-session')),
    /; Path=\/;/,
    'the session cookie',
  )
})

t.test('a body beyond maxBody is 413, by its length at once and by counting', async t => {
  const gateway = await gatewayWith(t, [{ path: '/small', maxBody: '1KB' }, { path: '/' }])
  const { url, upstream } = gateway
  let torn = 0
  const served = (request: IncomingMessage, response: ServerResponse) => {
    request.on('error', () => torn++)
    request.resume().on('end', () => response.end('ok'))
  }
  upstream.answer = served
  const post = (path: string, body: string, header: string) =>
    raw(url, `POST ${path} HTTP/1.1\r\n${header}`, body)
  const fits = 'x'.repeat(1024)
  t.match(await post('/small', fits, 'Content-Length: 1024'), /^HTTP\/1\.1 200 /)
  t.match(await post('/small', '', 'Content-Length: 0'), /^HTTP\/1\.1 200 /)
  const asChunks = (...chunks: string[]) =>
    [...chunks, ''].map(text => `${text.length.toString(16)}\r\n${text}\r\n`).join('')
  const chunked = 'Transfer-Encoding: chunked'
  t.match(await post('/small', asChunks(fits), chunked), /^HTTP\/1\.1 200 /)
  const before = upstream.seen.length
  const long = await post('/small', `${fits}x`, 'Content-Length: 1025')
  t.match(long, /^HTTP\/1\.1 413 .*GW_ERR_BODY_TOO_LARGE/s)
  t.equal(upstream.seen.length, before, 'not even asked')
  const counted = await post('/small', asChunks(fits, 'x'), chunked)
  t.match(counted, /^HTTP\/1\.1 413 .*GW_ERR_BODY_TOO_LARGE/s)
  t.match(await post('/other', asChunks(fits, 'x'), chunked), /^HTTP\/1\.1 200 /, 'other routes')
  t.equal(torn, upstream.seen.length - before - 1, 'whoever was asked did not get a whole body')
})

t.test('a unix socket', async t => {
  const path = `${t.testdir({})}/app.sock`
  const server = createServer(({ url, headers }, response) => {
    response.end(`${headers.host} ${url}`)
  })
  server.listen(path)
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const upstream = `unix:${path}`
  const gateway = await gatewayWith(t, [
    { path: '/own', upstream, hostHeader: 'upstream' },
    { path: '/gone', upstream: `unix:${path}.gone` },
    { path: '/', upstream },
  ])
  const host = new URL(gateway.url).host
  t.match(await raw(gateway.url, 'GET /x HTTP/1.1'), `\r\n${host} /x`)
  t.match(await raw(gateway.url, 'GET /own HTTP/1.1'), '\r\nlocalhost /own')
  t.match(await raw(gateway.url, 'GET /gone HTTP/1.1'), /^HTTP\/1\.1 502 /)
})

t.test(
  'settings that cannot be carried out stop the start, with their place and no secret',
  async t => {
    const own = { path: '/', access: 'public', upstream: 'http://localhost:1' }
    const rows: [object, RegExp][] = [
      [{ tls: { ca: '/none.pem' } }, /routes\.0\.tls\.ca: \/none\.pem cannot be read \(ENOENT\)/],
      [
        { tls: { key: '-----BEGIN PRIVATE KEY-----\npass-word' } },
        /tls\.key: the file cannot be read/,
      ],
      [{ tls: { serverName: 'a' } }, /routes\.0\.tls: needs an upstream that begins with https/],
      [
        { headers: { request: { 'X-Forwarded-User': 'pass-word' } } },
        /routes\.0\.headers\.request\.X-Forwarded-User: is written by the gateway/,
      ],
      [
        { headers: { request: { 'X-Key': 'pass-word\n' } } },
        /X-Key: expected text without control/,
      ],
      [
        { stripPrefix: '/x' },
        /routes\.0\.stripPrefix: the path of the route does not begin with it/,
      ],
      [{ maxBody: 'much' }, /routes\.0\.maxBody: expected a size/],
      [{ timeout: { idle: 'soon' } }, /routes\.0\.timeout\.idle: expected a number with a unit/],
      [{ upstream: 'unix:app.sock' }, /routes\.0\.upstream: expected an origin .* unix:/],
    ]
    for (const [change, expected] of rows) {
      const error = await testGateway(t, { settings: { routes: [{ ...own, ...change }] } }).catch(
        (thrown: { complaints?: readonly string[] }) => thrown,
      )
      const text = 'complaints' in error ? (error.complaints?.join() ?? '') : ''
      t.match(text, expected)
      t.notMatch(text, 'pass-word')
    }
  },
)

t.test('a WebSocket goes the rewritten way too', async t => {
  const gateway = await gatewayWith(t, [
    { path: '/live', rewrite: '/ws', headers: { response: { 'X-Frame-Options': 'DENY' } } },
  ])
  const answer = await raw(
    gateway.url,
    `GET /live/x HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x`,
  )
  t.match(answer, /^HTTP\/1\.1 200 .*X-Frame-Options: DENY/is, 'an application that has none')
  t.equal(newest(gateway).url, '/ws/x')
})
