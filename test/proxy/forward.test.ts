import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { finished } from 'node:stream/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import {
  answering,
  exchange,
  httpUpstream,
  rawClient,
  startPassage,
  tcpUpstream,
} from './fixtures/passage.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const get = 'GET / HTTP/1.1'

t.test('a body arrives as it was sent, in both directions and both framings', async t => {
  const origin = await httpUpstream(t, (request, response) => {
    const { 'content-length': length } = request.headers
    if (length !== undefined) response.setHeader('content-length', length)
    request.pipe(response)
  })
  const { url } = await startPassage(t, origin)
  for (const size of [0, 1, 1000, 70_000, 1_000_000]) {
    const sent = randomBytes(size)
    const known = await fetch(url, { method: 'POST', body: sent })
    t.ok(sent.equals(Buffer.from(await known.arrayBuffer())), `content-length ${size}`)
    const stream = new Blob([sent]).stream()
    const chunked = await fetch(url, { method: 'PUT', body: stream, duplex: 'half' })
    t.ok(sent.equals(Buffer.from(await chunked.arrayBuffer())), `chunked ${size}`)
  }
})

t.test('the upstream gets one Host, one framing, and the target byte for byte', async t => {
  let head = ''
  const origin = await tcpUpstream(t, socket =>
    socket.on('data', chunk => {
      head += chunk.toString('latin1')
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    }),
  )
  const { port } = await startPassage(t, origin)
  await exchange(t, port, 'POST /a%20b;v=1/?q=%2e%2e&x=~ HTTP/1.1\r\nContent-Length: 3', 'abc')
  t.equal(head.split('\r\n')[0], 'POST /a%20b;v=1/?q=%2e%2e&x=~ HTTP/1.1')
  t.equal(head.match(/^host: public\.example$/gim)?.length, 1)
  t.equal(head.match(/^host:/gim)?.length, 1)
  t.equal(head.match(/^content-length: 3$/gim)?.length, 1)
  t.notMatch(head, /transfer-encoding/i)
  t.ok(head.endsWith('\r\n\r\nabc'))
})

