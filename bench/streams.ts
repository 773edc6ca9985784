// What do connections that stay open cost? WebSocket messages there and back, and how old an event is when it arrives.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { startGateway } from './lib/gateway.js'
import type { Figures } from './lib/goals.js'
import type { Contestant } from './lib/load.js'
import { median, quantile, turned } from './lib/numbers.js'
import { isMissing, startPeer } from './lib/peers.js'
import { cpuSeconds } from './lib/processes.js'
import { countedText, fastestProbe, type Probed, undisturbed } from './lib/quiet.js'
import type { Findings } from './lib/report.js'
import type { World } from './lib/world.js'

const usualRounds = 6
const usualSeconds = 2
/** Of messages, and not counted: another server had the core. */
const againMs = 500
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
  const costs: Figure[][] = contestants.map(() => [])
  const ages: Figure[][] = contestants.map(() => [])
  const seconds = usualSeconds * world.scale
  for (let round = 0; round <= world.times(usualRounds); round++) {
    for (const one of turned(contestants, round)) {
      const cost = await world.probed(async () => ({ value: await messages(one, seconds) }))
      const age = await world.probed(async () => ({
        value: quantile(await events(one, seconds), 0.5),
      }))
      if (round === 0) continue
      costs[contestants.indexOf(one)]?.push(cost)
      ages[contestants.indexOf(one)]?.push(age)
    }
  }
  const fastest = fastestProbe([...costs, ...ages].flat())
  const counted = (found: readonly Figure[] = []) => undisturbed(found, fastest)
  const middle = (found?: readonly Figure[]) => median(counted(found).map(({ value }) => value))
  const figures: Figures = isMissing(peer)
    ? { websocket: peer.reason, events: peer.reason }
    : {
        websocket: middle(costs[0]) / middle(costs[1]),
        events: middle(ages[0]) / middle(ages[1]),
      }
  const rows = contestants.map(({ label }, at) => [
    label,
    middle(costs[at]).toFixed(1),
    middle(ages[at]).toFixed(2),
    `${countedText(costs[at] ?? [], fastest)}; ${countedText(ages[at] ?? [], fastest)}`,
  ])
  if (isMissing(peer)) rows.push([peer.label, `missing: ${peer.reason}`, '', ''])
  const head = [
    'server',
    'CPU µs per WebSocket message',
    'age of an event, p50 ms',
    'rounds that count',
  ]
  return { figures, tables: [{ title: 'Connections that stay', head, rows }] }
}

interface Figure extends Probed {
  readonly value: number
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
  for (const begin of open) begin()
  await setTimeout(againMs)
  const [before, earlier] = [cpuSeconds(...one.servers), answered]
  await setTimeout(seconds * 1000)
  over = true
  const [cpu, count] = [cpuSeconds(...one.servers) - before, answered - earlier]
  closeAll()
  if (count === 0) throw new Error(`${one.label} passed no message on: nothing counts`)
  return (cpu / count) * 1e6
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
  await setTimeout(seconds * 1000)
  closeAll()
  if (ages.length === 0) throw new Error(`${one.label} passed no event on: nothing counts`)
  return ages
}
