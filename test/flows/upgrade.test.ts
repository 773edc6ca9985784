// WebSockets on the way of every request: who is let in, what the application sees, what ends them.
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { request, WebSocket } from 'undici'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { recordingUpstream } from '../fixtures/recording-upstream.js'
import { signIn } from '../fixtures/sign-in.js'
import { asking, type SocketUpstream, socketUpstream, switching } from '../fixtures/websocket.js'
import { rawClient } from '../proxy/fixtures/passage.js'

t.test('who is not let in learns why, and the application learns nothing', async t => {
  const { url, browser, upstream } = await site(t)
  const cookie = browser.cookieHeader(url)
  const rows: [string, string, string[], number, string][] = [
    ['nobody', '/', [], 401, 'login_required'],
    ['nobody, who would take a page', '/', ['Accept: text/html'], 401, 'login_required'],
    ['a member', '/', [`Cookie: ${cookie}`], 101, ''],
    ['no member of the group', '/admin', [`Cookie: ${cookie}`], 403, 'forbidden'],
    [
      'a page of another site',
      '/',
      [`Cookie: ${cookie}`, 'Origin: https://evil.example'],
      403,
      'cross_site',
    ],
    ['a sandboxed page', '/', [`Cookie: ${cookie}`, 'Origin: null'], 403, 'cross_site'],
    ['a page of ours', '/', [`Cookie: ${cookie}`, `Origin: ${url}`], 101, ''],
    [
      'another site, though all may',
      '/public',
      ['Origin: https://evil.example'],
      403,
      'cross_site',
    ],
    ['nobody, where all may', '/public', [], 101, ''],
    ['a route without upgrades', '/plain', [], 403, 'upgrade_refused'],
    ['a target with two readings', '/public/../admin', [], 400, 'target_refused'],
    ['a target with a fragment', '/public#x', [], 400, 'target_refused'],
    [
      'a path of the gateway, which upgrades nothing',
      '/oauth2/userinfo',
      [],
      401,
      'login_required',
    ],
  ]
  for (const [who, path, lines, status, error] of rows) {
    const before = upstream.seen.length
    const answer = await ask(t, url, `GET ${path}`, lines, status === 101)
    t.equal(statusOf(answer), status, who)
    t.equal(upstream.seen.length - before, status === 101 ? 1 : 0, `${who}: calls`)
    if (error !== '') t.match(answer, `"error":"${error}"`, who)
  }
})

t.test('an upgrade is a GET without body for a host of ours', async t => {
  const { url, upstream } = await site(t)
  const rows: [string, string[], number][] = [
    ['POST /public', [], 400],
    ['GET /public', ['Content-Length: 3'], 400],
    ['GET /public', ['Transfer-Encoding: chunked'], 400],
    ['POST /oauth2/sign_out', ['Content-Length: 3'], 400],
    ['GET /public', ['Content-Length: 0'], 101],
  ]
  for (const [line, lines, status] of rows) {
    const answer = await ask(t, url, line, lines, status === 101)
    t.equal(statusOf(answer), status, `${line} ${lines}`)
  }
  const foreign = await ask(t, url, 'GET /public', [], false, 'other.example')
  t.equal(statusOf(foreign), 421)
  t.equal(upstream.seen.length, 1)
})