t.test('answers without a body, and informational ones before them', async t => {
  const rows: [string, string, string, string][] = [
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', '200 OK', 'Content-Length: 5'],
    ['GET', 'HTTP/1.1 204 No Content\r\n\r\n', '204 No Content', 'Date'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n', '304 Not Modified', 'ETag: "1"'],
    [
      'GET',
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n',
      '204 No Content',
      'X-A: 1',
    ],
  ]
  for (const [method, answer, status, line] of rows) {
    const { port } = await startPassage(t, await answering(t, answer))
    const received = await exchange(t, port, `${method} / HTTP/1.1`)
    t.ok(received.startsWith(`HTTP/1.1 ${status}\r\n`), status)
    t.match(received, line)
    t.ok(received.endsWith('\r\n\r\n'), 'nothing after the head')
  }
})

t.test('headers of an answer keep their bytes, order and duplicates', async t => {
  const lines = [
    'X-Name: \xed\x95\x9c',
    'Set-Cookie: a=1; Path=/',
    'Set-Cookie: b="%20"; HttpOnly',
    'Location: /\xeb\xac\xb8\xec\x84\x9c',
    "Content-Disposition: attachment; filename=\xed\x95\x9c.txt; filename*=UTF-8''%ED%95%9C",
    'Content-Length: 3',
  ].join('\r\n')
  for (const [name, pieces] of [
    ['head and body in one packet', [`HTTP/1.1 200 OK\r\n${lines}\r\n\r\nabc`]],
    ['the body later', [`HTTP/1.1 200 OK\r\n${lines}\r\n\r\n`, 'abc']],
  ] as const) {
    let sendRest = () => {}
    const origin = await tcpUpstream(t, socket =>
      socket.once('data', () => {
        socket.write(pieces[0], 'latin1')
        sendRest = () => pieces[1] !== undefined && socket.write(pieces[1], 'latin1')
      }),
    )
    const { port } = await startPassage(t, origin)
    const client = await rawClient(t, port)
    client.send(`${get}\r\nHost: x\r\n\r\n`)
    const head = await client.until('\r\n\r\n')
    t.ok(head.includes(`${lines}\r\n`), name)
    sendRest()
    await client.until('\r\n\r\nabc')
  }
})

t.test('a reason phrase that is not ASCII costs no more than the phrase', async t => {
  // undici decodes it as UTF-8, node:http refuses to write that, and the client got nothing at all.
  for (const [phrase, expected] of [
    ['Very Fine', 'Very Fine'],
    ['\xed\x95\x9c', 'Not Found'],
    ['gr\xf6\xdfe', 'Not Found'],
  ]) {
    const origin = await answering(t, `HTTP/1.1 404 ${phrase}\r\nContent-Length: 2\r\n\r\nno`)
    const { port } = await startPassage(t, origin)
    const received = await exchange(t, port, get)
    t.ok(received.startsWith(`HTTP/1.1 404 ${expected}\r\n`), String(expected))
    t.ok(received.endsWith('\r\n\r\nno'))
  }
})

t.test('trailers end here, and the connection goes on', async t => {
  const answer =
    'HTTP/1.1 200 OK\r\nTrailer: X-Late\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Late: 1\r\n\r\n'
  const origin = await tcpUpstream(t, socket => socket.on('data', () => socket.write(answer)))
  const { port } = await startPassage(t, origin)
  const client = await rawClient(t, port)
  for (let n = 0; n < 2; n++) {
    client.received = ''
    client.send(`${get}\r\nHost: x\r\n\r\n`)
    const received = await client.until('0\r\n\r\n')
    t.notMatch(received, /late/i)
    t.match(received, 'abc')
  }
})

t.test("the gateway's cookies ride on a streamed answer", async t => {
  const origin = await httpUpstream(t, (_request, response) => {
    response.setHeader('cache-control', 'public')
    response.flushHeaders()
    response.end('late')
  })
  const { url } = await startPassage(t, origin, { setCookies: ['cgw-session=new; Path=/'] })
  const answer = await fetch(url)
  t.strictSame(answer.headers.getSetCookie(), ['cgw-session=new; Path=/'])
  t.equal(answer.headers.get('cache-control'), 'no-store')
  t.equal(await answer.text(), 'late')
})

t.test('an event is passed on when it comes, not when more comes', async t => {
  let stream: ServerResponse | undefined
  const origin = await httpUpstream(t, (_request, response) => {
    stream = response
    response.setHeader('content-type', 'text/event-stream')
    response.flushHeaders()
  })
  const { port } = await startPassage(t, origin)
  const client = await rawClient(t, port)
  client.send(`${get}\r\nHost: x\r\n\r\n`)
  await client.until('\r\n\r\n')
  for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
    stream?.write(event)
    await client.until(event)
  }
})

/**
 * Bytes that somebody holds on to. What only waits for the collector is none of it: how much that is depends on
 * how busy the machine is. test/flows/gigabytes looks at what the process takes in all.
 */
function heldBytes(): number {
  // Twice: buffers are given back beside the program, and the next turn waits for that.
  collectGarbage()
  collectGarbage()
  return process.memoryUsage().arrayBuffers
}

