// Everybody is served while instances, or workers, are replaced one by one: 300 requests a second of a signed-in person,
// uploads that take longer than a restart leaves them, and WebSockets, which are told to connect again.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { Agent, request, WebSocket } from 'undici'
import { startEmulator } from '../../src/emulator/app.js'
import { parsePool } from '../../src/emulator/pool.js'
import { freePort } from '../fixtures/free-port.js'
import { clientSecret, users } from '../fixtures/gateway.js'
import { gatewayProcess } from '../fixtures/gateway-process.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { redisServer } from '../fixtures/redis-server.js'
import { signIn } from '../fixtures/sign-in.js'
import { echo } from '../fixtures/websocket.js'

const perSecond = 300
const uploadsAtOnce = 4
const uploadChunks = 16
const chunk = 'a'.repeat(16 * 1024)
const sockets = 20

/** Answers with what it was sent: a path, or so many bytes; echoes WebSockets. */
async function application(t: Test): Promise<string> {
  const server = createServer((incoming, response) => {
    let bytes = 0
    incoming.on('data', (part: Buffer) => {
      bytes += part.length
    })
    incoming.on('end', () => response.end(`${incoming.url} ${bytes}`))
  })
  server.on('upgrade', echo as never)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Settings of a gateway that browsers know by this URL, and what closes its user pool. */
async function settingsFor(t: Test, url: string, changes: object) {
  const client = {
    id: '1testclient0000000000000001',
    secrets: [clientSecret],
    callbackUrls: [`${url}/oauth2/callback`],
    logoutUrls: [`${url}/oauth2/signed_out`],
  }
  const pool = parsePool({ users, clients: [client] })
  const emulator = await startEmulator({ pool, port: await freePort() })
  t.teardown(() => emulator.close())
  return {
    url: [url],
    shutdown: { delay: '2s' },
    cognito: {
      userPoolId: pool.poolId,
      clientId: client.id,
      clientSecret,
      domain: emulator.domain,
      issuer: emulator.issuer,
    },
    routes: [{ path: '/', access: 'signed-in', upstream: await application(t) }],
    ...changes,
  }
}

async function nginx(t: Test, port: number, gateways: readonly number[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'))
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map(name => `${name}_temp_path ${folder}/${name};`)
    .join('\n')
  const servers = gateways.map(one => `server 127.0.0.1:${one} max_fails=1 fail_timeout=1s;`)
  const conf = `daemon off; pid ${folder}/pid; error_log stderr crit; worker_processes 1;
    events { worker_connections 4096; }
    http {
      access_log off; client_max_body_size 0; ${temporary}
      map $http_upgrade $asked { default upgrade; '' ''; }
      upstream gateways { ${servers.join(' ')} keepalive 32; }
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://gateways; proxy_http_version 1.1; proxy_request_buffering off;
          proxy_set_header Host $http_host; proxy_set_header Connection $asked; proxy_set_header Upgrade $http_upgrade;
        }
      }
    }`
  writeFileSync(join(folder, 'nginx.conf'), conf)
  const server = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = once(server, 'exit')
  t.teardown(async () => {
    server.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  })
  while (!(await accepts(port))) await pause(50)
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** Asks, uploads and listens all the time. */
function everybody(url: string, cookie: string) {
  const agent = new Agent({ connections: 64, pipelining: 1 })
  const headers = { cookie, origin: url }
  const failures: string[] = []
  const counts = { requests: 0, uploads: 0, sockets: 0, toldToReconnect: 0 }
  const underWay = new Set<Promise<void>>()
  let running = true
  const track = (work: Promise<void>) => {
    const tracked = work.catch((error: Error) => void failures.push(error.message))
    underWay.add(tracked)
    void tracked.finally(() => underWay.delete(tracked))
  }

  async function ask(path: string): Promise<void> {
    const { statusCode, body } = await request(`${url}${path}`, { dispatcher: agent, headers })
    const text = await body.text()
    if (statusCode !== 200 || text !== `${path} 0`) failures.push(`${path}: ${statusCode} ${text}`)
    counts.requests++
  }

  async function upload(): Promise<void> {
    const slowly = async function* () {
      for (let at = 0; at < uploadChunks; at++) {
        yield chunk
        await pause(200)
      }
    }
    const { statusCode, body } = await request(`${url}/upload`, {
      method: 'POST',
      dispatcher: agent,
      headers,
      body: Readable.from(slowly()),
    })
    const text = await body.text()
    const wanted = `/upload ${uploadChunks * chunk.length}`
    if (statusCode !== 200 || text !== wanted) failures.push(`upload: ${statusCode} ${text}`)
    counts.uploads++
  }

  async function listen(): Promise<void> {
    while (running) {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/live`, { headers })
      let isOpen = false
      socket.addEventListener('open', () => {
        isOpen = true
        counts.sockets++
      })
      const closed = once(socket, 'close') as Promise<[{ code: number }]>
      const watch = setInterval(() => {
        if (!running) socket.close(1000)
      }, 100)
      const [{ code }] = await closed
      clearInterval(watch)
      if (running && !isOpen) failures.push(`a WebSocket did not open (${code})`)
      else if (running && code !== 1001) failures.push(`a WebSocket was closed with ${code}`)
      else if (running) counts.toldToReconnect++
    }
  }

  async function run(): Promise<void> {
    const begun = performance.now()
    for (let turn = 0; running; turn++) {
      track(ask(`/page/${turn}`))
      const ahead = begun + ((turn + 1) * 1000) / perSecond - performance.now()
      if (ahead > 0) await pause(ahead)
    }
  }

  async function uploads(): Promise<void> {
    while (running) await upload()
  }

  const done = run()
  for (let at = 0; at < uploadsAtOnce; at++) track(uploads())
  for (let at = 0; at < sockets; at++) track(listen())
  return {
    failures,
    counts,
    async stop() {
      running = false
      await done
      await Promise.all(underWay)
      await agent.destroy()
    },
  }
}

t.test('three instances on one Redis behind nginx, restarted one by one', async t => {
  const { url: redis } = await redisServer(t)
  const front = await freePort()
  const url = `http://localhost:${front}`
  const session = { store: 'redis', redis: { url: redis } }
  const settings = await settingsFor(t, url, { session })
  const ports = [await freePort(), await freePort(), await freePort()]
  const instances = []
  for (const port of ports) instances.push(await gatewayProcess(t, { port, settings }))
  await nginx(t, front, ports)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/page/0`)

  const load = everybody(url, browser.cookieHeader(url))
  for (const { port, process: instance, ended } of instances) {
    instance.kill('SIGTERM')
    t.strictSame(await ended, [0, null])
    await gatewayProcess(t, { port, settings })
  }
  await load.stop()
  t.strictSame(load.failures, [], JSON.stringify(load.counts))
  t.ok(load.counts.toldToReconnect >= sockets, 'every WebSocket had to move')
  t.comment(JSON.stringify(load.counts))
})

t.test('three workers, replaced one by one on SIGHUP', async t => {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const settings = await settingsFor(t, url, { workers: 3 })
  const gateway = await gatewayProcess(t, { port, settings })
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/page/0`)
  const load = everybody(url, browser.cookieHeader(url))
  for (const round of [0, 1]) {
    gateway.process.kill('SIGHUP')
    await gateway.line('settings were loaded', round)
  }
  await load.stop()
  t.strictSame(load.failures, [], JSON.stringify(load.counts))
  t.ok(load.counts.toldToReconnect >= sockets, 'every WebSocket had to move')
  t.comment(JSON.stringify(load.counts))
})
