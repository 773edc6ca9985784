// HTTP messages that are legal and less usual, over raw sockets: what reaches the application, what comes back.
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { testGateway } from '../fixtures/gateway.js'

/** One request as these bytes; the whole answer, one character a byte. */
async function exchange(url: string, head: string, body = ''): Promise<string> {
  const socket = await open(url)
  socket.write(`${head}\r\nHost: localhost\r\nConnection: close\r\n\r\n${body}`, 'latin1')
  let answer = ''
  for await (const chunk of socket) answer += (chunk as Buffer).toString('latin1')
  return answer
}

async function open(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), 'localhost')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** A gateway in front of an application that answers so. */
async function answering(
  t: Test,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
) {
  const gateway = await testGateway(t)
  gateway.upstream.answer = answer
  return gateway
}

t.test('answers without a body have none, and keep what they say of it', async t => {
  const { url } = await answering(t, (request, response) => {
    if (request.url === '/public/204') response.writeHead(204, { 'x-a': '1' })
    else if (request.url === '/public/304') response.writeHead(304, { etag: '"1"' })
    else if (request.url === '/public/205') response.writeHead(205, { 'content-length': 0 })
    else response.writeHead(200, { 'content-length': 5000, 'content-type': 'text/plain' })
    response.end()
  })
  const rows: [string, RegExp][] = [
    ['HEAD /public', /^HTTP\/1\.1 200 .*content-length: 5000\r\n/is],
    ['GET /public/204', /^HTTP\/1\.1 204 .*x-a: 1\r\n/is],
    ['GET /public/304', /^HTTP\/1\.1 304 .*etag: "1"\r\n/is],
    ['GET /public/205', /^HTTP\/1\.1 205 .*content-length: 0\r\n/is],
  ]
  for (const [line, expected] of rows) {
    const received = await exchange(url, `${line} HTTP/1.1`)
    t.match(received, expected, line)
    t.ok(received.endsWith('\r\n\r\n'), `${line}: nothing after the head`)
    t.equal(received.match(/\r\n\r\n/g)?.length, 1, `${line}: one head`)
  }
})

t.test('informational answers of an application end here', async t => {
  const { url } = await answering(t, (_request, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' })
    response.writeProcessing()
    response.end('final')
  })
  const received = await exchange(url, 'GET /public HTTP/1.1')
  t.match(received, /^HTTP\/1\.1 200 .*final$/s)
  t.equal(received.match(/HTTP\/1\.1 /g)?.length, 1)
  t.notMatch(received, 'style.css')
})

t.test('an upload that waits for leave gets none before the decision', async t => {
  const { url, upstream } = await answering(t, (request, response) => {
    request.resume().on('end', () => response.end('taken'))
  })
  const head = (path: string, expect: string) =>
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nExpect: ${expect}\r\nContent-Length: 4\r\n\r\n`
  const socket = await open(url)
  let received = ''
  socket.on('data', chunk => {
    received += chunk.toString('latin1')
  })
  socket.write(head('/public', '100-Continue'))
  while (!received.includes('100 Continue\r\n\r\n')) await once(socket, 'data')
  socket.write('body')
  while (!received.includes('taken')) await once(socket, 'data')
  t.match(received, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
  t.equal(upstream.seen.at(-1)?.headers.expect, undefined, 'the application is not asked again')
  socket.destroy()

  const before = upstream.seen.length
  const rows: [string, string, number, string][] = [
    ['/reports', '100-continue', 401, 'GW_ERR_LOGIN_REQUIRED'],
    ['/closed', '100-continue', 403, 'GW_ERR_FORBIDDEN'],
    ['/public/../x', '100-continue', 400, 'GW_ERR_TARGET_REFUSED'],
    ['/oauth2/refresh', '100-continue', 401, 'GW_ERR'],
    ['/public', '200-ok', 417, 'GW_ERR_EXPECTATION_FAILED'],
    ['/public', '100-continue, 200-ok', 417, 'GW_ERR_EXPECTATION_FAILED'],
    ['/closed', 'x', 417, 'GW_ERR_EXPECTATION_FAILED'],
  ]
  for (const [path, expect, status, code] of rows) {
    const refused = await open(url)
    refused.write(head(path, expect))
    let answer = ''
    for await (const chunk of refused) answer += String(chunk)
    t.equal(Number(answer.slice(9, 12)), status, `${path} ${expect}`)
    t.match(answer, code)
    t.notMatch(answer, '100 Continue')
    t.match(answer, /^connection: close\r$/im, 'since the body may come or not')
  }
  t.equal(upstream.seen.length, before, 'no call')
})

t.test(
  'an upload that waits for leave, in HTTP/1.0, is not answered with what it cannot read',
  async t => {
    const { url } = await answering(t, (request, response) => {
      request.resume().on('end', () => response.end('taken'))
    })
    const received = await exchange(
      url,
      'POST /public HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 4',
      'body',
    )
    t.match(received, /^HTTP\/1\.[01] 200 .*taken$/s)
    t.notMatch(received, '100 Continue')
  },
)

t.test('trailers end here, in both directions', async t => {
  let trailers: NodeJS.Dict<string> = {}
  const { url, upstream } = await answering(t, (request, response) => {
    request.resume().on('end', () => {
      trailers = request.trailers
      response.writeHead(200, { trailer: 'X-Late' })
      response.write('body')
      response.addTrailers({ 'X-Late': 'secret', 'Set-Cookie': 'cgw-session=1' })
      response.end()
    })
  })
  const received = await exchange(
    url,
    'POST /public HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTrailer: X-Forwarded-User',
    '1\r\nx\r\n0\r\nX-Forwarded-User: root\r\n\r\n',
  )
  t.match(received, /^HTTP\/1\.1 200 /)
  t.match(received, /\r\n4\r\nbody\r\n0\r\n\r\n$/)
  t.notMatch(received, /late|cgw-session/i)
  t.strictSame({ ...trailers }, {})
  t.equal(upstream.seen.at(-1)?.headers.trailer, undefined)
})

t.test('a part of a file, as asked for', async t => {
  const { url, upstream } = await answering(t, (_request, response) => {
    response.writeHead(206, {
      'content-range': 'bytes 2-5/10',
      'accept-ranges': 'bytes',
      'content-length': 4,
    })
    response.end('2345')
  })
  const received = await exchange(
    url,
    'GET /public HTTP/1.1\r\nRange: bytes=2-5\r\nIf-Range: "1"\r\nIf-None-Match: W/"2"',
  )
  t.match(received, /^HTTP\/1\.1 206 .*content-range: bytes 2-5\/10\r\n.*\r\n\r\n2345$/is)
  const { headers } = upstream.seen.at(-1) ?? { headers: {} as IncomingMessage['headers'] }
  t.equal(headers.range, 'bytes=2-5')
  t.equal(headers['if-range'], '"1"')
  t.equal(headers['if-none-match'], 'W/"2"')
})

t.test('old headers and odd spellings pass as they are, doubles too', async t => {
  const lines: [string, string][] = [
    ['Pragma', 'no-cache'],
    ['Warning', '110 - "stale"'],
    ['Content-MD5', 'Q2hlY2sgSW50ZWdyaXR5IQ=='],
    ['X-Empty', ''],
    ['x-DOUBLE', '1'],
    ['X-Double', '2'],
    ["X-!#$%&'*+.^`|~", 'tokens'],
    ['X-Old', 'gr\xf6\xdfe'],
    ['X-Long', 'x'.repeat(8000)],
    ['DNT', '1'],
    ['__proto__', 'x'],
    ['constructor', 'y'],
    ['P3P', 'CP="NOI"'],
  ]
  const cookies = ['a=1', 'a=1', 'b=2; Expires=Wed, 21 Oct 2037 07:28:00 GMT']
  const { url, upstream } = await answering(t, (_request, response) => {
    response.writeHead(200, [...lines, ...cookies.map(line => ['Set-Cookie', line])].flat())
    response.end()
  })
  const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const received = await exchange(url, `GET /public HTTP/1.1\r\n${text.trimEnd()}`)
  const seen = upstream.seen.at(-1)?.rawHeaders ?? []
  const up = seen.map((item, at) => (at % 2 === 0 ? `${item}: ${seen[at + 1]}\r\n` : '')).join('')
  t.ok(up.includes(text), 'to the application, in their order')
  t.ok(received.includes(text), 'to the client')
  t.strictSame(received.match(/(?<=^Set-Cookie: ).*(?=\r$)/gm), cookies)
})

