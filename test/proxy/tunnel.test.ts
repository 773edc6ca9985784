import { once } from 'node:events'
import type { Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import t, { type Test } from 'tap'
import { asking, frame, readFrame } from '../fixtures/websocket.js'
import { selfSigned } from './fixtures/certificate.js'
import { listening, type RawClient, rawClient, tcpUpstream } from './fixtures/passage.js'
import { startTunnels, type TunnelledOptions } from './fixtures/tunnel.js'

const head = `GET /x HTTP/1.1\r\nHost: x\r\n${asking}\r\n\r\n`
const switched = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'

t.test('bytes that come together with the heads are not lost, either way', async t => {
  let received = ''
  const { client } = await joined(t, {
    request: `${head}first`,
    answer: (socket, bytes) => {
      received = bytes.slice(bytes.indexOf('\r\n\r\n') + 4)
      socket.on('data', chunk => {
        received += chunk.toString('latin1')
        if (received === 'first') socket.write('done')
      })
      socket.write(`${switched}\r\nsecond`)
      if (received === 'first') socket.write('done')
    },
  })
  t.match(await client.until('done'), '\r\n\r\nseconddone')
})

t.test('bytes pass unchanged, both ways, of every size', async t => {
  const { client } = await joined(t, { answer: socket => void echo(socket) })
  const sent = Buffer.alloc(3_000_000, 'abcdefghij\x00\xff', 'latin1')
  const start = client.received.length
  client.socket.write(sent)
  while (client.received.length < start + sent.length) await once(client.socket, 'data')
  t.ok(Buffer.from(client.received.slice(start), 'latin1').equals(sent))
})

t.test('a reader that does not read holds the writer back, both ways', async t => {
  const chunk = Buffer.alloc(64 * 1024)
  const enough = 64 * 1024 * 1024
  for (const direction of ['up', 'down']) {
    const { client, socket } = await joined(t)
    const [from, to] = direction === 'up' ? [client.socket, socket] : [socket, client.socket]
    to.pause()
    const before = process.memoryUsage.rss()
    let written = 0
    while (written < enough && from.writableLength < 1024 * 1024) {
      from.write(chunk)
      written += chunk.length
      await new Promise(setImmediate)
    }
    t.ok(written < enough, `${direction}: stopped after ${written} bytes`)
    t.ok(process.memoryUsage.rss() - before < 40 * 1024 * 1024, `${direction}: flat memory`)
    let read = 0
    to.on('data', bytes => {
      read += bytes.length
    })
    to.resume()
    while (read < written) await once(to, 'data')
    t.equal(read, written, `${direction}: nothing is lost`)
  }
})

t.test('whoever leaves takes the other side down, within a second', async t => {
  const ways: [string, 'client' | 'upstream', (socket: Socket) => void][] = [
    ['the client closes', 'client', socket => socket.destroy()],
    ['the client is reset', 'client', socket => socket.resetAndDestroy()],
    ['the upstream closes', 'upstream', socket => socket.destroy()],
    ['the upstream is reset', 'upstream', socket => socket.resetAndDestroy()],
  ]
  for (const [name, who, leave] of ways) {
    const { client, socket, tunnelled } = await joined(t)
    const [leaver, other] = who === 'client' ? [client.socket, socket] : [socket, client.socket]
    const gone = once(other, 'close')
    const start = Date.now()
    leave(leaver)
    await gone
    t.ok(Date.now() - start < 1000, name)
    while (tunnelled.upstream.tunnels > 0) await new Promise(setImmediate)
    t.equal(tunnelled.watched, 0, `${name}: nobody is watched over any more`)
  }
})

t.test('a client that leaves before the answer takes the question along', async t => {
  for (const leave of ['destroy', 'resetAndDestroy', 'end'] as const) {
    let arrived: (socket: Socket) => void = () => {}
    const asked = new Promise<Socket>(resolve => {
      arrived = resolve
    })
    const origin = await tcpUpstream(t, socket => {
      socket.once('data', () => arrived(socket))
    })
    const tunnelled = await startTunnels(t, origin)
    const client = await rawClient(t, tunnelled.port)
    client.send(head)
    const socket = await asked
    const gone = once(socket, 'close')
    client.socket[leave]()
    await gone
    t.equal(tunnelled.failures.length, 0, leave)
    t.equal(tunnelled.upstream.tunnels, 0)
  }
})

t.test('one side may end while the other goes on', async t => {
  const up = await joined(t, { halfOpen: true })
  const ended = once(up.socket, 'end')
  up.client.socket.end('last words')
  up.socket.resume()
  await ended
  up.socket.end('the answer to them')
  t.match(await up.client.closed(), /the answer to them$/)

  const down = await joined(t, { halfOpen: true })
  const heard = once(down.client.socket, 'end')
  down.client.socket.allowHalfOpen = true
  down.socket.end()
  await heard
  down.client.socket.end('and yet')
  const [bytes] = await once(down.socket, 'data')
  t.equal(String(bytes), 'and yet')
})

t.test('what an upstream wrote before it closed reaches a slow client', async t => {
  const { client, socket } = await joined(t)
  client.socket.pause()
  const sent = Buffer.alloc(8_000_000, 'x')
  socket.end(sent)
  await new Promise(setImmediate)
  const start = client.received.length
  client.socket.resume()
  await client.closed()
  t.equal(client.received.length - start, sent.length)
})

t.test('an end says why, between frames and not inside them', async t => {
  const rows = [
    ['session-over', 4401],
    ['not-allowed', 4403],
    ['going-away', 1001],
  ] as const
  for (const [why, code] of rows) {
    const { client, socket, tunnelled } = await joined(t)
    socket.write(frame(1, 'hello').subarray(0, 4))
    await client.until('he')
    tunnelled.end(why)
    client.send('nobody hears this')
    socket.write(Buffer.concat([frame(1, 'hello').subarray(4), frame(1, 'never')]))
    const heard = once(socket, 'close')
    const received = await client.closed()
    await heard
    const frames = Buffer.from(received.slice(received.indexOf('\r\n\r\n') + 4), 'latin1')
    const first = readFrame(frames)
    t.equal(String(first?.payload), 'hello')
    const second = readFrame(frames.subarray(first?.size))
    t.equal(second?.opcode, 8, why)
    t.equal(second?.payload.readUInt16BE(0), code)
    t.equal(frames.length, (first?.size ?? 0) + (second?.size ?? 0), 'and no more')
  }
})

t.test('an end in the middle of a frame that does not go on cuts the connection', async t => {
  const { client, socket, tunnelled } = await joined(t)
  socket.write(frame(1, 'hello').subarray(0, 4))
  await client.until('he')
  tunnelled.end('session-over')
  t.match(await client.closed(), /he$/)
})

t.test('who is joined after the good-bye is told it as well', async t => {
  const origin = await tcpUpstream(t, socket => {
    socket.once('data', () => socket.write(`${switched}\r\n`))
  })
  const { tunnels, port } = await startTunnels(t, origin)
  tunnels.close()
  const client: RawClient = await rawClient(t, port)
  client.send(head)
  const received = await client.closed()
  const bye = readFrame(Buffer.from(received.slice(received.indexOf('\r\n\r\n') + 4), 'latin1'))
  t.equal(bye?.payload.readUInt16BE(0), 1001)
})

t.test('other protocols get no frame, just the end', async t => {
  const { client, tunnelled } = await joined(t, {
    protocol: 'acme/1',
    answer: socket =>
      void socket.write(
        'HTTP/1.1 101 Yes\r\nConnection: Upgrade\r\nUpgrade: acme/1\r\n\r\nacme speaks',
      ),
    until: 'acme speaks',
  })
  tunnelled.end('session-over')
  t.match(await client.closed(), /acme speaks$/)
})

t.test('silence ends a tunnel, and a byte in either direction keeps it', async t => {
  const { client, socket } = await joined(t, { idleMs: 400 })
  for (let n = 0; n < 6; n++) {
    const [from, to] = n % 2 === 0 ? [client.socket, socket] : [socket, client.socket]
    const heard = once(to, 'data')
    setTimeout(() => from.write(frame(1, '.')), 150)
    await heard
  }
  const received = Buffer.from(await client.closed(), 'latin1')
  const close = readFrame(received.subarray(-21))
  t.equal(close?.opcode, 8)
  t.equal(close?.payload.readUInt16BE(0), 1001)
})

t.test('an https upstream shows a certificate for its name, or gets nothing', async t => {
  const good = selfSigned('localhost')
  const rows: [string, string, string, string][] = [
    ['for its name', good.cert, 'localhost', '101 Switching'],
    ['of an authority that nobody trusts', '', 'localhost', 'GW_ERR_UPSTREAM_UNREACHABLE'],
    ['for another name', good.cert, '127.0.0.1', 'GW_ERR_UPSTREAM_UNREACHABLE'],
  ]
  for (const [name, ca, host, expected] of rows) {
    let received = ''
    const server = createTlsServer({ cert: good.cert, key: good.key }, socket => {
      socket.on('error', () => socket.destroy())
      socket.on('data', chunk => {
        received += chunk.toString('latin1')
        socket.write(`${switched}\r\n`)
      })
    })
    const port = await listening(t, server)
    const options = ca === '' ? {} : { tls: { ca } }
    const tunnelled = await startTunnels(t, `https://${host}:${port}`, options)
    const client = await rawClient(t, tunnelled.port)
    client.send(head)
    await client.until(expected)
    t.equal(received.startsWith('GET /x'), expected.startsWith('101'), name)
    client.socket.destroy()
  }
})

t.test('so many and no more', async t => {
  const { tunnelled, client } = await joined(t, { maxTunnels: 1 })
  const second = await rawClient(t, tunnelled.port)
  second.send(head)
  t.match(await second.until('GW_ERR'), 'GW_ERR_UPSTREAM_BUSY')
  client.socket.destroy()
  while (tunnelled.upstream.tunnels > 0) await new Promise(setImmediate)
  const third = await rawClient(t, tunnelled.port)
  third.send(head)
  await third.until('101 Switching')
})

interface Joining extends TunnelledOptions {
  readonly request?: string
  readonly answer?: (socket: Socket, bytes: string) => void
  readonly until?: string
  readonly halfOpen?: boolean
}

/** A client and an upstream, joined; the upstream switches at once unless it is told otherwise. */
async function joined(
  t: Test,
  { request = head, answer, until = '\r\n\r\n', halfOpen = false, ...options }: Joining = {},
) {
  const sockets: Socket[] = []
  const origin = await tcpUpstream(t, socket => {
    sockets.push(socket)
    socket.allowHalfOpen = halfOpen
    socket.once('data', bytes => {
      socket.resume()
      if (answer === undefined) socket.write(`${switched}\r\n`)
      else answer(socket, bytes.toString('latin1'))
    })
  })
  const tunnelled = await startTunnels(t, origin, options)
  const client: RawClient = await rawClient(t, tunnelled.port)
  client.send(request)
  await client.until(until)
  return { client, tunnelled, socket: sockets[0] as Socket }
}

function echo(socket: Socket): void {
  socket.write(`${switched}\r\n`)
  socket.pipe(socket)
}
