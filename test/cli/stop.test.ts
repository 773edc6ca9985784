// A restart, seen by those who are in the middle of something: the process, its signals, real sockets.
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { Agent, request } from 'undici'
import {
  type GatewayProcess,
  gatewayProcess,
  slowApplication,
  waitForReadiness,
} from '../fixtures/gateway-process.js'

async function startGateway(t: Test, shutdown: object): Promise<GatewayProcess> {
  const upstream = await slowApplication(t)
  return gatewayProcess(t, {
    settings: { shutdown, routes: [{ path: '/', access: 'public', upstream }] },
  })
}

t.test(
  'SIGTERM: nothing is lost that is under way, and listeners are told to come again',
  async t => {
    const { url, adminUrl, process: gateway, ended } = await startGateway(t, { delay: '1s' })
    const { port } = new URL(url)

    const upload = httpRequest(`${url}/upload`, { method: 'POST' })
    upload.write('a'.repeat(1000))
    const uploaded = once(upload, 'response') as Promise<[IncomingMessage]>

    const events = await request(`${url}/events`)
    const heard = events.body.text()

    const socket = connect(Number(port), '127.0.0.1')
    const lines =
      'GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
    socket.write(
      `${lines}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    )
    const received: Buffer[] = []
    socket.on('data', (chunk: Buffer) => received.push(chunk))
    await once(socket, 'data')
    const closed = once(socket, 'end')

    const agent = new Agent({ connections: 1, pipelining: 1 })
    t.teardown(() => agent.destroy())
    const ask = async () => {
      const answer = await request(`${url}/page`, { dispatcher: agent })
      await answer.body.dump()
      return answer
    }
    t.not((await ask()).headers.connection, 'close')

    gateway.kill('SIGTERM')
    await waitForReadiness(adminUrl, '"stays":"failing"')
    const during = await ask()
    t.equal(during.statusCode, 200, 'while load balancers move away, everything is served')
    t.equal(during.headers.connection, 'close', 'and no connection kept')

    t.equal(await heard, 'data: one\n\n', 'an event stream ends as if its application ended it')
    await closed
    const all = Buffer.concat(received)
    const frame = all.subarray(all.indexOf('\r\n\r\n') + 4)
    t.equal(frame[0], 0x88, 'a close frame')
    t.equal(frame.readUInt16BE(2), 1001)

    t.equal(gateway.exitCode, null, 'the upload is waited for')
    upload.end('b'.repeat(1000))
    const [answer] = await uploaded
    t.equal(String((await answer.toArray())[0]), '2000')
    t.strictSame(await ended, [0, null])
  },
)

t.test('a second signal ends at once', async t => {
  const { adminUrl, process: gateway, ended } = await startGateway(t, { delay: '1m' })
  gateway.kill('SIGTERM')
  await waitForReadiness(adminUrl, '"stays":"failing"')
  gateway.kill('SIGTERM')
  t.strictSame(await ended, [1, null])
})

t.test('what does not end is cut at the deadline', async t => {
  const { url, process: gateway, ended } = await startGateway(t, { delay: '0s', deadline: '1s' })
  const upload = httpRequest(`${url}/upload`, { method: 'POST' })
  const cut = once(upload, 'error')
  upload.write('a')
  await request(`${url}/page`).then(({ body }) => body.dump())
  gateway.kill('SIGTERM')
  t.strictSame(await ended, [1, null])
  await cut
})

t.test('Ctrl-C does not wait for load balancers', async t => {
  const { process: gateway, ended } = await startGateway(t, { delay: '10m' })
  gateway.kill('SIGINT')
  t.strictSame(await ended, [0, null])
})