t.test('100 MB stream up and down with flat memory', async t => {
  const size = 100 * 1024 * 1024
  const sampleBytes = 4 * 1024 * 1024
  const piece = randomBytes(64 * 1024)
  const origin = await httpUpstream(t, (request, response) => {
    response.writeHead(200, { 'content-length': size })
    request.pipe(response)
  })
  const { port } = await startPassage(t, origin)
  const client = httpRequest({ port, method: 'POST', headers: { 'content-length': size } })
  const sent = createHash('sha256')
  const answered = once(client, 'response') as Promise<[IncomingMessage]>
  const before = heldBytes()
  const pump = (async () => {
    for (let n = 0; n < size; n += piece.length) {
      sent.update(piece)
      if (!client.write(piece)) await once(client, 'drain')
    }
    client.end()
  })()
  const [response] = await answered
  const received = createHash('sha256')
  let length = 0
  let peak = 0
  let samples = 0
  response.on('data', (chunk: Buffer) => {
    received.update(chunk)
    length += chunk.length
    if (length < (samples + 1) * sampleBytes) return
    samples++
    peak = Math.max(peak, heldBytes())
  })
  await Promise.all([finished(response), pump])
  t.equal(length, size)
  t.equal(received.digest('hex'), sent.digest('hex'))
  t.equal(samples, size / sampleBytes)
  const grown = peak - before
  t.ok(grown < 16 * 1024 * 1024, `holds ${Math.round(grown / 1024 / 1024)} MB at most`)
  t.comment(`held at most ${(grown / 1024 / 1024).toFixed(1)} MB`)
})

