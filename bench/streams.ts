// What do connections that stay open cost? WebSocket messages there and back, and how old an event is when it arrives.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { startGateway } from './lib/gateway.js'
import type { Figures } from './lib/goals.js'
import type { Contestant } from './lib/load.js'
import { median, quantile, turned } from './lib/numbers.js'
import { isMissing, startPeer } from './lib/peers.js'
import { cpuSeconds } from './lib/processes.js'
import type { Findings } from './lib/report.js'
import type { World } from './lib/world.js'

const usualRounds = 5
const usualSeconds = 3
const sockets = 32
const listeners = 100
const text = 'x'.repeat(100)

/** Row 11. */
export async function streams(world: World): Promise<Findings> {
  const gateway = await startGateway(world)
  const cookie = await gateway.signIn()
  const own: Contestant = {
    ...{ key: 'gateway', label: 'cognito-gateway', port: gateway.server.port },
    ...{ servers: [gateway.server], headers: [`Cookie: ${cookie}`], sees: [] },
  }
  const peer = await startPeer(world, 'nginx', cookie)
  const contestants = isMissing(peer) ? [own] : [own, peer]
  const costs: number[][] = contestants.map(() => [])
  const ages: number[][] = contestants.map(() => [])
  const seconds = usualSeconds * world.scale
  for (let round = 0; round <= world.times(usualRounds); round++) {
    for (const one of turned(contestants, round)) {
      const cost = await messages(one, seconds)
      const age = quantile(await events(one, seconds), 0.5)
      if (round === 0) continue
      costs[contestants.indexOf(one)]?.push(cost)
      ages[contestants.indexOf(one)]?.push(age)
    }
  }
  const ratio = ([ours = [], theirs = []]: readonly number[][]) =>
    median(ours.map((value, at) => value / (theirs[at] ?? Number.NaN)))
  const figures: Figures = isMissing(peer)
    ? { websocket: peer.reason, events: peer.reason }
    : { websocket: ratio(costs), events: ratio(ages) }
  const rows = contestants.map(({ label }, at) => [
    label,
    median(costs[at] ?? []).toFixed(1),
    median(ages[at] ?? []).toFixed(2),
  ])
  if (isMissing(peer)) rows.push([peer.label, `missing: ${peer.reason}`, ''])
  const head = ['server', 'CPU µs per WebSocket message', 'age of an event, p50 ms']
  return { figures, tables: [{ title: 'Connections that stay', head, rows }] }
}

/** CPU microseconds of one message there and back. */
async function messages(one: Contestant, seconds: number): Promise<number> {
  let [answered, over] = [0, false]
  const open = await Promise.all(
    Array.from({ length: sockets }, async () => {
      const socket = await upgrade(one)
      let rest = Buffer.alloc(0)
      const frame = maskedFrame()
      socket.on('data', chunk => {
        rest = Buffer.concat([rest, chunk])
        while (rest.length >= 2 + text.length) {
          if (rest.toString('latin1', 2, 2 + text.length) !== text)
            throw new Error(`${one.label} changed a message: nothing counts`)
          rest = rest.subarray(2 + text.length)
          answered++
          if (!over) socket.write(frame)
        }
      })
      return () => socket.write(frame)
    }),
  )
  const before = cpuSeconds(...one.servers)
  for (const begin of open) begin()
  await new Promise(resolve => setTimeout(resolve, seconds * 1000))
  over = true
  const cpu = cpuSeconds(...one.servers) - before
  closeAll()
  if (answered === 0) throw new Error(`${one.label} passed no message on: nothing counts`)
  return (cpu / answered) * 1e6
}

const opened = new Set<Socket>()

function closeAll(): void {
  for (const socket of opened) socket.destroy()
  opened.clear()
}

async function upgrade(one: Contestant): Promise<Socket> {
  const key = randomBytes(16).toString('base64')
  return ask(one, '/socket', [
    ...['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'],
    ...[`Sec-WebSocket-Key: ${key}`, `Origin: http://localhost:${one.port}`],
  ])
}

/** A request whose connection stays open; resolves with the head of the answer read. */
async function ask(
  { port, headers, label }: Contestant,
  path: string,
  lines: readonly string[],
): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  opened.add(socket)
  socket.on('error', () => {})
  const head = [`GET ${path} HTTP/1.1`, `Host: localhost:${port}`, ...headers, ...lines, '', '']
  socket.write(head.join('\r\n'), 'latin1')
  const [first] = (await once(socket, 'data')) as [Buffer]
  const answer = first.toString('latin1')
  if (!/^HTTP\/1.1 (?:101|200) /.test(answer))
    throw new Error(`${label} refused ${path}: ${answer.slice(0, 40)}: nothing counts`)
  return socket
}

/** RFC 6455 section 5.2: a text message of a client. */
function maskedFrame(): Buffer {
  const mask = randomBytes(4)
  const payload = Buffer.from(text)
  for (let at = 0; at < payload.length; at++) payload[at] = (payload[at] ?? 0) ^ (mask[at % 4] ?? 0)
  return Buffer.concat([Buffer.of(0x81, 0x80 | text.length), mask, payload])
}

/** Milliseconds from the application's clock to ours, which are one machine's. */
async function events(one: Contestant, seconds: number): Promise<number[]> {
  const ages: number[] = []
  await Promise.all(
    Array.from({ length: listeners }, async () => {
      const socket = await ask(one, '/events', ['Accept: text/event-stream'])
      socket.on('data', chunk => {
        const now = process.hrtime.bigint()
        for (const [, sent = ''] of chunk.toString('latin1').matchAll(/data: (\d+)/g)) {
          ages.push(Number(now - BigInt(sent)) / 1e6)
        }
      })
    }),
  )
  await new Promise(resolve => setTimeout(resolve, seconds * 1000))
  closeAll()
  if (ages.length === 0) throw new Error(`${one.label} passed no event on: nothing counts`)
  return ages
}
