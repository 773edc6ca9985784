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
async function reader(t: Test, maxHeldBytes: number, bounds: { maxBytes: number; idleMs: number }) {
  const read = createWholeBodies(maxHeldBytes)
  const failures: string[] = []
  let held = () => {}
  const server: Server = createServer((incoming, response) => {
    read(incoming, response, bounds).then(
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