t.test('a client that does not read makes the upstream wait', async t => {
  const total = 200 * 1024 * 1024
  const piece = Buffer.alloc(256 * 1024)
  let sent = 0
  const origin = await httpUpstream(t, (request, response) => {
    if (request.url !== '/large') return void response.end('small')
    response.writeHead(200, { 'content-length': total })
    const more = () => {
      while (sent < total) {
        sent += piece.length
        if (!response.write(piece)) return void response.once('drain', more)
      }
      response.end()
    }
    more()
  })
  const { port, url } = await startPassage(t, origin)
  const client = await rawClient(t, port)
  client.socket.pause()
  client.send('GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  // Time passes: other requests come and go, and what was sent stops growing.
  let before = -1
  while (before !== sent || sent === 0) {
    before = sent
    for (let n = 0; n < 50; n++) await (await fetch(url)).text()
  }
  t.ok(sent < total / 4, `${sent} bytes were taken`)
  let length = 0
  client.socket.removeAllListeners('data')
  client.socket.on('data', chunk => {
    length += chunk.length
  })
  client.socket.resume()
  await once(client.socket, 'close')
  t.ok(length > total, 'all of it arrives')
})

t.test('an upstream that does not read makes the client wait', async t => {
  let head: IncomingMessage | undefined
  let length = 0
  const origin = await httpUpstream(t, (request, response) => {
    if (request.url !== '/large') return void response.end('small')
    head = request
    request.on('end', () => response.end('done'))
  })
  const { port, url } = await startPassage(t, origin)
  const total = 200 * 1024 * 1024
  const piece = Buffer.alloc(256 * 1024)
  const client = httpRequest({ port, path: '/large', method: 'POST' })
  client.setHeader('content-length', total)
  let sent = 0
  const more = () => {
    while (sent < total) {
      sent += piece.length
      if (!client.write(piece)) return void client.once('drain', more)
    }
    client.end()
  }
  more()
  let before = -1
  while (before !== sent || head === undefined) {
    before = sent
    for (let n = 0; n < 50; n++) await (await fetch(url)).text()
  }
  t.ok(sent < total / 4, `${sent} bytes were taken`)
  head.on('data', (chunk: Buffer) => {
    length += chunk.length
  })
  const [response] = (await once(client, 'response')) as [IncomingMessage]
  response.resume()
  t.equal(response.statusCode, 200)
  t.equal(length, total)
})

t.test('a client that leaves takes the upstream request down, whenever that is', async t => {
  for (const [moment, path, body] of [
    ['before the head', '/silent', ''],
    ['during the body', '/endless', ''],
    ['during the upload', '/silent', 'Content-Length: 1000\r\n'],
  ] as const) {
    let arrived = (_request: IncomingMessage) => {}
    const arrival = new Promise<IncomingMessage>(resolve => {
      arrived = resolve
    })
    const origin = await httpUpstream(t, (request, response) => {
      if (path === '/endless') response.write('begin')
      arrived(request)
    })
    const { port, upstream, failures } = await startPassage(t, origin)
    const client = await rawClient(t, port)
    client.send(`POST ${path} HTTP/1.1\r\nHost: x\r\n${body}\r\n${body && 'part'}`)
    const { socket } = await arrival
    const gone = new Promise(resolve => socket.once('close', resolve))
    if (path === '/endless') await client.until('begin')
    client.socket.destroy()
    await gone
    t.equal(upstream.inFlight, 0, moment)
    t.strictSame(failures, [], 'nobody is left to be told')
  }
})

t.test('a client that leaves takes down what it asked for behind another answer', async t => {
  const requests: IncomingMessage[] = []
  let arrived = () => {}
  const arrival = new Promise<void>(resolve => {
    arrived = resolve
  })
  const origin = await httpUpstream(t, request => {
    requests.push(request)
    if (requests.length === 2) arrived()
  })
  const { port, upstream } = await startPassage(t, origin)
  const client = await rawClient(t, port)
  client.send('GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n')
  await arrival
  const gone = requests.map(
    ({ socket }) => new Promise(resolve => void socket.once('close', resolve)),
  )
  client.socket.destroy()
  await Promise.all(gone)
  t.equal(upstream.inFlight, 0)
})

t.test('who left while it was found out who that is leaves nothing behind', async t => {
  for (const pipelined of [false, true]) {
    const seen: unknown[] = []
    const origin = await httpUpstream(t, (request, response) => {
      seen.push(request.url)
      response.end('x'.repeat(1_000_000))
    })
    let [decided, came] = [() => {}, (_socket: Socket) => {}]
    const decision = new Promise<void>(resolve => {
      decided = resolve
    })
    const arrival = new Promise<Socket>(resolve => {
      came = resolve
    })
    const { port, upstream } = await startPassage(t, origin, {
      before: async response => {
        came(response.req.socket)
        await decision
      },
    })
    const client = await rawClient(t, port)
    client.send('GET /1 HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(pipelined ? 2 : 1))
    const socket = await arrival
    const gone = once(socket, 'close')
    client.socket.destroy()
    await gone
    decided()
    await exchange(t, (await startPassage(t, origin)).port, 'GET /later HTTP/1.1')
    t.equal(upstream.inFlight, 0)
    t.strictSame(seen, ['/later'], 'the application is not asked')
  }
})

t.test('answers come in the order of their requests, each its own', async t => {
  const waiting = new Map<string, ServerResponse>()
  let arrived = () => {}
  const arrival = new Promise<void>(resolve => {
    arrived = resolve
  })
  const origin = await httpUpstream(t, ({ url = '' }, response) => {
    waiting.set(url, response)
    if (waiting.size === 3) arrived()
  })
  const { port } = await startPassage(t, origin)
  const client = await rawClient(t, port)
  for (const path of ['/1', '/2', '/3']) client.send(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
  await arrival
  for (const path of ['/3', '/2', '/1']) waiting.get(path)?.end(`answer to ${path}.`)
  const received = await client.until('answer to /3.')
  t.strictSame(received.match(/answer to \/\d/g), ['answer to /1', 'answer to /2', 'answer to /3'])
})

t.test('an answer that breaks off is seen to be broken', async t => {
  for (const [framing, head, part] of [
    ['content-length', 'Content-Length: 100', 'part'],
    ['chunked', 'Transfer-Encoding: chunked', '4\r\npart\r\n'],
  ] as const) {
    const origin = await tcpUpstream(t, socket =>
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${part}`)
        socket.end()
      }),
    )
    const { url, failures, upstream } = await startPassage(t, origin)
    const answer = await fetch(url)
    t.equal(answer.status, 200)
    await t.rejects(answer.text(), framing)
    t.strictSame(failures, [], 'too late for a page')
    t.equal(upstream.inFlight, 0)
  }
})

t.test('what an upstream may do wrong, and what becomes of it', async t => {
  const rows: [string, string, string][] = [
    ['no HTTP', 'hello\r\n\r\n', 'GW_ERR_UPSTREAM_INVALID'],
    [
      'a head too large',
      `HTTP/1.1 200 OK\r\nA: ${'x'.repeat(40_000)}\r\n\r\n`,
      'GW_ERR_UPSTREAM_INVALID',
    ],
    ['NUL in a header', 'HTTP/1.1 200 OK\r\nA: \0\r\n\r\n', 'GW_ERR_UPSTREAM_INVALID'],
    ['a lone CR in a header', 'HTTP/1.1 200 OK\r\nA: a\rB: b\r\n\r\n', 'GW_ERR_UPSTREAM_INVALID'],
    ['a space before the colon', 'HTTP/1.1 200 OK\r\nA : a\r\n\r\n', 'GW_ERR_UPSTREAM_INVALID'],
    [
      'a status below 100',
      'HTTP/1.1 099 No\r\nContent-Length: 0\r\n\r\n',
      'GW_ERR_UPSTREAM_INVALID',
    ],
    [
      'two content lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc',
      'GW_ERR_UPSTREAM_INVALID',
    ],
    [
      'two framings',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
      'GW_ERR_UPSTREAM_INVALID',
    ],
    [
      'a coding under the chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
      'GW_ERR_UPSTREAM_INVALID',
    ],
    [
      'an upgrade nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
      'GW_ERR_UPSTREAM_UNREACHABLE',
    ],
  ]
  for (const [name, answer, code] of rows) {
    const { port, failures, upstream } = await startPassage(t, await answering(t, answer))
    const received = await exchange(t, port, get)
    t.ok(received.startsWith('HTTP/1.1 502 Bad Gateway\r\n'), name)
    t.ok(received.endsWith(code), `${name}: ${code}`)
    t.equal(failures.length, 1)
    t.equal(upstream.inFlight, 0)
  }
})

t.test('an upstream that closes before it answers, and one that never answers', async t => {
  const closing = await startPassage(
    t,
    await tcpUpstream(t, socket => socket.once('data', () => socket.end())),
  )
  t.ok((await exchange(t, closing.port, get)).endsWith('GW_ERR_UPSTREAM_UNREACHABLE'))
  const silent = await startPassage(t, await answering(t, ''), { timeoutMs: 100 })
  const received = await exchange(t, silent.port, get)
  t.ok(received.startsWith('HTTP/1.1 504 '))
  t.ok(received.endsWith('GW_ERR_UPSTREAM_TIMEOUT'))
})

t.test('CR, LF and NUL reach no wire, wherever they come from', async t => {
  let connections = 0
  const origin = await tcpUpstream(t, () => {
    connections++
  })
  for (const options of [
    { own: { identity: ['X-Forwarded-User', 'jane\r\nX-Forwarded-Groups: admins'] } },
    { own: { identity: ['X-Forwarded-User', 'jane\u0000'] } },
    { own: { identity: ['X-Forwarded-User\r\nX-Evil', '1'] } },
    { own: { forwarding: ['Host', 'public.example\r\nX-Evil: 1'] } },
    { own: { cookie: 'a=1\r\n\r\nGET /admin HTTP/1.1' } },
    { target: '/a\r\nX-Evil: 1' },
    { target: '/a b' },
  ]) {
    const { port } = await startPassage(t, origin, options)
    const received = await exchange(t, port, get)
    t.ok(received.endsWith('GW_ERR_REQUEST_INVALID'), JSON.stringify(options))
  }
  t.equal(connections, 0)
})

t.test('a thousand requests leave no listener and no count behind', async t => {
  const origin = await httpUpstream(t, (_request, response) => void response.end('ok'))
  const { port, upstream } = await startPassage(t, origin)
  const warnings: Error[] = []
  const onWarning = (warning: Error) => void warnings.push(warning)
  process.on('warning', onWarning)
  t.teardown(() => process.off('warning', onWarning))
  const client = await rawClient(t, port)
  for (let n = 0; n < 1000; n++) {
    client.received = ''
    client.send(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx`)
    await client.until('\r\n\r\nok')
  }
  t.equal(upstream.inFlight, 0)
  t.strictSame(warnings, [])
})