t.test(
  'protocols that carry requests are never switched to; the request is an ordinary one',
  async t => {
    const { url, upstream, ordinary } = await site(t)
    for (const protocol of [
      'h2c',
      'H2C',
      'HTTP/2.0',
      'TLS/1.0',
      'h2c, websocket',
      'websocket, h2c',
    ]) {
      const client = await rawClient(t, Number(new URL(url).port))
      const lines = `Host: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: ${protocol}\r\nHTTP2-Settings: AAMAAABkAAQAAP__`
      client.send(`POST /plain?1 HTTP/1.1\r\n${lines}\r\nContent-Length: 3\r\n\r\nabc`)
      await client.until('"url":"/plain?1"')
      client.send('GET /plain?2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
      t.match(await client.closed(), '"url":"/plain?2"', `${protocol}: the connection goes on`)
      t.equal(client.received.match(/HTTP\/1\.1 200 /g)?.length, 2)
      const { headers } = ordinary.seen.at(-2) ?? {}
      t.equal(headers?.upgrade, undefined)
      t.equal(headers?.['http2-settings'], undefined)
      t.equal(headers?.['content-length'], '3')
    }
    t.equal(upstream.seen.length, 0)
  },
)

t.test('the application sees the person, and nothing that a client made up', async t => {
  const { url, browser, upstream } = await site(t)
  const own = browser
    .cookieHeader(url)
    .split('; ')
    .filter(pair => pair.startsWith('cgw-'))
    .join('; ')
  await ask(
    t,
    url,
    'GET /chat?q=%20',
    [
      `Cookie: app=1; ${own}; b=2`,
      'X-Forwarded-User: mallory',
      'x_forwarded_email: mallory@example.com',
      'Connection: X-Forwarded-Groups',
      'Sec-WebSocket-Protocol: chat, superchat',
      'Sec-WebSocket-Extensions: permessage-deflate',
      `Origin: ${url}`,
    ],
    true,
  )
  const [seen] = upstream.seen
  t.equal(seen?.headers.cookie, 'app=1; b=2')
  t.equal(seen?.url, '/chat?q=%20')
  t.match(seen?.headers, {
    'x-forwarded-email': 'jane@example.com',
    'x-forwarded-groups': 'staff',
    'x-forwarded-host': new URL(url).host,
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
    'sec-websocket-protocol': 'chat, superchat',
    'sec-websocket-extensions': 'permessage-deflate',
    upgrade: 'websocket',
    connection: 'Upgrade',
    origin: url,
  })
  t.equal(seen?.headers.x_forwarded_email, undefined)
  t.notMatch(JSON.stringify(seen?.rawHeaders), /mallory|cgw-/)
})

t.test(
  'a 101 carries the application’s lines, its cookies but none of ours, and the renewed session',
  async t => {
    const { url, browser, upstream, clock } = await site(t)
    upstream.answer = (request, socket) =>
      void socket.write(
        switching(request, [
          'X-App: \xed\x95\x9c',
          'Keep-Alive: timeout=5',
          'Set-Cookie: theme=dark; Path=/',
          'Set-Cookie: cgw-session=forged; Path=/',
        ]),
        'latin1',
      )
    clock.offsetSeconds = 120
    const answer = await ask(t, url, 'GET /', [`Cookie: ${browser.cookieHeader(url)}`], true)
    t.match(answer, 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n')
    t.match(answer, 'X-App: \xed\x95\x9c\r\n')
    t.match(answer, 'Set-Cookie: theme=dark; Path=/\r\n')
    t.notMatch(answer, /forged|keep-alive/i)
    t.match(answer, /Set-Cookie: cgw-[^\r]+HttpOnly/, 'the use of the session was written down')
  },
)

t.test('an upstream that does not switch is passed on, and the connection closed', async t => {
  const { url, upstream } = await site(t)
  const rows: [string, string, RegExp][] = [
    [
      '400',
      'HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno',
      /^HTTP\/1\.1 400 [\s\S]*\r\n\r\nno$/,
    ],
    [
      '200, chunked',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
      /^HTTP\/1\.1 200 [\s\S]*abc/,
    ],
    [
      '100, then 426',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n',
      /^HTTP\/1\.1 426 /,
    ],
    [
      'another protocol',
      'HTTP/1.1 101 Yes\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
      /^HTTP\/1\.1 502 [\s\S]*GW_ERR_UPSTREAM_INVALID/,
    ],
    ['101 alone', 'HTTP/1.1 101 Yes\r\n\r\n', /^HTTP\/1\.1 502 [\s\S]*GW_ERR_UPSTREAM_INVALID/],
    ['no HTTP', 'hello\r\n\r\n', /^HTTP\/1\.1 502 [\s\S]*GW_ERR_UPSTREAM_INVALID/],
    ['a lost connection', '', /^HTTP\/1\.1 502 [\s\S]*GW_ERR_UPSTREAM_UNREACHABLE/],
  ]
  for (const [name, bytes, expected] of rows) {
    upstream.answer = (_request, socket) => {
      if (bytes === '') socket.destroy()
      else socket.write(bytes, 'latin1')
    }
    const answer = await ask(t, url, 'GET /public', [], false)
    t.match(answer, expected, name)
    t.match(answer, /connection: close/i, name)
  }
  t.equal(statusOf(await ask(t, url, 'GET /gone', [], false)), 502)
  upstream.answer = () => {}
  t.equal(statusOf(await ask(t, url, 'GET /slow', [], false)), 504)
})

t.test(
  'signing out closes the WebSockets of that session, with a code that scripts read',
  async t => {
    const { url, browser } = await site(t)
    const other = new PlainBrowser()
    await signIn(other, `${url}/plain-user`, 'admin')
    const mine = await open(browser, url, '/')
    const theirs = await open(other, url, '/')
    const closed = once(mine, 'close')
    await browser.visit(`${url}/oauth2/sign_out`)
    const [{ code, reason }] = await closed
    t.equal(code, 4401)
    t.equal(reason, 'session is over')
    theirs.send('still here')
    const [{ data }] = await once(theirs, 'message')
    t.equal(data, 'still here')
    theirs.close()
  },
)

t.test('with plain codes it is 1008', async t => {
  const { url, browser } = await site(t, { websocket: { closeCodes: false } })
  const socket = await open(browser, url, '/')
  const closed = once(socket, 'close')
  await browser.visit(`${url}/oauth2/sign_out`)
  const [{ code }] = await closed
  t.equal(code, 1008)
})

t.test('the session’s last second closes its WebSockets', async t => {
  const { url, browser, clock } = await site(t, { session: { max: '5m' } })
  const { body } = await browser.fetch(`${url}/oauth2/userinfo`)
  const { sessionEndsAt } = JSON.parse(body) as { sessionEndsAt: number }
  clock.standsAt = sessionEndsAt - 1
  const socket = await open(browser, url, '/')
  socket.send('its last second but one')
  await once(socket, 'message')
  const closed = once(socket, 'close')
  clock.standsAt = sessionEndsAt
  const [{ code }] = await closed
  t.equal(code, 4401)
})

t.test('the last second of a Bearer token closes its WebSockets', async t => {
  const { url, emulator, clock } = await site(t)
  const { access_token: token } = await emulator.administration.tokensFor(
    'jane',
    '1testclient0000000000000001',
  )
  clock.offsetSeconds = 3598
  const socket = new WebSocket(url.replace('http', 'ws'), {
    headers: { authorization: `Bearer ${token}` },
  })
  await once(socket, 'open')
  const [{ code }] = await once(socket, 'close')
  t.equal(code, 4401)
})

t.test('closing the gateway says 1001 and does not wait for open WebSockets', async t => {
  const { url, browser, close } = await site(t)
  const socket = await open(browser, url, '/')
  const closed = once(socket, 'close')
  await close()
  const [{ code }] = await closed
  t.equal(code, 1001)
})

t.test('more than may be open are refused, until one leaves', async t => {
  const { url, browser, upstream } = await site(t, { websocket: { max: 1 } })
  const first = await open(browser, url, '/public')
  const second = await ask(t, url, 'GET /public', [], false)
  t.equal(statusOf(second), 503)
  t.match(second, /retry-after: 1/i)
  const gone = once(upstream.sockets[0] as NonNullable<SocketUpstream['sockets'][0]>, 'close')
  first.close()
  await Promise.all([gone, once(first, 'close')])
  t.equal(statusOf(await ask(t, url, 'GET /public', [], true)), 101)
})

t.test('500 WebSockets echo', async t => {
  const { url, browser } = await site(t)
  const sockets = await Promise.all(Array.from({ length: 500 }, () => open(browser, url, '/')))
  for (const round of [1, 2]) {
    const answers = sockets.map(async (socket, index) => {
      const message = once(socket, 'message')
      socket.send(`${round}:${index}`)
      const [{ data }] = await message
      return data === `${round}:${index}`
    })
    t.ok((await Promise.all(answers)).every(Boolean), `round ${round}`)
  }
  const closed = sockets.map(socket => once(socket, 'close'))
  for (const socket of sockets) socket.close()
  await Promise.all(closed)
})

t.test('upgrades that try to break the process do not', async t => {
  const { url, upstream } = await site(t)
  const port = Number(new URL(url).port)
  upstream.answer = (_request, socket) => void socket.resume().on('end', () => socket.end())
  const head = `GET /public HTTP/1.1\r\nHost: localhost\r\n${asking}\r\n\r\n`
  const plain = 'GET /slow-plain HTTP/1.1\r\nHost: localhost\r\n\r\n'
  const pipelined = await rawClient(t, port)
  pipelined.send(plain + head)
  await pipelined.closed()
  t.equal(pipelined.received, '', 'behind a request that is under way')
  const reset = await rawClient(t, port)
  reset.send(head)
  while (upstream.seen.length === 0) await new Promise(setImmediate)
  const gone = once(upstream.sockets[0] as NonNullable<SocketUpstream['sockets'][0]>, 'close')
  reset.socket.resetAndDestroy()
  await gone
  const twice = await rawClient(t, port)
  twice.send(head + head)
  while (upstream.seen.length === 1) await new Promise(setImmediate)
  twice.socket.destroy()
  t.equal((await request(`${url}/oauth2/ping`)).statusCode, 200)
})

/** A gateway with jane signed in, in front of an echo of WebSockets and a recording upstream. */
async function site(t: Test, settings: object = {}) {
  const upstream = await socketUpstream(t)
  const ordinary = await recordingUpstream(t)
  const { origin } = upstream
  const gateway = await testGateway(t, {
    settings: {
      routes: [
        { path: '/public', access: 'public', upstream: origin },
        { path: '/admin', access: { groups: ['admins'] }, upstream: origin },
        { path: '/gone', access: 'public', upstream: 'http://127.0.0.1:9' },
        { path: '/slow', access: 'public', upstream: origin, timeout: '1s' },
        { path: '/slow-plain', access: 'public', upstream: origin },
        { path: '/plain', access: 'public', upstream: ordinary.origin, websocket: false },
        { path: '/', access: 'signed-in', upstream: origin },
      ],
      ...settings,
    },
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${gateway.url}/`)
  return { ...gateway, upstream, ordinary, browser }
}

/** One upgrade request; the head of a 101, or the whole of another answer. */
async function ask(
  t: Test,
  url: string,
  line: string,
  lines: readonly string[],
  switched: boolean,
  host = 'localhost',
): Promise<string> {
  const client = await rawClient(t, Number(new URL(url).port))
  const more = lines.map(text => `${text}\r\n`).join('')
  client.send(`${line} HTTP/1.1\r\nHost: ${host}\r\n${asking}\r\n${more}\r\n`)
  const answer = switched ? await client.until('\r\n\r\n') : await client.closed()
  client.socket.destroy()
  return answer
}

async function open(browser: PlainBrowser, url: string, path: string): Promise<WebSocket> {
  const headers = { cookie: browser.cookieHeader(url), origin: url }
  const socket = new WebSocket(url.replace('http', 'ws') + path, { headers })
  // A WebSocket that is refused closes, and says nothing else.
  const refused = once(socket, 'close').then(([{ code }]) => {
    throw new Error(`closed before it was open: ${code}`)
  })
  await Promise.race([once(socket, 'open'), refused])
  return socket
}

function statusOf(answer: string): number {
  return Number(answer.slice(9, 12))
}
