// A gigabyte up and a gigabyte down through a gateway in a process of its own, whose memory stays flat.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { freePort } from '../fixtures/free-port.js'
import { secret } from '../fixtures/gateway.js'
import { program } from '../fixtures/program.js'

const megabyte = 1024 * 1024
const size = 1024 * megabyte
const warmUp = 128 * megabyte
const mayGrow = 20 * megabyte
const piece = randomBytes(512 * 1024)
/** What `npm start` gives to node. */
const flags = startScript().filter(word => word.startsWith('--'))

t.test('1 GB up and 1 GB down, and memory grows by less than 20 MB', async t => {
  const { url, process: gateway } = await startGateway(t, await startApplication(t))
  let peak = 0
  const watch = () => {
    peak = Math.max(peak, residentBytes(gateway))
  }
  await upload(`${url}/up`, warmUp, watch)
  await download(`${url}/down/${warmUp}`, watch)
  // The most, and not what is there at this moment: how much waits for the collector is chance.
  const before = peak
  t.equal(await upload(`${url}/up`, size, watch), `${size} bytes as sent`, 'up')
  t.equal(await download(`${url}/down/${size}`, watch), `${size} bytes as sent`, 'down')
  const grown = peak - before
  t.ok(grown < mayGrow, `grew by ${(grown / megabyte).toFixed(1)} MB`)
  t.comment(`${(before / megabyte).toFixed(1)} MB before, grew by ${(grown / megabyte).toFixed(1)}`)
})

/** Sends the piece as often as it takes; what the application says of it. */
async function upload(url: string, bytes: number, onMegabytes = () => {}): Promise<string> {
  const sending = request(url, { method: 'POST', headers: { 'content-length': bytes } })
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>
  await pump(sending, bytes, onMegabytes)
  sending.end()
  const [answer] = await answered
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  return text
}

/** What came down. */
async function download(url: string, onMegabytes = () => {}): Promise<string> {
  const asking = request(url).end()
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  return compare(answer, onMegabytes)
}

async function startApplication(t: Test): Promise<string> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const serve = async () => {
      if (request.method === 'POST') return response.end(await compare(request))
      await pump(response, Number(request.url?.split('/').at(-1)))
      return response.end()
    }
    serve().catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function startGateway(
  t: Test,
  upstream: string,
): Promise<{ url: string; process: ChildProcess }> {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const settings = {
    url,
    secrets: [secret],
    listen: { host: '127.0.0.1', port },
    admin: { port: await freePort() },
    cognito: {
      userPoolId: 'us-east-1_Emulator1',
      clientId: '1testclient0000000000000001',
      domain: 'http://localhost:9',
      issuer: 'http://localhost:9/us-east-1_Emulator1',
    },
    routes: [{ path: '/', access: 'public', upstream }],
  }
  const folder = t.testdir({ 'gateway.yaml': JSON.stringify(settings) })
  const gateway = spawn(
    process.execPath,
    [...flags, ...program, 'start', '--config', `${folder}/gateway.yaml`],
    { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  t.teardown(() => gateway.kill('SIGKILL'))
  let text = ''
  while (!text.includes(String(port))) text += String((await once(gateway.stdout, 'data'))[0])
  gateway.stdout.resume()
  return { url, process: gateway }
}

async function pump(
  to: NodeJS.WritableStream,
  bytes: number,
  onMegabytes = () => {},
): Promise<void> {
  for (let sent = 0; sent < bytes; sent += piece.length) {
    if (!to.write(piece)) await once(to, 'drain')
    if (sent % (16 * megabyte) === 0) onMegabytes()
  }
}

/** Holds every byte against what is sent; a sum over both would take longer than the gateway. */
async function compare(from: Readable, onMegabytes = () => {}): Promise<string> {
  let [seen, told] = [0, 0]
  for await (const chunk of from as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; ) {
      const start = seen % piece.length
      const end = Math.min(piece.length, start + chunk.length - at)
      if (piece.compare(chunk, at, at + end - start, start, end) !== 0)
        return `${seen}: another byte`
      at += end - start
      seen += end - start
    }
    if (seen - told < 16 * megabyte) continue
    told = seen
    onMegabytes()
  }
  return `${seen} bytes as sent`
}

function startScript(): string[] {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { scripts: { start: string } }).scripts.start.split(' ')
}

function residentBytes({ pid }: ChildProcess): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}
