// Bodies that are read whole, over real sockets.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { request } from 'undici'
import type { GatewayError } from '../../src/errors.js'
import { createWholeBodies } from '../../src/proxy/whole-body.js'

/** Answers with the number of bytes, or the code of the failure. */
async function reader(
  t: Test,
  maxHeldBytes: number,
  bounds: { maxBytes: number; idleMs: number },
  pace?: { everyMs: number; bytes: number },
) {
  const read = createWholeBodies(maxHeldBytes, pace)
  const failures: string[] = []
  let held = () => {}
  const server: Server = createServer((incoming, response) => {
    const owner = String(incoming.headers['x-owner'] ?? incoming.socket.remotePort)
    read(incoming, response, { ...bounds, owner }).then(
      body => {
        if (incoming.url === '/hold') held = () => response.end('held')
        else response.end(String(body?.length ?? null))
      },
      (error: GatewayError) => {
        failures.push(error.code)
        server.emit('failure')
        if (!response.destroyed) response.end(error.code)
      },
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const send = async (body: Buffer | null, path = '/') => {
    const answer = await request(url + path, { method: 'POST', body })
    return answer.body.text()
  }
  return { url, server, send, failures, release: () => held() }
}

t.test('whole, none, and too much, with and without a length', async t => {
  const { send, url } = await reader(t, 10_000, { maxBytes: 1000, idleMs: 0 })
  t.equal(await send(Buffer.alloc(1000)), '1000')
  t.equal(await send(null), 'null')
  t.equal(await send(Buffer.alloc(1001)), 'GW_ERR_BODY_TOO_LARGE')
  async function* pieces() {
    for (let n = 0; n < 11; n++) yield Buffer.alloc(100)
  }
  const chunked = await request(url, { method: 'POST', body: Readable.from(pieces()) })
  t.equal(await chunked.body.text(), 'GW_ERR_BODY_TOO_LARGE')
})

t.test('all together are bounded, and room comes back with the answer', async t => {
  const { send, release, server } = await reader(t, 1500, { maxBytes: 1000, idleMs: 0 })
  const first = send(Buffer.alloc(1000), '/hold')
  await once(server, 'request')
  let second = await send(Buffer.alloc(600))
  // The first may still be on its way.
  while (second === '600') second = await send(Buffer.alloc(600))
  t.equal(second, 'GW_ERR_UPSTREAM_BUSY')
  release()
  t.equal(await first, 'held')
  t.equal(await send(Buffer.alloc(600)), '600')
})

t.test('a client that leaves, or sends nothing, holds no room', async t => {
  const { url, server, send, failures } = await reader(t, 1000, { maxBytes: 1000, idleMs: 100 })
  const { port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n${'x'.repeat(500)}`)
  await once(server, 'request')
  socket.destroy()
  await once(server, 'failure')
  const slow = connect(Number(port), '127.0.0.1')
  slow.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n${'x'.repeat(500)}`)
  await once(server, 'failure')
  slow.destroy()
  t.ok(failures.includes('GW_ERR_UPLOAD_TIMEOUT'))
  t.equal(await send(Buffer.alloc(1000)), '1000')
})

// One person's uploads, held back, had everybody else answered 503.
t.test('one owner gets a quarter of the room, and one body whatever its size', async t => {
  const { send, url, server, failures } = await reader(t, 4000, { maxBytes: 2000, idleMs: 0 })
  const { port } = new URL(url)
  const begin = (owner: string) => {
    const socket = connect(Number(port), '127.0.0.1')
    t.teardown(() => socket.destroy())
    const head = `POST / HTTP/1.1\r\nHost: x\r\nX-Owner: ${owner}\r\nContent-Length: 1900\r\n\r\n`
    socket.write(head + 'x'.repeat(900))
  }
  begin('one')
  await once(server, 'request')
  for (let n = 0; n < 4; n++) {
    const failure = once(server, 'failure')
    begin('one')
    await failure
  }
  t.strictSame(new Set(failures), new Set(['GW_ERR_UPSTREAM_BUSY']))
  t.equal(await send(Buffer.alloc(2000)), '2000', 'others have room')
})

// Four people together had everybody else answered 503.
t.test('the more people hold back, the less each may, and others have room', async t => {
  const { send, url, server, failures } = await reader(t, 4000, { maxBytes: 1000, idleMs: 0 })
  const { port } = new URL(url)
  let received = 0
  const allThere = new Promise<void>(resolve => {
    server.on('request', () => {
      received++
      if (received === 40) resolve()
    })
  })
  for (let n = 0; n < 40; n++) {
    const socket = connect(Number(port), '127.0.0.1')
    t.teardown(() => socket.destroy())
    const head = `POST / HTTP/1.1\r\nHost: x\r\nX-Owner: ${n % 4}\r\nContent-Length: 200\r\n\r\n`
    socket.write(head + 'x'.repeat(100))
  }
  await allThere
  t.equal(await send(Buffer.alloc(1000)), '1000')
  t.ok(failures.length > 0, `${failures.length} of 40 had no room`)
})

t.test('a body that drips is given up, however often something comes', async t => {
  const pace = { everyMs: 200, bytes: 10_000 }
  const { url, server, send, failures } = await reader(t, 1000, { maxBytes: 1000, idleMs: 0 }, pace)
  const slow = connect(Number(new URL(url).port), '127.0.0.1')
  slow.on('error', () => {})
  slow.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n')
  const drip = setInterval(() => slow.write('x'), 20)
  await once(server, 'failure')
  clearInterval(drip)
  slow.destroy()
  t.strictSame(failures, ['GW_ERR_UPLOAD_TIMEOUT'])
  t.equal(await send(Buffer.alloc(1000)), '1000', 'and its room is free')
})
