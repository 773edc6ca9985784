// How many requests a second, and at what cost, with login, against proxies with and without? Interleaved rounds,
// medians, each server alone on one core, the same upstream for all.
import { request } from 'undici'
import type { Session } from '../src/model.js'
import { inTurn, inUse, plain } from './lib/browsers.js'
import { type GatewayUnderTest, startGateway } from './lib/gateway.js'
import type { Figures } from './lib/goals.js'
import { interleave } from './lib/interleave.js'
import { type Contestant, checkAnswer, load, type Round, requireWrk, round } from './lib/load.js'
import { median } from './lib/numbers.js'
import { isMissing, type Missing, type PeerKey, startPeer } from './lib/peers.js'
import { countedText, fastestProbe, undisturbed } from './lib/quiet.js'
import { startRedis } from './lib/redis.js'
import type { Findings } from './lib/report.js'
import { manyInRedis, manySessions, openSession } from './lib/sessions.js'
import type { World } from './lib/world.js'

/** Of a round. Many short ones: the machine's speed changes from one second to the next. */
const seconds = 1
const quickPeers: PeerKey[] = ['undici', 'reply-from', 'apache-client', 'apache-server']
const allPeers: PeerKey[] = [
  ...quickPeers,
  'nginx',
  'auth-request',
  'auth-request-cached',
  'express',
]

interface Plan {
  /** How often everything is started anew: fresh processes of one program differ by up to a tenth for as long as they live. */
  readonly lives: number
  /** Of each life. */
  readonly rounds: number
  /** Before the first round: V8 compiles for seconds. */
  readonly warmSeconds: number
  readonly peers: readonly PeerKey[]
  /** Whether the gateway takes part in all its ways, which warms it as well. */
  readonly allWays: boolean
}

const whole: Plan = { lives: 3, rounds: 2, warmSeconds: 3, peers: allPeers, allWays: true }
const quickly: Plan = { lives: 1, rounds: 6, warmSeconds: 8, peers: quickPeers, allWays: false }

/** What was measured with one start of everything. */
interface Life {
  readonly session: Contestant
  readonly others: readonly Contestant[]
  readonly missing: readonly Missing[]
  readonly cookieBytes: number
  /** By key. */
  readonly rounds: ReadonlyMap<string, readonly Round[]>
}

/** Rows 1 to 5, 7 and 8; rows 1 to 3 when it has to be quick. */
export async function throughput(world: World, { quick }: { quick: boolean }): Promise<Findings> {
  requireWrk()
  const plan = quick ? quickly : whole
  const lives: [Life, ...Life[]] = [await live(world, plan)]
  while (lives.length < world.times(plan.lives)) {
    await world.clear()
    lives.push(await live(world, plan))
  }
  return report(lives)
}

async function live(world: World, plan: Plan): Promise<Life> {
  const gateway = await startGateway(world)
  const cookie = await gateway.signIn()
  const session = inUse(plain(gateway, cookie), gateway.url, cookie)
  const own = plan.allWays ? await otherWays(world, gateway, cookie) : []
  const peers: (Contestant | Missing)[] = []
  for (const key of plan.peers) peers.push(await startPeer(world, key, cookie))
  const missing = [...own, ...peers].filter(isMissing)
  const others = [...own, ...peers].filter((one): one is Contestant => !isMissing(one))
  for (const one of [session, ...others]) {
    await one.prepare?.()
    await checkAnswer(one)
    await load(world, one, { seconds: plan.warmSeconds * world.scale })
  }
  const rounds = await interleave({ reference: session, others }, world.times(plan.rounds), one =>
    round(world, one, { seconds }),
  )
  return { session, others, missing, cookieBytes: Buffer.byteLength(cookie), rounds }
}

/** The gateway in all its other ways. */
async function otherWays(
  world: World,
  gateway: GatewayUnderTest,
  cookie: string,
): Promise<(Contestant | Missing)[]> {
  const { url } = gateway
  const base = plain(gateway, cookie)
  const accessToken = openSession(url, cookie).tokens.accessToken ?? ''
  const turning = { ...base, headers: [] }
  return [
    { ...base, key: 'public', label: 'cognito-gateway, public route', path: '/public', sees: [] },
    inTurn(turning, {
      key: 'rotating',
      label: 'cognito-gateway, 2,000 sessions in turn',
      sessions: () => manySessions(url, cookie, 2000),
    }),
    {
      ...base,
      key: 'bearer',
      label: 'cognito-gateway, Bearer token',
      headers: [`Authorization: Bearer ${accessToken}`],
      sees: ['x-forwarded-user: '],
    },
    ...(await withRedis(world, openSession(url, cookie))),
    await forwardAuth(base, url, cookie),
  ]
}

