// The line of a request, for whoever asks for it.
import t from 'tap'
import { request } from 'undici'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'
import { asking, socketUpstream } from '../fixtures/websocket.js'
import { rawClient } from '../proxy/fixtures/passage.js'

type Line = Record<string, unknown>

const parse = (lines: readonly string[]): Line[] =>
  lines.map(line => JSON.parse(line) as Line).filter(({ stream }) => stream === 'requests')

/** Lines are written when connections know that answers are out, which is a moment later. */
async function untilThere(lines: readonly string[], count: number): Promise<Line[]> {
  while (parse(lines).length < count) await new Promise(resolve => setTimeout(resolve, 10))
  return parse(lines)
}

t.test('by default no request leaves a line', async t => {
  const { url, lines } = await testGateway(t)
  await signIn(new PlainBrowser(), `${url}/`)
  t.strictSame(parse(lines), [])
})

t.test('all: route, decision, status, times, who, and never a query', async t => {
  const { url, lines } = await testGateway(t, {
    settings: { log: { requests: 'all', level: 'error' } },
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/reports?canary-query=1`)
  await browser.visit(`${url}/admin/x`)
  const written = await untilThere(lines, 4)
  t.match(written, [
    { method: 'GET', path: '/reports', route: '/', decision: 'login', status: 302 },
    { path: '/oauth2/callback', status: 302, decision: undefined },
    { path: '/reports', route: '/', decision: 'allow', status: 200, sub: /./, id: /./ },
    { path: '/admin/x', route: '/admin', decision: 'refuse', status: 403 },
  ])
  t.type(written[2]?.upstreamMs, 'number')
  t.ok(Number(written[2]?.ms) >= Number(written[2]?.upstreamMs))
  t.notOk('upstreamMs' in (written[3] ?? {}), 'no application was asked')
  t.notMatch(lines.join(''), /canary-query|code=|state=/)
})

t.test('errors: what failed here or there, and what was cut', async t => {
  const routes = [
    { path: '/away', access: 'public', upstream: 'http://127.0.0.1:9' },
    { path: '/', access: 'public', upstream: 'http://127.0.0.1:9' },
  ]
  const { url, lines } = await testGateway(t, { settings: { routes, log: { requests: 'errors' } } })
  await request(`${url}/oauth2/ping`).then(({ body }) => body.dump())
  await request(`${url}/away`).then(({ body }) => body.dump())
  const written = await untilThere(lines, 1)
  t.match(written, [{ path: '/away', status: 502, decision: 'allow' }])
  t.equal(written.length, 1)
})

t.test('a request that never got to a route, and an upgrade that has ended', async t => {
  const { origin: upstream } = await socketUpstream(t)
  const { url, lines } = await testGateway(t, {
    settings: {
      routes: [{ path: '/', access: 'public', upstream }],
      log: { requests: 'all' },
    },
  })
  await request(`${url}/x`, { headers: { host: 'other.example' } }).then(({ body }) => body.dump())
  t.match(await untilThere(lines, 1), [{ status: 421, path: undefined, route: undefined }])

  const client = await rawClient(t, Number(new URL(url).port))
  client.send(`GET /live HTTP/1.1\r\nHost: ${new URL(url).host}\r\n${asking}\r\n\r\n`)
  await client.until('101 Switching Protocols')
  t.equal(parse(lines).length, 1, 'not before it has ended')
  client.socket.destroy()
  t.match((await untilThere(lines, 2))[1], { status: 101, path: '/live', decision: 'allow' })
})

t.test('a request that only names a protocol leaves its line at its own end', async t => {
  const { url, lines } = await testGateway(t, { settings: { log: { requests: 'all' } } })
  const client = await rawClient(t, Number(new URL(url).port))
  const asked = `GET /oauth2/ping HTTP/1.1\r\nHost: ${new URL(url).host}\r\nUpgrade: websocket\r\n\r\n`
  for (let n = 1; n <= 3; n++) {
    client.send(asked)
    t.match((await untilThere(lines, n))[n - 1], { status: 200, path: '/oauth2/ping' })
  }
  t.notOk(client.socket.destroyed, 'on one connection, which stays')
})
