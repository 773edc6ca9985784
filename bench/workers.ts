// What do several processes cost, and what do they bring? `workers: 1` against `workers: 2`, and one for each core where
// there are more than two.
import { setTimeout } from 'node:timers/promises'
import { Pool } from 'undici'
import { type GatewayUnderTest, startGateway } from './lib/gateway.js'
import {
  type Contestant,
  checkAnswer,
  connections,
  load,
  type Measured,
  requireWrk,
} from './lib/load.js'
import { median, megabytes, turned } from './lib/numbers.js'
import { manyCores, proportionalBytes, residentBytes, restMs } from './lib/processes.js'
import type { Findings } from './lib/report.js'
import type { World } from './lib/world.js'
import { firstGoodAnswer } from './start.js'

const usualRounds = 5
const usualSeconds = 2
const usualStarts = 3
const usualCounted = 2000
const settleMs = 300
const readyMs = 30_000

/** One setting of `workers` and what was measured of it. */
interface Crew {
  readonly workers: number | 'auto'
  readonly gateway: GatewayUnderTest
  readonly contestant: Contestant
  readonly rest: { readonly resident: number; readonly proportional: number }
  readonly measured: Measured[]
}

interface Starts {
  readonly first: number[]
  readonly all: number[]
}

/** A table alone; no goal is set for it. */
export async function workers(world: World): Promise<Findings> {
  requireWrk()
  const cores = manyCores()
  const asked = cores.shared ? ([1, 2] as const) : ([1, 2, 'auto'] as const)
  const starts = await startAll(world, asked)
  const crews: Crew[] = []
  for (const count of asked) crews.push(await employ(world, count))
  for (const crew of crews) {
    await countExactly(world, crew)
    await loadAndCount(world, crew, 3)
  }
  for (let round = 0; round < world.times(usualRounds); round++) {
    for (const crew of turned(crews, round)) {
      await setTimeout(settleMs)
      crew.measured.push(await loadAndCount(world, crew, usualSeconds))
      await checkAnswer(crew.contestant)
    }
  }
  for (const crew of crews) await countExactly(world, crew)
  const [one] = crews
  const rows = crews.map(crew => [...loadCells(crew, one), ...restCells(crew, starts)])
  const head = [
    ...['workers', 'requests/s', 'of one worker', 'CPU µs/request', 'cores busy'],
    ...['at rest, MB', 'shared pages once, MB', 'first good answer, ms', 'all serve, ms'],
  ]
  return { figures: {}, tables: [{ title: 'Workers', head, rows, note: noteOf(cores) }] }
}

function start(world: World, count: Crew['workers']): Promise<GatewayUnderTest> {
  return startGateway(world, { settings: { workers: count }, core: manyCores().list })
}

async function employ(world: World, count: Crew['workers']): Promise<Crew> {
  const gateway = await start(world, count)
  const { server } = gateway
  await setTimeout(restMs)
  const rest = { resident: residentBytes(server), proportional: proportionalBytes(server) }
  const contestant: Contestant = {
    key: `workers-${count}`,
    label: `cognito-gateway, workers: ${count}`,
    port: server.port,
    servers: [server],
    headers: [`Cookie: ${await gateway.signIn()}`],
    sees: ['x-forwarded-email: jane@example.com'],
    hidden: ['cgw-session'],
  }
  await checkAnswer(contestant)
  return { workers: count, gateway, contestant, rest, measured: [] }
}

async function startAll(
  world: World,
  asked: readonly Crew['workers'][],
): Promise<ReadonlyMap<Crew['workers'], Starts>> {
  const starts = new Map(asked.map(count => [count, { first: [], all: [] } as Starts]))
  for (let turn = 0; turn <= world.times(usualStarts); turn++) {
    for (const count of turned(asked, turn)) {
      const { server, adminUrl } = await start(world, count)
      const listens = performance.now()
      const first = await firstGoodAnswer(server, '/public')
      await ready(adminUrl)
      const all = server.startMs + performance.now() - listens
      await world.stop(server)
      // The first reads files that are not in memory yet.
      if (turn === 0) continue
      starts.get(count)?.first.push(first)
      starts.get(count)?.all.push(all)
    }
  }
  return starts
}

