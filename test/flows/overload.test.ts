// More than can be done: refused at once, with when to come again, and served on as soon as there is room.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect, createServer as createTcpServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { request } from 'undici'
import { freePort } from '../fixtures/free-port.js'
import { type TestGateway, testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'

async function ask(url: string, headers: Record<string, string> = {}) {
  const answer = await request(url, { headers: { accept: '*/*', ...headers } })
  const body = await answer.body.text()
  return { status: answer.statusCode, headers: answer.headers, body }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(resolve => setTimeout(resolve, 5))
}

async function metricOf({ adminUrl }: TestGateway, line: RegExp): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  return Number(line.exec(text)?.[1])
}

/** An application whose answers are held until they are let go. */
function holding({ upstream }: TestGateway): { held: ServerResponse[]; letGo(): void } {
  const held: ServerResponse[] = []
  upstream.answer = (_request, response) => void held.push(response)
  const letGo = () => {
    for (const response of held.splice(0)) response.end('done')
  }
  return { held, letGo }
}

t.test('requests under way are bounded, for one application and for all', async t => {
  const rows: [object, RegExp][] = [
    [{ upstream: { requests: 3 } }, /GW_ERR_UPSTREAM_BUSY/],
    [{ requests: 3 }, /GW_ERR_GATEWAY_BUSY/],
  ]
  for (const [limits, code] of rows) {
    const gateway = await testGateway(t, { settings: { limits } })
    const { url, upstream } = gateway
    const { held, letGo } = holding(gateway)
    const admitted = Array.from({ length: 3 }, () => ask(`${url}/public`))
    await until(() => held.length === 3)
    for (let n = 0; n < 5; n++) {
      const refused = await ask(`${url}/public`)
      t.equal(refused.status, 503)
      t.match(refused.body, code)
      t.equal(refused.headers['retry-after'], '1')
    }
    t.equal(upstream.seen.length, 3, 'no call')
    t.equal((await ask(`${url}/oauth2/ping`)).status, 200, 'its own pages are there')
    letGo()
    for (const answer of await Promise.all(admitted)) t.equal(answer.status, 200)
    const after = ask(`${url}/public`)
    await until(() => held.length === 1)
    letGo()
    t.equal((await after).status, 200, 'and there is room again')
  }
})

t.test('an application that cannot be reached is not asked any more, until it is back', async t => {
  const port = await freePort()
  const gateway = await testGateway(t, {
    settings: { limits: { breaker: { failures: 3, pause: '1s' } } },
  })
  const { origin } = gateway.upstream
  const place = `http://127.0.0.1:${port}`
  const url = await gateway.twin({
    routes: [
      { path: '/gone', access: 'public', upstream: place },
      { path: '/', access: 'public', upstream: origin },
    ],
  })
  const said = (text: string) => gateway.lines.filter(line => line.includes(text)).length
  for (let n = 0; n < 3; n++) t.equal((await ask(`${url}/gone`)).status, 502)

  let connections = 0
  const server = createServer((_request, response) => response.writeHead(500).end('broken'))
  server.on('connection', () => connections++)
  t.teardown(() => void server.close())
  const refused = await ask(`${url}/gone`)
  t.equal(refused.status, 503)
  t.match(refused.body, /GW_ERR_UPSTREAM_DOWN/)
  t.equal(refused.headers['retry-after'], '1')
  t.equal(said('application cannot be reached'), 1)
  t.equal((await ask(`${url}/x`)).status, 200, 'others are served')

  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  await until(async () => (await ask(`${url}/gone`)).status === 500)
  t.equal(connections, 1, 'one connection tried for all')
  for (let n = 0; n < 10; n++) {
    t.equal((await ask(`${url}/gone`)).status, 500, 'its own failures are its answers')
  }
  t.equal(said('application can be reached again'), 1)
  t.equal(said('application cannot be reached'), 1)
})

t.test(
  'connections that are made and broken, and answers that come late, are not counted',
  async t => {
    const gateway = await testGateway(t, { settings: { limits: { breaker: { failures: 2 } } } })
    const breaking = createTcpServer(socket => socket.once('data', () => socket.destroy()))
    breaking.listen(0, '127.0.0.1')
    await once(breaking, 'listening')
    t.teardown(() => void breaking.close())
    const place = `http://127.0.0.1:${(breaking.address() as { port: number }).port}`
    const url = await gateway.twin({ routes: [{ path: '/', access: 'public', upstream: place }] })
    for (let n = 0; n < 6; n++) t.equal((await ask(`${url}/x`)).status, 502)
  },
)

