// What does the newest Node.js from npm do with the gateway, beside the one that runs here? Rows 1 and 2 by both in
// interleaved rounds, the start, and memory at rest.
import { setTimeout } from 'node:timers/promises'
import { startGateway } from './lib/gateway.js'
import { type Contestant, checkAnswer, load, type Measured, requireWrk, round } from './lib/load.js'
import { type NodeProgram, newestFromNpm, programOf } from './lib/npm-node.js'
import { median, megabytes, turned } from './lib/numbers.js'
import { isMissing, startPeer } from './lib/peers.js'
import { residentBytes, restMs } from './lib/processes.js'
import type { Findings, Table } from './lib/report.js'
import { World } from './lib/world.js'
import { firstAnswer } from './start.js'

const usualRounds = 4
const usualSeconds = 2
const usualStarts = 5

/** What was measured by one node. */
interface Side {
  readonly program: NodeProgram
  readonly world: World
  readonly contestants: readonly Contestant[]
  readonly measured: ReadonlyMap<string, Measured[]>
  readonly starts: number[]
  readonly restBytes: number
}

/** Tables alone: the goals are judged by the node that runs here, or by `--node`. */
export async function newestNode(world: World): Promise<Findings> {
  requireWrk()
  const sides = [await sideOf(await programOf(world.node), world)]
  const newest = await newestFromNpm().catch((error: Error) => error.message)
  if (typeof newest === 'string') {
    await race(world, sides)
    return { figures: {}, tables: [requestTable(sides, newest), startTable(sides, newest)] }
  }
  // A world of its own: whatever is measured in it runs by its node.
  const other = await World.begin({ scale: world.scale, node: newest.file })
  try {
    sides.push(await sideOf(newest, other))
    await race(world, sides)
    return { figures: {}, tables: [requestTable(sides, null), startTable(sides, null)] }
  } finally {
    await other.end()
  }
}

async function sideOf(program: NodeProgram, world: World): Promise<Side> {
  const gateway = await startGateway(world)
  await setTimeout(restMs)
  const restBytes = residentBytes(gateway.server)
  const cookie = await gateway.signIn()
  const own: Contestant = {
    key: 'cookie',
    label: 'cognito-gateway, cookie session',
    port: gateway.server.port,
    servers: [gateway.server],
    headers: [`Cookie: ${cookie}`],
    sees: ['x-forwarded-email: jane@example.com'],
    hidden: ['cgw-session'],
  }
  const contestants = [own]
  for (const key of ['undici', 'reply-from'] as const) {
    const peer = await startPeer(world, key, cookie)
    if (isMissing(peer)) throw new Error(peer.reason)
    contestants.push(peer)
  }
  const measured = new Map(contestants.map(({ key }) => [key, [] as Measured[]]))
  return { program, world, contestants, measured, starts: [], restBytes }
}

async function race(world: World, sides: readonly Side[]): Promise<void> {
  const all = sides.flatMap(side => side.contestants.map(one => ({ side, one })))
  for (const { side, one } of all) {
    await checkAnswer(one)
    await load(side.world, one, { seconds: 3 * world.scale })
  }
  for (let turn = 0; turn < world.times(usualRounds); turn++) {
    for (const { side, one } of turned(all, turn)) {
      const found = await round(side.world, one, { seconds: usualSeconds * world.scale })
      side.measured.get(one.key)?.push(found)
    }
  }
  for (let turn = 0; turn <= world.times(usualStarts); turn++) {
    for (const { world: own, starts } of turned(sides, turn)) {
      const begin = async () => (await startGateway(own)).server
      const ms = await firstAnswer(own, '/public', begin)
      // The first reads files that are not in memory yet.
      if (turn > 0) starts.push(ms)
    }
  }
}

function requestTable(sides: readonly Side[], reason: string | null): Table {
  const rows = sides.flatMap(({ program, contestants, measured }) => {
    const of = (key: string) => measured.get(key) ?? []
    return contestants.map(({ key, label }) => {
      const ratios = of('cookie').map(
        (own, at) => own.requestsPerSecond / (of(key)[at]?.requestsPerSecond ?? Number.NaN),
      )
      return [
        program.version,
        label,
        median(of(key).map(one => one.requestsPerSecond)).toFixed(0),
        median(of(key).map(one => one.cpuMicroseconds)).toFixed(1),
        median(ratios).toFixed(2),
      ]
    })
  })
  if (reason !== null) rows.push(['newest of npm', `missing: ${reason}`, '', '', ''])
  const head = ['Node.js', 'server', 'requests/s', 'CPU µs/request', 'gateway is faster by']
  return { title: 'The newest Node.js beside this one', head, rows }
}

function startTable(sides: readonly Side[], reason: string | null): Table {
  const rows = sides.map(({ program, starts, restBytes }) => [
    program.version,
    median(starts).toFixed(0),
    megabytes(restBytes).toFixed(0),
  ])
  if (reason !== null) rows.push(['newest of npm', `missing: ${reason}`, ''])
  const head = ['Node.js', 'start to the first good answer, ms', 'at rest, MB']
  return { title: 'The gateway by each', head, rows }
}
