// How does the cost of a request grow: with routes, groups of a person, header lines, the size of bodies, and sessions
// alive in Redis?
import { freemem } from 'node:os'
import { Redis } from 'ioredis'
import { type GatewayUnderTest, startGateway } from './lib/gateway.js'
import { type Contestant, checkAnswer, load } from './lib/load.js'
import { median } from './lib/numbers.js'
import { groupCounts, personWith } from './lib/people.js'
import { startRedis } from './lib/redis.js'
import type { Findings, Table } from './lib/report.js'
import type { World } from './lib/world.js'

const rounds = 3
const usualSeconds = 2

/** Tables alone; no goal is set for them. */
export async function scaling(world: World): Promise<Findings> {
  const tables = [
    await byRoutes(world),
    await byRequest(world),
    await byGroups(world),
    await bySessionsInRedis(world),
  ]
  return { figures: {}, tables }
}

async function contestantOf(
  { server, signIn }: GatewayUnderTest,
  changes: Partial<Contestant> = {},
  person: readonly [username?: string, password?: string] = [],
): Promise<Contestant> {
  const cookie = await signIn(...person)
  return {
    key: 'scaling',
    label: 'cognito-gateway',
    port: server.port,
    servers: [server],
    sees: [],
    hidden: ['cgw-session'],
    ...changes,
    headers: [`Cookie: ${cookie}`, ...(changes.headers ?? [])],
  }
}

/** Medians of a few rounds, after one to warm up: requests a second, and CPU of a request. */
async function cells(world: World, contestant: Contestant): Promise<string[]> {
  if (contestant.path === undefined) await checkAnswer(contestant)
  const measured = []
  for (let round = 0; round <= rounds; round++) {
    // The first warms up, for longer.
    const seconds = (round === 0 ? 1.5 : 1) * usualSeconds * world.scale
    const one = await load(world, contestant, { seconds })
    if (round > 0) measured.push(one)
  }
  return [
    median(measured.map(one => one.requestsPerSecond)).toFixed(0),
    median(measured.map(one => one.cpuMicroseconds)).toFixed(1),
  ]
}

const costHead = ['requests/s', 'CPU µs/request']

async function byRoutes(world: World): Promise<Table> {
  const rows: string[][] = []
  for (const count of [1, 100, 1000]) {
    const { upstream } = world
    const further = Array.from({ length: count - 1 }, (_, number) => ({
      path: `/area-${number}/reports`,
      access: number % 2 === 0 ? 'signed-in' : { groups: ['staff'] },
      upstream,
    }))
    const routes = [...further, { path: '/', access: 'signed-in', upstream }]
    const gateway = await startGateway(world, { settings: { routes } })
    rows.push([`${count}`, ...(await cells(world, await contestantOf(gateway)))])
    await world.stop(gateway.server)
  }
  return { title: 'By routes', head: ['routes', ...costHead], rows }
}

async function byRequest(world: World): Promise<Table> {
  const gateway = await startGateway(world)
  const rows: string[][] = []
  for (const count of [0, 15, 40, 80]) {
    const headers = Array.from(
      { length: count },
      (_, number) => `X-Line-${number}: value ${number}`,
    )
    const contestant = await contestantOf(gateway, { headers })
    rows.push([`${count} further header lines`, ...(await cells(world, contestant))])
  }
  for (const bytes of [100, 1024, 10_240, 102_400, 1_048_576]) {
    const contestant = await contestantOf(gateway, { path: `/bytes/${bytes}` })
    rows.push([`a body of ${bytes} bytes`, ...(await cells(world, contestant))])
  }
  await world.stop(gateway.server)
  return { title: 'By header lines and by body', head: ['request', ...costHead], rows }
}

/** With what sessions keep by default, and with all tokens, which a hundred groups make larger than cookies usually may be. */
async function byGroups(world: World): Promise<Table> {
  const rows: string[][] = []
  for (const [tokens, session] of [
    ['the defaults', {}],
    ['all', { keep: ['id', 'access', 'refresh'], maxCookieBytes: 20_000 }],
  ] as const) {
    const gateway = await startGateway(world, { settings: { session } })
    for (const groups of groupCounts) {
      const person = personWith(groups)
      const contestant = await contestantOf(gateway, {}, [person.username, person.password])
      const bytes = (contestant.headers[0]?.length ?? 0) - 'Cookie: '.length
      rows.push([tokens, `${groups}`, `${bytes}`, ...(await cells(world, contestant))])
    }
    await world.stop(gateway.server)
  }
  const head = ['tokens', 'groups', 'cookie bytes', ...costHead]
  return { title: 'By groups of a person', head, rows }
}

/** Real sessions, and beside them keys of the same size, made by Redis itself. */
async function bySessionsInRedis(world: World): Promise<Table> {
  const title = 'By sessions alive in Redis'
  const head = ['sessions', ...costHead, 'bytes of a session in Redis', 'MB in Redis']
  let redis: Awaited<ReturnType<typeof startRedis>>
  try {
    redis = await startRedis(world)
  } catch (error) {
    return { title, head, rows: [[`missing: ${(error as Error).message}`, '', '', '', '']] }
  }
  const gateway = await startGateway(world, { redisUrl: redis.url })
  const cookies: string[] = []
  while (cookies.length < world.times(100)) cookies.push(await gateway.signIn())
  const client = new Redis(redis.url)
  const [one = ''] = (await client.keys('*session:*')).filter(key => !key.endsWith(':lock'))
  const bytes = Number(await client.memory('USAGE', one))
  const length = await client.strlen(one)
  const rows: string[][] = []
  // No more than there is room for.
  const most = Math.floor((freemem() * 0.6) / bytes)
  const counts = [100, 10_000, 1_000_000].map(all => Math.round(all * world.scale))
  for (const count of counts.map(wanted => Math.min(wanted, most))) {
    await client.call('DEBUG', 'POPULATE', count, 'cognito-gateway:session:filler', length)
    const contestant = { ...(await contestantOf(gateway)), headers: [], cookies }
    const found = await cells(world, contestant)
    const [, used] = /used_memory:(\d+)/.exec(await client.info('memory')) ?? []
    rows.push([`${count}`, ...found, `${bytes}`, (Number(used) / 1e6).toFixed(0)])
  }
  client.disconnect()
  return { title, head, rows }
}