/** The admin listener is opened when every worker serves. */
async function ready(adminUrl: string): Promise<void> {
  const deadline = performance.now() + readyMs
  while (performance.now() < deadline) {
    const answer = await fetch(`${adminUrl}/readyz`).catch(() => null)
    await answer?.arrayBuffer()
    if (answer?.status === 200) return
    await setTimeout(5)
  }
  throw new Error('the gateway was not ready: nothing counts')
}

/** What wrk was still waiting for at its end may have been counted, and no more. */
async function loadAndCount(world: World, crew: Crew, usual: number): Promise<Measured> {
  const before = await counted(crew)
  const found = await load(world, crew.contestant, { seconds: usual * world.scale })
  const more = (await counted(crew)) - before - found.requests
  if (more < 0 || more > connections)
    throw new Error(
      `workers: ${crew.workers} answered ${found.requests} requests and counted ${found.requests + more}: nothing counts`,
    )
  return found
}

/** So many requests over connections that all workers share, and the same number in the metrics. */
async function countExactly(world: World, crew: Crew): Promise<void> {
  const { contestant, workers: count } = crew
  const sent = world.times(usualCounted)
  const before = await counted(crew)
  const pool = new Pool(`http://localhost:${contestant.port}`, { connections, pipelining: 1 })
  const [, cookie = ''] = contestant.headers[0]?.split('Cookie: ') ?? []
  await Promise.all(
    Array.from({ length: sent }, async () => {
      const { statusCode, body } = await pool.request({
        method: 'GET',
        path: '/',
        headers: { cookie },
      })
      if (statusCode !== 200 || (await body.text()).length !== 1024)
        throw new Error(`workers: ${count} answered ${statusCode}: nothing counts`)
    }),
  )
  await pool.close()
  const sum = (await counted(crew)) - before
  if (sum !== sent)
    throw new Error(
      `workers: ${count} got ${sent} requests and counted ${sum} in all: nothing counts`,
    )
}

/** Requests that were decided on, by all workers. */
async function counted({ gateway }: Crew): Promise<number> {
  const answer = await fetch(`${gateway.adminUrl}/metrics`)
  const lines = (await answer.text()).split('\n')
  return lines
    .filter(line => line.startsWith('cognito_gateway_decisions_total{'))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}

function loadCells({ workers: count, measured }: Crew, one: Crew | undefined): string[] {
  const ratios = measured.map(
    (found, at) => found.requestsPerSecond / (one?.measured[at]?.requestsPerSecond ?? Number.NaN),
  )
  const busy = measured.map(found => (found.requestsPerSecond * found.cpuMicroseconds) / 1e6)
  return [
    `${count}`,
    median(measured.map(found => found.requestsPerSecond)).toFixed(0),
    median(ratios).toFixed(2),
    median(measured.map(found => found.cpuMicroseconds)).toFixed(1),
    median(busy).toFixed(2),
  ]
}

function restCells(
  { workers: count, rest }: Crew,
  starts: ReadonlyMap<Crew['workers'], Starts>,
): string[] {
  const { first, all } = starts.get(count) ?? { first: [], all: [] }
  return [
    megabytes(rest.resident).toFixed(0),
    megabytes(rest.proportional).toFixed(0),
    median(first).toFixed(0),
    median(all).toFixed(0),
  ]
}

function noteOf({ count, shared }: ReturnType<typeof manyCores>): string {
  const what =
    'CPU and memory are those of the primary and all workers; metrics counted every request.'
  return shared
    ? `${what} There are two cores, and load and application need one of them: the gateway may use both, and a second worker gets what they leave. So this shows what several processes cost a request, in memory and at the start, and that the work is shared; it does not show how much faster two workers are with cores of their own.`
    : `${what} The gateway has ${count} cores for itself; load and application share one more, and where that is busy, it is the limit.`
}