async function withRedis(world: World, session: Session): Promise<(Contestant | Missing)[]> {
  const label = 'cognito-gateway, session in Redis'
  try {
    const { url: redisUrl } = await startRedis(world)
    const gateway = await startGateway(world, { redisUrl })
    const one = { ...plain(gateway, await gateway.signIn()), key: 'redis', label }
    const many = inTurn(
      { ...one, headers: [] },
      {
        key: 'redis-rotating',
        label: 'cognito-gateway, 2,000 sessions in Redis in turn',
        sessions: () => manyInRedis({ url: gateway.url, redisUrl }, session, 2000),
      },
    )
    return [one, many]
  } catch (error) {
    return [{ key: 'redis', label, reason: (error as Error).message }]
  }
}

/** What nginx, Traefik and others ask: the answer has no body, so its headers are looked at. */
async function forwardAuth(
  base: Contestant,
  url: string,
  cookie: string,
): Promise<Contestant | Missing> {
  const label = 'cognito-gateway, forward-auth answer'
  const answer = await request(`http://localhost:${base.port}/oauth2/auth`, { headers: { cookie } })
  await answer.body.dump()
  const email = answer.headers['x-forwarded-email']
  if (answer.statusCode !== 202 || email !== 'jane@example.com')
    return { key: 'forward-auth', label, reason: `answered ${answer.statusCode}` }
  const asked = { ...base, key: 'forward-auth', label, path: '/oauth2/auth', bodyless: true }
  return inUse(asked, url, cookie)
}

function report(lives: readonly [Life, ...Life[]]): Findings {
  const [{ session, others, cookieBytes }] = lives
  const missing = new Map(lives.flatMap(life => life.missing.map(one => [one.key, one])))
  const allOf = (key: string) => lives.flatMap(({ rounds }) => rounds.get(key) ?? [])
  const fastest = fastestProbe(lives.flatMap(({ rounds }) => [...rounds.values()].flat()))
  const counted = (key: string) => undisturbed(allOf(key), fastest)
  const rate = (key: string) => median(counted(key).map(one => one.requestsPerSecond))
  const cpu = (key: string) => median(counted(key).map(one => one.cpuMicroseconds))
  const ratio = (key: string) => rate(session.key) / rate(key)
  const has = (key: string) => allOf(key).length > 0
  const figures: Figures = {}
  for (const key of allPeers) {
    if (key !== 'express' && has(key)) figures[key as keyof Figures] = ratio(key)
  }
  for (const key of ['rotating', 'bearer', 'redis'] as const) {
    if (has(key)) figures[key] = 1 / ratio(key)
  }
  for (const { key, reason } of missing.values()) figures[key as keyof Figures] = reason
  const all = [session, ...others]
  const rows = all.map(({ key, label }) => [
    label,
    rate(key).toFixed(0),
    cpu(key).toFixed(1),
    key === session.key ? '' : ratio(key).toFixed(2),
    key === session.key ? '' : (cpu(key) / cpu(session.key)).toFixed(2),
    countedText(allOf(key), fastest),
  ])
  const gone = [...missing.values()].map(({ label, reason }) => [
    label,
    `missing: ${reason.split('\n')[0]}`,
    ...['', '', '', ''],
  ])
  const bars = all.map(({ key, label }) => ({
    name: label,
    value: Math.round(rate(key)),
    ours: label.startsWith('cognito-gateway'),
  }))
  return {
    figures,
    tables: [
      {
        title: `Requests, with a cookie of ${cookieBytes} bytes`,
        head: [
          'server',
          'requests/s',
          'CPU µs/request',
          'gateway is faster by',
          'CPU saved by',
          'rounds that count',
        ],
        rows: [...rows, ...gone],
      },
    ],
    charts: [
      { file: 'throughput', title: 'Requests a second on one core', unit: 'requests/s', bars },
    ],
  }
}