t.test(
  'what an application says may be kept, or is packed, is neither kept nor unpacked',
  async t => {
    let answers = 0
    const packed = '\x1f\x8b not gzip at all'
    const { url } = await answering(t, (_request, response) => {
      answers++
      response.writeHead(200, {
        'cache-control': 'public, max-age=3600',
        'content-encoding': 'gzip',
        'content-length': packed.length,
      })
      response.end(Buffer.from(packed, 'latin1'))
    })
    for (const n of [1, 2]) {
      const received = await exchange(url, 'GET /public HTTP/1.1\r\nAccept-Encoding: gzip')
      t.ok(received.endsWith(`\r\n\r\n${packed}`), 'byte for byte')
      t.equal(answers, n, 'asked each time')
    }
  },
)

// Asked again, an application would do twice what was asked for once, and one in trouble gets ten times the load.
t.test('a request is sent once, whatever comes back, and also where nothing does', async t => {
  let mishap: 'none' | 'busy' | 'reset' | 'half' = 'none'
  const { url, upstream } = await answering(t, (request, response) => {
    if (mishap === 'none') response.end('ok')
    else if (mishap === 'busy') response.writeHead(503, { 'content-length': 4 }).end('busy')
    else if (mishap === 'reset') request.socket.resetAndDestroy()
    else {
      response.writeHead(200, { 'content-length': 1000 })
      response.write('half', () => response.destroy())
    }
  })
  for (const method of ['GET', 'PUT']) {
    for (const [how, expected] of [
      ['busy', /^HTTP\/1\.1 503 .*busy$/s],
      ['reset', /^HTTP\/1\.1 502 /],
      ['half', /^HTTP\/1\.1 200 .*half$/s],
    ] as const) {
      mishap = 'none'
      await exchange(url, 'GET /public/warm HTTP/1.1')
      const before = upstream.seen.length
      mishap = how
      const body = method === 'PUT' ? '\r\nContent-Length: 1' : ''
      t.match(await exchange(url, `${method} /public/x HTTP/1.1${body}`, body && 'x'), expected)
      t.equal(upstream.seen.length - before, 1, `${method}, ${how}`)
    }
  }
})

t.test('idle connections stay longer than load balancers keep them', async t => {
  const { url } = await testGateway(t)
  const socket = await open(url)
  socket.write('GET /public HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const [answer] = (await once(socket, 'data')) as [Buffer]
  const [, seconds] = /^keep-alive: timeout=(\d+)/im.exec(String(answer)) ?? []
  t.ok(Number(seconds) > 60, `${seconds} s`)
  socket.destroy()
})

t.test('a folded header is refused: it is two lines to some', async t => {
  const { url, upstream } = await testGateway(t)
  const received = await exchange(
    url,
    'GET /public HTTP/1.1\r\nX-Folded: a\r\n X-Forwarded-User: root',
  )
  t.match(received, /^HTTP\/1\.1 400 /)
  t.strictSame(upstream.seen, [])
})
