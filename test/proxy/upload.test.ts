import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { mock } from 'node:test'
import t from 'tap'
import { hasBody, letGo } from '../../src/proxy/upload.js'
import {
  httpUpstream,
  listening,
  rawClient,
  startPassage,
  tcpUpstream,
} from './fixtures/passage.js'

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

t.test('what is left of an upload is read for half a minute and no longer', async t => {
  const server = createServer((request, response) => {
    mock.timers.enable({ apis: ['setTimeout'] })
    response.end('early')
    letGo(request)
  })
  t.teardown(() => mock.timers.reset())
  const port = await listening(t, server)
  const client = await rawClient(t, port)
  client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\npart')
  await client.until('early')
  const closed = once(client.socket, 'close')
  mock.timers.tick(29_999)
  t.notOk(client.socket.closed)
  mock.timers.tick(1)
  await closed
})
