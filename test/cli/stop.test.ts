// A restart, seen by those who are in the middle of something: the process, its signals, real sockets.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { Agent, request } from 'undici'
import { freePort } from '../fixtures/free-port.js'

const secret = 'q83vEjRWeJq83vEjRWeJASNFZ4mrze8BI0VniavN7wE'

interface Running {
  readonly url: string
  readonly adminUrl: string
  readonly process: ChildProcess
  readonly ended: Promise<[number | null, NodeJS.Signals | null]>
}

/** An application with a slow upload, an event stream, and an echo behind an upgrade. */
async function application(t: Test): Promise<string> {
  const server = createServer((incoming, response) => {
    if (incoming.url === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
      response.write('data: one\n\n')
      return
    }
    let bytes = 0
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    incoming.on('end', () => response.end(String(bytes)))
  })
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => {})
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function startGateway(t: Test, shutdown: object): Promise<Running> {
  const [port, adminPort] = [await freePort(), await freePort()]
  const settings = {
    url: `http://localhost:${port}`,
    secrets: [secret],
    shutdown,
    listen: { host: '127.0.0.1', port },
    admin: { port: adminPort },
    cognito: {
      userPoolId: 'us-east-1_Emulator1',
      clientId: '1testclient0000000000000001',
      domain: 'http://localhost:9',
      issuer: 'http://localhost:9/us-east-1_Emulator1',
    },
    routes: [{ path: '/', access: 'public', upstream: await application(t) }],
  }
  const folder = t.testdir({ 'gateway.yaml': JSON.stringify(settings) })
  const gateway = spawn(
    process.execPath,
    ['--import=tsx', 'src/cli/main.ts', 'start', '--config', `${folder}/gateway.yaml`],
    { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  t.teardown(() => gateway.kill('SIGKILL'))
  const ended = once(gateway, 'exit') as Running['ended']
  let text = ''
  while (!text.includes('gateway listens')) text += String((await once(gateway.stdout, 'data'))[0])
  gateway.stdout.resume()
  return {
    url: `http://localhost:${port}`,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    process: gateway,
    ended,
  }
}

/** Status of readiness, asked until it is this. */
async function waitForReadiness(adminUrl: string, check: string): Promise<void> {
  for (;;) {
    const answer = await request(`${adminUrl}/readyz`)
    if ((await answer.body.text()).includes(check)) return
  }
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