t.test('the metrics say that an application is down', async t => {
  const place = `http://127.0.0.1:${await freePort()}`
  const gateway = await testGateway(t, {
    settings: {
      limits: { breaker: { failures: 1, pause: '5m' } },
      routes: [{ path: '/', access: 'public', upstream: place }],
    },
  })
  const down = () => metricOf(gateway, /cognito_gateway_upstream_down\{[^}]*\} (\d)/)
  t.equal((await ask(`${gateway.url}/x`)).status, 502)
  t.equal(await down(), 1)
  t.equal(await metricOf(gateway, /cognito_gateway_upstream_downs_total\{[^}]*\} (\d)/), 1)
  t.equal((await ask(`${gateway.url}/x`)).status, 503)
})

t.test('connections of one address are bounded, and those of a trusted proxy are not', async t => {
  const gateway = await testGateway(t, { settings: { limits: { connectionsPerAddress: 4 } } })
  const first = await crowd(t, gateway.url, 8)
  await until(() => first.filter(({ closed }) => closed).length === 4)
  const refused = /cognito_gateway_connections_refused_total (\d+)/
  t.equal(await metricOf(gateway, refused), 4)
  t.equal(gateway.lines.filter(line => line.includes('too many open')).length, 1, 'said once')
  first.find(({ closed }) => !closed)?.destroy()
  await until(async () => (await ask(`${gateway.url}/public`).catch(() => null))?.status === 200)

  const trusting = await gateway.twin({ trustedProxies: ['127.0.0.0/8', '::1'] })
  const many = await crowd(t, trusting, 8)
  t.equal((await ask(`${trusting}/public`)).status, 200)
  t.notOk(many.some(({ closed }) => closed))
})

/** Connections that say nothing. */
async function crowd(t: Test, url: string, size: number): Promise<Socket[]> {
  const port = Number(new URL(url).port)
  const sockets = Array.from({ length: size }, () =>
    connect(port, 'localhost').on('error', () => {}),
  )
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
  })
  await Promise.all(sockets.map(socket => once(socket, 'connect').catch(() => {})))
  return sockets
}

t.test('sign-ins of one address are bounded: start, callback and sign-out', async t => {
  const gateway = await testGateway(t, {
    settings: { limits: { signInsPerMinute: 5 } },
  })
  const { url, emulator } = gateway
  const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/x`)
  for (let n = 0; n < 4; n++) t.equal((await ask(`${url}/oauth2/start`, page)).status, 302)
  const calls = emulator.calls.length
  for (const path of ['start', 'sign_in', 'callback?code=a&state=b', 'sign_out', 'start?lang=ko']) {
    const refused = await ask(`${url}/oauth2/${path}`, page)
    t.equal(refused.status, 429, path)
    t.ok(Number(refused.headers['retry-after']) > 0)
    t.match(refused.body, 'GW_ERR_TOO_MANY_SIGN_INS')
    t.notMatch(refused.body, '127.0.0.1')
    if (path.includes('ko')) t.match(refused.body, '로그인')
  }
  const script = await ask(`${url}/oauth2/start`)
  t.match(JSON.parse(script.body), { error: 'too_many_sign_ins' })
  t.equal(emulator.calls.length, calls, 'and nothing is asked of Cognito')
  t.equal((await browser.visit(`${url}/x`)).status, 200, 'who is signed in stays so')
  t.equal((await new PlainBrowser().visit(`${url}/x`)).status, 302, 'pages still lead to the login')

  const unlimited = await gateway.twin({ limits: { signInsPerMinute: 0 } })
  for (let n = 0; n < 8; n++) t.equal((await ask(`${unlimited}/oauth2/start`, page)).status, 302)
})

t.test('behind a trusted proxy each client has its own number', async t => {
  const { url } = await testGateway(t, {
    settings: {
      limits: { signInsPerMinute: 1 },
      trustedProxies: ['127.0.0.0/8', '::1'],
    },
  })
  const from = (address: string) => ({
    accept: 'text/html',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    'x-forwarded-for': address,
  })
  const rows: [string, number][] = [
    ['203.0.113.1', 302],
    ['203.0.113.1', 429],
    ['203.0.113.2', 302],
    ['6.6.6.6, 203.0.113.2', 429],
    ['2001:db8:1:2::1', 302],
    ['2001:db8:1:2:9::1', 429],
    ['2001:db8:1:3::1', 302],
  ]
  for (const [address, status] of rows) {
    t.equal((await ask(`${url}/oauth2/start`, from(address))).status, status, address)
  }
})
