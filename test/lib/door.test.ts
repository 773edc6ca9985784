// The listener that stays, over real sockets.
import { EventEmitter, once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { connect as connectTls, type SecureContextOptions } from 'node:tls'
import t from 'tap'
import { connectionLimits } from '../../src/app.js'
import { createCrowd } from '../../src/lib/crowd.js'
import { createDoor } from '../../src/lib/door.js'
import { selfSigned } from '../fixtures/tls-front.js'

const plain = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

t.test('with TLS a connection counts before its handshake, once, and until it closes', async t => {
  const certificate = selfSigned(t)
  const door = createDoor(connectionLimits, certificate)
  const inside = new EventEmitter()
  const crowd = createCrowd()
  let [arrived, left] = [0, 0]
  inside.on('arrival', socket => {
    arrived++
    socket.once('close', () => {
      left++
      inside.emit('left')
    })
    if (!crowd.admits(socket, 'somebody', 2)) socket.destroy()
  })
  inside.on('request', (_request: IncomingMessage, response: ServerResponse) => response.end('yes'))
  door.admit(inside)
  const port = await door.listen({ host: '127.0.0.1', port: 0, backlog: 10 })
  t.teardown(() => door.close())

  const silent = connect(port, '127.0.0.1').on('error', () => {})
  await once(inside, 'arrival')
  const speaking = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(speaking, 'secureConnect')
  t.equal(arrived, 2)
  const third = connect(port, '127.0.0.1').on('error', () => {})
  await once(third, 'close')
  t.equal(arrived, 3, 'refused without a handshake')

  speaking.write(plain)
  t.match(String((await once(speaking, 'data'))[0]), /^HTTP\/1\.1 200 /)
  for (const socket of [silent, speaking]) socket.destroy()
  while (left < 3) await once(inside, 'left')
  const again = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(again, 'secureConnect')
  again.destroy()
})

t.test('a request that is read again adds no listener to its connection', async t => {
  const door = createDoor(connectionLimits, null)
  const inside = new EventEmitter()
  const listeners: number[] = []
  // As endpoints/upgrade does with what it does not tunnel.
  inside.on('upgrade', ({ socket }: IncomingMessage & { socket: Socket & { server: Server } }) => {
    socket.unshift(Buffer.from(plain))
    socket.server.emit('connection', socket)
  })
  inside.on('request', (request: IncomingMessage, response: ServerResponse) => {
    listeners.push(request.socket.listenerCount('close'))
    response.end('yes')
  })
  door.admit(inside)
  const port = await door.listen({ host: '127.0.0.1', port: 0, backlog: 10 })
  t.teardown(() => door.close())
  const client = connect(port, '127.0.0.1').on('error', () => {})
  for (let n = 0; n < 4; n++) {
    client.write(plain.replace('\r\n\r\n', '\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'))
    await once(client, 'data')
  }
  client.destroy()
  t.equal(listeners.length, 4)
  t.equal(new Set(listeners).size, 1, String(listeners))
})

/** Node's own deadline for heads is not what ends these. */
const patient = { ...connectionLimits, connectionsCheckingInterval: 3_600_000 }

async function openDoor(certificate: SecureContextOptions | null) {
  const door = createDoor(patient, certificate)
  const inside = new EventEmitter()
  inside.on('request', () => inside.emit('asked'))
  door.admit(inside)
  const port = await door.listen({ host: '127.0.0.1', port: 0, backlog: 10 })
  return { door, inside, port }
}

// Browsers and load balancers connect ahead of requests; a stop waited 20 s for each such connection.
for (const kind of ['plain', 'TLS'] as const) {
  t.test(`a connection that never asks holds no closing door up: ${kind}`, async t => {
    const { door, inside, port } = await openDoor(kind === 'TLS' ? selfSigned(t) : null)
    const silent =
      kind === 'TLS'
        ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
        : connect(port, '127.0.0.1')
    silent.on('error', () => {})
    await Promise.all([
      once(inside, 'arrival'),
      once(silent, kind === 'TLS' ? 'secureConnect' : 'connect'),
    ])
    const closed = once(silent, 'close')
    t.equal(await door.close(), true, 'nothing was cut')
    await closed
  })
}

t.test('what is not answered at the deadline is cut, and told of', async t => {
  const { door, inside, port } = await openDoor(null)
  const asking = connect(port, '127.0.0.1').on('error', () => {})
  asking.write(plain)
  await once(inside, 'asked')
  const closed = once(asking, 'close')
  t.equal(await door.close({ deadlineMs: 100 }), false)
  await closed
})
