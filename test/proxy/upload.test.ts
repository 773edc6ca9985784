import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { mock } from 'node:test'
import t from 'tap'
import { hasBody, letGo } from '../../src/proxy/upload.js'
import { httpUpstream, rawClient, startPassage, tcpUpstream } from './fixtures/passage.js'

t.test('a request has a body when its head says so', async t => {
  const rows: [Record<string, string>, boolean][] = [
    [{}, false],
    [{ 'content-length': '0' }, false],
    [{ 'content-length': '1' }, true],
    [{ 'transfer-encoding': 'chunked' }, true],
    [{ 'content-type': 'text/plain' }, false],
  ]
  for (const [headers, expected] of rows) {
    t.equal(hasBody({ headers } as unknown as IncomingMessage), expected, JSON.stringify(headers))
  }
})

t.test('an answer before the upload is read arrives, and the connection serves on', async t => {
  const origin = await tcpUpstream(t, socket =>
    socket.once('data', chunk => {
      if (String(chunk).startsWith('GET')) {
        socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nnext')
      } else {
        socket.pause()
        socket.write(
          'HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig',
        )
      }
    }),
  )
  const { port, upstream } = await startPassage(t, origin)
  // The first fits into the buffers on the way and is complete before anyone reads it.
  for (const size of [100_000, 20_000_000]) {
    const client = await rawClient(t, port)
    client.socket.pause()
    client.send(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`)
    const sent = new Promise<void>(resolve =>
      client.socket.write(Buffer.alloc(size), () => resolve()),
    )
    await sent
    client.socket.resume()
    await client.until('\r\n\r\nbig')
    client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await client.until('\r\n\r\nnext')
    t.match(client.received, /^HTTP\/1\.1 413 /, `${size} bytes`)
    t.equal(upstream.inFlight, 0)
  }
})

t.test('an upload to an upstream that is not there gets its page', async t => {
  const { port } = await startPassage(t, 'http://127.0.0.1:9')
  const client = await rawClient(t, port)
  const size = 5_000_000
  client.send(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`)
  await client.until('GW_ERR_UPSTREAM_UNREACHABLE')
  client.received = ''
  client.send(Buffer.alloc(size))
  client.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  t.match(await client.closed(), /^HTTP\/1\.1 502 /, 'and the connection serves on')
})

t.test(
  'an upstream that breaks off during an upload ends the exchange, not the gateway',
  async t => {
    const origin = await tcpUpstream(t, socket => socket.once('data', () => socket.destroy()))
    const { port, upstream } = await startPassage(t, origin)
    const client = await rawClient(t, port)
    client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\npart')
    await client.until('GW_ERR_UPSTREAM_UNREACHABLE')
    t.equal(upstream.inFlight, 0)
  },
)

t.test('a slow upload has no deadline while it moves', async t => {
  const origin = await httpUpstream(t, (request, response) => {
    request.resume().on('end', () => response.end('ok'))
  })
  const { port } = await startPassage(t, origin, { timeoutMs: 100 })
  const client = await rawClient(t, port)
  client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n')
  // Each round trip of another client is a moment; together they are longer than the limit.
  const until = Date.now() + 1500
  const other = await rawClient(t, port)
  for (let n = 0; n < 10; n++) {
    while (Date.now() < until - (10 - n) * 140) {
      other.received = ''
      other.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
      await other.until('ok')
    }
    client.send('xx')
  }
  await client.until('ok')
  t.match(client.received, /^HTTP\/1\.1 200 /)
})

t.test('what is left of an upload is read as long as it comes, and not for ever', async t => {
  const rows: [string, number, number][] = [
    ['nothing comes any more', 0, 10_000],
    ['it stops after a while', 3, 40_000 - 3 * 9000],
    ['it never stops', 33, 300_000 - 33 * 9000],
  ]
  for (const [name, pieces, restMs] of rows) {
    mock.timers.enable({ apis: ['setInterval'] })
    const request = fakeRequest()
    letGo(request)
    for (let n = 0; n < pieces; n++) {
      mock.timers.tick(9000)
      request.emit('data', Buffer.from('x'))
    }
    mock.timers.tick(restMs - 1)
    t.equal(request.destroyed, false, name)
    mock.timers.tick(1)
    t.equal(request.destroyed, true, name)
    t.equal(request.listenerCount('data'), 0, `${name}: nothing is left behind`)
    mock.timers.reset()
  }
})

/** A request whose body comes when the test says so. */
function fakeRequest(): IncomingMessage {
  const request = Object.assign(new EventEmitter(), {
    complete: false,
    destroyed: false,
    resume() {},
    destroy() {
      request.destroyed = true
      request.emit('close')
    },
  })
  return request as unknown as IncomingMessage
}

t.test('beyond its bound an upload is cut off, and the upstream sees that it is', async t => {
  let seen = 0
  let whole = 0
  const origin = await httpUpstream(t, (request, response) => {
    seen++
    request.on('error', () => {})
    request.resume().on('end', () => {
      whole++
      response.end('ok')
    })
  })
  const { port, upstream } = await startPassage(t, origin, { maxBodyBytes: 100_000 })
  const chunk = (size: number) => `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`
  const client = await rawClient(t, port)
  const head = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'
  client.send(`${head}${chunk(100_000)}0\r\n\r\n`)
  await client.until('ok')
  client.received = ''
  client.send(`${head}${chunk(60_000)}`)
  while (seen < 2) await new Promise(setImmediate)
  client.send(`${chunk(60_000)}${chunk(1000)}0\r\n\r\n`)
  await client.until('GW_ERR_BODY_TOO_LARGE')
  while (upstream.inFlight > 0) await new Promise(setImmediate)
  client.received = ''
  client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await client.until('ok')
  t.equal(whole, 2, 'the long one never came to its end; the connection of the client serves on')
  client.received = ''
  client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n')
  await client.until('GW_ERR_BODY_TOO_LARGE')
  t.equal(seen, 3, 'by its length at once')
})

t.test(
  'with a limit for pauses an upload that stops is 408, an answer that stops breaks off',
  async t => {
    const origin = await httpUpstream(t, (request, response) => {
      request.on('error', () => {})
      if (request.method === 'GET') response.write('begin')
      else request.resume().on('end', () => response.end('ok'))
    })
    const { port, upstream } = await startPassage(t, origin, { idleMs: 100 })
    const client = await rawClient(t, port)
    client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\npart')
    t.match(await client.until('GW_ERR_UPLOAD_TIMEOUT'), /^HTTP\/1\.1 408 /)
    const second = await rawClient(t, port)
    second.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    t.match(await second.closed(), 'begin')
    while (upstream.inFlight > 0) await new Promise(setImmediate)
    const third = await rawClient(t, port)
    third.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\npart')
    await third.until('ok')
  },
)

t.test('an upload that waits for leave gets it when the upstream takes the body', async t => {
  const origin = await httpUpstream(t, (request, response) => {
    t.equal(request.headers.expect, undefined)
    request.resume().on('end', () => response.end('ok'))
  })
  const { port } = await startPassage(t, origin)
  const client = await rawClient(t, port)
  const head =
    'POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 200000\r\n\r\n'
  for (let n = 0; n < 2; n++) {
    client.received = ''
    client.send(head)
    await client.until('HTTP/1.1 100 Continue\r\n\r\n')
    client.send('x'.repeat(200_000))
    await client.until('\r\n\r\nok')
    t.equal(client.received.match(/100 Continue/g)?.length, 1, 'once')
  }
})

t.test('an upload that waits is not asked for when there is nobody to take it', async t => {
  const { port } = await startPassage(t, 'http://127.0.0.1:9')
  const client = await rawClient(t, port)
  client.send('POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n')
  const received = await client.closed()
  t.match(received, /^HTTP\/1\.1 502 .*connection: close/is, 'it may send the body or not')
})
