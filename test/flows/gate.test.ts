// The decision and the way through: who is let in, what is forwarded, what is not.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import t from 'tap'
import { request } from 'undici'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'
import { acceptedTargets, refusedTargets } from '../fixtures/targets.js'

const navigation = {
  accept: 'text/html',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}

t.test('only a navigation starts a login', async t => {
  const { url } = await testGateway(t)
  const rows: [string, Record<string, string>, number][] = [
    ['a navigation', navigation, 302],
    ['a prefetch', { ...navigation, 'sec-purpose': 'prefetch' }, 401],
    ['a frame', { ...navigation, 'sec-fetch-dest': 'iframe' }, 401],
    ['a script', { accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }, 401],
    [
      'an image',
      { accept: 'image/*', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      401,
    ],
    ['an old browser', { accept: 'text/html,*/*' }, 302],
    ['an old script', { accept: 'text/html', 'x-requested-with': 'XMLHttpRequest' }, 401],
    ['curl', { accept: '*/*' }, 401],
  ]
  for (const [name, headers, expected] of rows) {
    const answer = await request(`${url}/page`, { headers })
    await answer.body.dump()
    t.equal(answer.statusCode, expected, name)
    const cookies = [answer.headers['set-cookie'] ?? []].flat()
    t.equal(cookies.length, expected === 302 ? 1 : 0, `${name}: transaction cookies`)
  }
})

t.test('a 401 says where to sign in, with the page that the script runs on', async t => {
  const { url } = await testGateway(t)
  const answer = await new PlainBrowser().fetch(`${url}/api/list`, { referer: `${url}/board?x=1` })
  t.equal(answer.status, 401)
  t.match(answer.headers['www-authenticate'], /^Bearer resource_metadata=/)
  const body = JSON.parse(answer.body) as Record<string, string>
  t.equal(body.error, 'login_required')
  t.equal(body.login, `/oauth2/start?rd=${encodeURIComponent('/board?x=1')}`)
  t.match(body.id, /^[\w-]{11}-[0-9a-z]+$/)
})

t.test(
  'public serves everybody, groups their members, deny nobody, and no route is 404',
  async t => {
    const { url, upstream } = await testGateway(t)
    const [jane, admin] = [new PlainBrowser(), new PlainBrowser()]
    await signIn(jane, `${url}/`, 'jane')
    await signIn(admin, `${url}/`, 'admin')
    const rows: [string, PlainBrowser, number][] = [
      ['/public', new PlainBrowser(), 200],
      ['/public/below', new PlainBrowser(), 200],
      ['/publicity', new PlainBrowser(), 401],
      ['/%70ublic', new PlainBrowser(), 200],
      ['/admin', jane, 403],
      ['/admin/x', jane, 403],
      ['/%61dmin', jane, 403],
      ['/admin;v=1', jane, 403],
      ['/admin', admin, 200],
      ['/closed', admin, 403],
      ['/closed', new PlainBrowser(), 403],
      ['/admin?x=/public', jane, 403],
      ['/x?/public', new PlainBrowser(), 401],
      ['/x?rd=/public/../public', new PlainBrowser(), 401],
    ]
    for (const [path, browser, expected] of rows) {
      const before = upstream.seen.length
      t.equal((await browser.fetch(url + path)).status, expected, path)
      t.equal(upstream.seen.length - before, expected === 200 ? 1 : 0, `${path} forwarded or not`)
    }
  },
)

// Ways in which others were talked out of asking who it is: a probe's User-Agent, a target in a header, a mark of their own.
t.test('no header says which page is meant, or that nobody needs to be asked', async t => {
  const gateway = await testGateway(t)
  const { url, upstream } = gateway
  const trusting = await gateway.twin({ trustedProxies: ['127.0.0.0/8', '::1'] })
  const rows: Record<string, string>[] = [
    { 'user-agent': 'ELB-HealthChecker/2.0' },
    { 'user-agent': 'GoogleHC/1.0' },
    { 'user-agent': 'kube-probe/1.32' },
    { 'x-forwarded-uri': '/public' },
    { 'x-original-url': '/public' },
    { 'x-original-uri': '/public', 'x-original-method': 'OPTIONS' },
    { 'x-rewrite-url': '/public' },
    { 'x-forwarded-prefix': '/public' },
    { 'x-middleware-subrequest': 'middleware:middleware:middleware' },
    { 'x-forwarded-user': 'jane', 'x-forwarded-for': '127.0.0.1' },
    { 'x-http-method-override': 'OPTIONS' },
  ]
  for (const headers of rows) {
    for (const at of [url, trusting]) {
      const answer = await new PlainBrowser().fetch(`${at}/reports`, headers)
      t.equal(answer.status, 401, JSON.stringify(headers))
      const open = await new PlainBrowser().fetch(`${at}/public`, headers)
      t.equal(open.status, 200, 'its neighbour')
      t.equal(upstream.seen.at(-1)?.url, '/public')
    }
  }
  t.equal(upstream.seen.length, rows.length * 2)
})

t.test('a path of the gateway is never forwarded, however it is spelled', async t => {
  const { url, upstream } = await testGateway(t)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const before = upstream.seen.length
  for (const path of ['/oauth2', '/oauth2/unknown', '/%6fauth2/unknown', '/oauth2;x/unknown']) {
    t.equal((await browser.fetch(url + path)).status, 404, path)
  }
  t.equal(upstream.seen.length, before)
})

t.test(
  "no identity header of a client's reaches the application, on public routes neither",
  async t => {
    const { url, upstream } = await testGateway(t)
    const forged = {
      'X-Forwarded-User': 'root',
      'x-forwarded-email': 'root@example.com',
      X_Forwarded_Groups: 'admins',
      'x.forwarded.user': 'root',
      'X-Auth-Request-User': 'root',
      'x-amzn-oidc-identity': 'root',
      'X-Forwarded-For': '10.0.0.1',
      'X-Forwarded-Host': 'evil.example',
      Forwarded: 'for=10.0.0.1',
      'X-Real-Ip': '10.0.0.1',
      Proxy: 'http://evil.example',
      'X-Harmless': 'stays',
    }
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    for (const [path, who] of [
      ['/public', new PlainBrowser()],
      ['/mine', browser],
    ] as const) {
      await who.fetch(url + path, { ...forged, connection: 'X-Forwarded-User, X-Forwarded-Email' })
      const seen = upstream.seen.at(-1)
      t.equal(seen?.headers['x-harmless'], 'stays')
      const text = JSON.stringify(seen?.rawHeaders)
      for (const lie of [
        'root',
        'evil.example',
        '10.0.0.1',
        '_Forwarded_',
        'x.forwarded',
        'amzn',
      ]) {
        t.notOk(text.includes(lie), `${path}: ${lie}`)
      }
      t.equal(seen?.headers['x-forwarded-email'], who === browser ? 'jane@example.com' : undefined)
    }
  },
)

t.test(
  "the application's cookies pass byte for byte, the gateway's in neither direction",
  async t => {
    const { url, upstream } = await testGateway(t)
    upstream.answer = (_request, response) => {
      response.setHeader('set-cookie', [
        'app=1; Path=/',
        'cgw-session=stolen; Path=/',
        '__Host-cgw-session=stolen; Path=/; Secure',
        ' CGW-SESSION=stolen',
        '=cgw-session=stolen',
        'other=a b%20c; Path=/x',
      ])
      response.end('ok')
    }
    const answer = await fetch(`${url}/public`, {
      headers: { cookie: 'app=a b%20c;   x="y;cgw-session=1.AAAA; z=1' },
    })
    t.strictSame(answer.headers.getSetCookie(), ['app=1; Path=/', 'other=a b%20c; Path=/x'])
    t.equal(upstream.seen.at(-1)?.headers.cookie, 'app=a b%20c; x="y; z=1')
  },
)

t.test('a host that is no public origin gets 421, except for the ping', async t => {
  const { url } = await testGateway(t)
  t.match(await raw(url, 'GET /public HTTP/1.1\r\nHost: evil.example\r\n'), /^HTTP\/1\.1 421 /)
  t.match(await raw(url, 'GET /public HTTP/1.1\r\nHost: LOCALHOST.\r\n'), /^HTTP\/1\.1 200 /)
  t.match(await raw(url, 'GET /oauth2/ping HTTP/1.1\r\nHost: 10.1.2.3\r\n'), /^HTTP\/1\.1 200 /)
})

t.test(
  'targets that two parsers could read differently are refused before any decision',
  async t => {
    const { url, upstream } = await testGateway(t)
    const rows: [string, number][] = [
      ['/public/../admin', 400],
      ['/public/%2e%2e/admin', 400],
      ['/public/..;/admin', 400],
      ['/public/%252e%252e/admin', 400],
      ['/public%2f..%2fadmin', 400],
      ['/public\\..\\admin', 400],
      ['/public%5c..%5cadmin', 400],
      ['//public', 400],
      ['/public//x', 400],
      ['/public#x', 400],
      ['/public/%00', 400],
      ['/public/%zz', 400],
      ['/public/%c0%ae', 400],
      [`/public/${'x'.repeat(8200)}`, 400],
      ['/public/a.b/..c', 200],
      ['/public/%ED%95%9C?q=%2e%2e/', 200],
    ]
    for (const [target, expected] of rows) {
      const before = upstream.seen.length
      const answer = await raw(url, `GET ${target} HTTP/1.1\r\nHost: localhost\r\n`)
      t.equal(Number(answer.slice(9, 12)), expected, target.slice(0, 40))
      t.equal(upstream.seen.length - before, expected === 200 ? 1 : 0)
      if (expected === 200) t.equal(upstream.seen.at(-1)?.url, target, 'the same bytes')
    }
    const lines = ['GET http://localhost/public', 'GET *', 'TRACE /public', 'CONNECT localhost:80']
    for (const line of lines) {
      const answer = await raw(url, `${line} HTTP/1.1\r\nHost: localhost\r\n`)
      t.match(answer, /^HTTP\/1\.1 40[05] /, line)
    }
    const before = upstream.seen.length
    const server = await raw(url, 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n')
    t.match(server, /^HTTP\/1\.1 204 .*allow: GET, HEAD/is)
    t.equal(upstream.seen.length, before, 'answered here')
  },
)

t.test(
  'every target of the table over the wire: the same bytes arrive, or 400 and nothing',
  async t => {
    const gateway = await testGateway(t)
    const { upstream } = gateway
    const url = await gateway.twin({
      routes: [{ path: '/', access: 'public', upstream: upstream.origin }],
    })
    for (const [target, , , why] of acceptedTargets) {
      upstream.seen.length = 0
      const answer = await raw(url, `GET ${target} HTTP/1.1\r\nHost: localhost\r\n`)
      t.match(answer, /^HTTP\/1\.1 200 /, why)
      t.equal(upstream.seen[0]?.url, target, why)
    }
    upstream.seen.length = 0
    for (const [target, why] of refusedTargets) {
      const answer = await raw(url, `GET ${target} HTTP/1.1\r\nHost: localhost\r\n`)
      t.match(answer, /^HTTP\/1\.1 400 /, why)
      t.match(answer, /^x-request-id: |GW_ERR_REQUEST_INVALID/im, `${why}: with an id`)
    }
    t.strictSame(upstream.seen, [])
  },
)

t.test('every method reaches the application, with its body and whatever content type', async t => {
  const { url, upstream } = await testGateway(t)
  upstream.answer = (request, response) => void request.pipe(response)
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'REPORT']) {
    const answer = await fetch(`${url}/public`, {
      method,
      body: 'line 1\r\n\u0000\u00ff',
      headers: { 'content-type': 'application/json ; nonsense' },
    })
    t.equal(await answer.text(), 'line 1\r\n\u0000\u00ff', method)
    t.equal(upstream.seen.at(-1)?.method, method)
  }
})

