// What does the newest Node.js from npm do with the gateway, beside the one that runs here? Rows 1 and 2 by both in
// interleaved rounds, the start, and memory at rest.
import { setTimeout } from 'node:timers/promises'
import { plain } from './lib/browsers.js'
import { type GatewayUnderTest, startGateway } from './lib/gateway.js'
import { type Contestant, checkAnswer, load, type Round, requireWrk, round } from './lib/load.js'
import { type NodeProgram, newestFromNpm, programOf } from './lib/npm-node.js'
import { median, megabytes, turned } from './lib/numbers.js'
import { isMissing, startPeer } from './lib/peers.js'
import { residentBytes, restMs } from './lib/processes.js'
import { countedText, fastestProbe, undisturbed } from './lib/quiet.js'
import type { Findings, Table } from './lib/report.js'
import { World } from './lib/world.js'
import { firstAnswer } from './start.js'

const usualRounds = 4
const seconds = 1
const usualStarts = 5

/** What was measured by one node. */
interface Side {
  readonly program: NodeProgram
  readonly world: World
  readonly contestants: readonly Contestant[]
  readonly measured: ReadonlyMap<string, Round[]>
  readonly starts: number[]
  readonly restBytes: number
}

/** Tables alone: the goals are judged by the node that runs here, or by `--node`. */
export async function newestNode(world: World): Promise<Findings> {
  requireWrk()
  const begun = [await begin(await programOf(world.node), world)]
  const newest = await newestFromNpm().catch((error: Error) => error.message)
  if (typeof newest === 'string') return measure(world, begun, newest)
  // A world of its own: whatever is measured in it runs by its node.
  const other = await World.begin({ scale: world.scale, node: newest.file })
  try {
    begun.push(await begin(newest, other))
    return await measure(world, begun, null)
  } finally {
    await other.end()
  }
}

/** A gateway that has just started. */
interface Begun {
  readonly program: NodeProgram
  readonly world: World
  readonly gateway: GatewayUnderTest
}

async function begin(program: NodeProgram, world: World): Promise<Begun> {
  return { program, world, gateway: await startGateway(world) }
}

/** @param reason  why the newest is missing */
async function measure(
  world: World,
  begun: readonly Begun[],
  reason: string | null,
): Promise<Findings> {
  await setTimeout(restMs)
  const sides: Side[] = []
  for (const one of begun) sides.push(await sideOf(one))
  await race(world, sides)
  return { figures: {}, tables: [requestTable(sides, reason), startTable(sides, reason)] }
}

async function sideOf({ program, world, gateway }: Begun): Promise<Side> {
  const restBytes = residentBytes(gateway.server)
  const cookie = await gateway.signIn()
  const contestants = [plain(gateway, cookie)]
  for (const key of ['undici', 'reply-from'] as const) {
    const peer = await startPeer(world, key, cookie)
    if (isMissing(peer)) throw new Error(peer.reason)
    contestants.push(peer)
  }
  const measured = new Map(contestants.map(({ key }) => [key, [] as Round[]]))
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
      const found = await round(side.world, one, { seconds })
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
  const fastest = fastestProbe(sides.flatMap(({ measured }) => [...measured.values()].flat()))
  const rows = sides.flatMap(({ program, contestants, measured }) => {
    const all = (key: string) => measured.get(key) ?? []
    const counted = (key: string) => undisturbed(all(key), fastest)
    const rate = (key: string) => median(counted(key).map(one => one.requestsPerSecond))
    return contestants.map(({ key, label }) => [
      program.version,
      label,
      rate(key).toFixed(0),
      median(counted(key).map(one => one.cpuMicroseconds)).toFixed(1),
      (rate('cookie') / rate(key)).toFixed(2),
      countedText(all(key), fastest),
    ])
  })
  if (reason !== null) rows.push(['newest of npm', `missing: ${reason}`, '', '', '', ''])
  const head = [
    'Node.js',
    'server',
    'requests/s',
    'CPU µs/request',
    'gateway is faster by',
    'rounds that count',
  ]
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