t.test(
  'an upstream that is not there is 502, one that does not answer 504, each with an id',
  async t => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    t.teardown(() => {
      silent.closeAllConnections()
      silent.close()
    })
    const { port } = silent.address() as AddressInfo
    const { url, lines } = await testGateway(t, {
      settings: {
        routes: [
          { path: '/gone', access: 'public', upstream: 'http://127.0.0.1:9' },
          { path: '/slow', access: 'public', upstream: `http://127.0.0.1:${port}`, timeout: '1s' },
        ],
      },
    })
    for (const [path, status, code] of [
      ['/gone', 502, 'GW_ERR_UPSTREAM_UNREACHABLE'],
      ['/slow', 504, 'GW_ERR_UPSTREAM_TIMEOUT'],
    ] as const) {
      const answer = await fetch(url + path, { headers: { accept: 'text/html' } })
      t.equal(answer.status, status)
      const page = await answer.text()
      t.match(page, code)
      const id = answer.headers.get('x-request-id') ?? 'none'
      t.match(page, id)
      t.ok(lines.some(line => line.includes(id) && line.includes(code)))
    }
  },
)

t.test('health, readiness and ping', async t => {
  const { adminUrl, url, emulator } = await testGateway(t)
  t.equal((await fetch(`${adminUrl}/healthz`)).status, 200)
  t.equal((await fetch(`${adminUrl}/readyz`)).status, 200)
  for (const path of ['/healthz', '/readyz', '/metrics']) {
    t.equal((await fetch(url + path)).status, 401, `${path} is not on the traffic port`)
  }
  t.equal((await fetch(`${url}/oauth2/ping`)).status, 200)
  t.ok(emulator.calls.some(({ path }) => path.endsWith('jwks.json')))
})

t.test(
  'the gateway starts while the keys cannot be had, and is ready by itself afterwards',
  async t => {
    const { adminUrl, emulator, url } = await testGateway(t, {
      settings: { cognito: { internalUrl: 'http://127.0.0.1:9' } },
    })
    const answer = await fetch(`${adminUrl}/readyz`)
    t.equal(answer.status, 503)
    t.strictSame(await answer.json(), {
      status: 'not ready',
      checks: { stays: 'ok', keys: 'failing', sessions: 'ok' },
    })
    t.equal((await fetch(`${url}/public`)).status, 200, 'public routes serve')
    t.ok(emulator.issuer)
  },
)

/** One request as these bytes; the whole answer. */
async function raw(url: string, head: string): Promise<string> {
  const { port } = new URL(url)
  const socket = connect(Number(port), 'localhost')
  await once(socket, 'connect')
  socket.write(`${head}Connection: close\r\n\r\n`, 'latin1')
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  return answer
}
