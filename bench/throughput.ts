// How many requests a second, and at what cost, with login, against proxies with and without? Interleaved rounds,
// medians, each server alone on one core, the same upstream for all. The cookie session comes again after every few others,
// so that each is compared with what it did just before and just after.
import { request } from 'undici'
import type { Session } from '../src/model.js'
import { type GatewayUnderTest, startGateway } from './lib/gateway.js'
import type { Figures } from './lib/goals.js'
import { type Contestant, checkAnswer, load, requireWrk, round } from './lib/load.js'
import { median } from './lib/numbers.js'
import { measurePairs, type Pair, type Pairs } from './lib/pairs.js'
import { isMissing, type Missing, type PeerKey, startPeer } from './lib/peers.js'
import { startRedis } from './lib/redis.js'
import type { Findings } from './lib/report.js'
import { manyInRedis, manySessions, openSession } from './lib/sessions.js'
import type { World } from './lib/world.js'

/** Of a round. Many short ones: the machine's speed changes from one second to the next. */
const seconds = 1
const identity = ['x-forwarded-email: jane@example.com']
const hidden = ['cgw-session']
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
interface Life extends Pairs {
  readonly session: Contestant
  readonly others: readonly Contestant[]
  readonly missing: readonly Missing[]
  readonly cookieBytes: number
}

/** Rows 1 to 8; rows 1 to 3 when it has to be quick. */
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
  const measured = await measurePairs(
    { reference: session, others },
    world.times(plan.rounds),
    one => round(world, one, { seconds }),
  )
  return { session, others, missing, cookieBytes: Buffer.byteLength(cookie), ...measured }
}

function plain({ server, url }: GatewayUnderTest, cookie: string): Contestant {
  return {
    key: 'cookie',
    label: 'cognito-gateway, cookie session',
    port: Number(new URL(url).port),
    servers: [server],
    headers: [`Cookie: ${cookie}`],
    sees: identity,
    hidden,
  }
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
    await opened(world, {
      key: 'opened',
      label: () => 'cognito-gateway, a session opened at every request',
    }),
    // A smaller cookie: no application here has a use for ID and access token.
    await opened(world, {
      key: 'opened-default',
      label: bytes => `cognito-gateway, the same, cookie of ${bytes} bytes`,
      settings: { session: {} },
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

/** A gateway of its own: what these sessions leave behind in memory would be collected while others are measured. */
async function opened(
  world: World,
  {
    key,
    label,
    settings = {},
  }: { key: string; label: (bytes: number) => string; settings?: Record<string, unknown> },
): Promise<Contestant> {
  const gateway = await startGateway(world, { settings })
  const { url } = gateway
  const cookie = await gateway.signIn()
  const base = { ...plain(gateway, cookie), headers: [] }
  return inTurn(base, {
    key,
    label: label(Buffer.byteLength(cookie)),
    // More than come within a round: each is seen once.
    sessions: () => manySessions(url, cookie, 14_000),
    isSeenOnce: true,
  })
}

/**
 * Sessions that take turns, made anew for each round. With those of before, a round would find them out of use for a minute
 * and have each written down as used, at the same time and by clients that do not take the new cookie.
 */
function inTurn(base: Contestant, { key, label, sessions, isSeenOnce = false }: Turns): Contestant {
  let cookies: readonly string[] = []
  return {
    ...base,
    key,
    label,
    isSeenOnce,
    get cookies() {
      return cookies
    },
    async prepare() {
      cookies = await sessions()
    },
  }
}

/** The one session, as a browser has it that takes every cookie it is given. */
function inUse(base: Contestant, url: string, cookie: string): Contestant {
  const sessions = () => manySessions(url, cookie, 1)
  return inTurn({ ...base, headers: [] }, { ...base, sessions })
}

interface Turns {
  readonly key: string
  readonly label: string
  readonly sessions: () => readonly string[] | Promise<readonly string[]>
  readonly isSeenOnce?: boolean
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
  const references = lives.flatMap(life => life.references)
  const pairsOf = (key: string) => lives.flatMap(({ pairs }) => pairs.get(key) ?? [])
  const medianOf = (key: string, figure: (pair: Pair) => number) => median(pairsOf(key).map(figure))
  const rate = (key: string) => medianOf(key, ({ own }) => own.requestsPerSecond)
  const cpu = (key: string) => medianOf(key, ({ own }) => own.cpuMicroseconds)
  /** The median of the rounds' own ratios: what slows the machine for a while slows neighbours alike. */
  const ratio = (key: string) =>
    medianOf(key, ({ own, reference }) => reference.requestsPerSecond / own.requestsPerSecond)
  const cpuRatio = (key: string) =>
    medianOf(key, ({ own, reference }) => own.cpuMicroseconds / reference.cpuMicroseconds)
  const more = (key: string) =>
    medianOf(key, ({ own, reference }) => own.cpuMicroseconds - reference.cpuMicroseconds)
  const has = (key: string) => pairsOf(key).length > 0
  const figures: Figures = {}
  for (const key of allPeers) {
    if (key !== 'express' && has(key)) figures[key as keyof Figures] = ratio(key)
  }
  if (has('public')) figures['login-cached'] = -more('public')
  if (has('opened')) figures['login-opened'] = more('opened') - more('public')
  if (has('opened-default'))
    figures['login-opened-default'] = more('opened-default') - more('public')
  for (const key of ['rotating', 'bearer', 'redis'] as const) {
    if (has(key)) figures[key] = 1 / ratio(key)
  }
  for (const { key, reason } of missing.values()) figures[key as keyof Figures] = reason
  const sessionRate = median(references.map(one => one.requestsPerSecond))
  const sessionCpu = median(references.map(one => one.cpuMicroseconds))
  const rows = [
    [session.label, sessionRate.toFixed(0), sessionCpu.toFixed(1), '', ''],
    ...others.map(({ key, label }) => [
      label,
      rate(key).toFixed(0),
      cpu(key).toFixed(1),
      ratio(key).toFixed(2),
      cpuRatio(key).toFixed(2),
    ]),
  ]
  const gone = [...missing.values()].map(({ label, reason }) => [
    label,
    `missing: ${reason.split('\n')[0]}`,
    '',
    '',
    '',
  ])
  const bars = [session, ...others].map(({ key, label }) => ({
    name: label,
    value: Math.round(key === session.key ? sessionRate : rate(key)),
    ours: label.startsWith('cognito-gateway'),
  }))
  return {
    figures,
    tables: [
      {
        title: `Requests, with a cookie of ${cookieBytes} bytes`,
        head: ['server', 'requests/s', 'CPU µs/request', 'gateway is faster by', 'CPU saved by'],
        rows: [...rows, ...gone],
      },
    ],
    charts: [
      { file: 'throughput', title: 'Requests a second on one core', unit: 'requests/s', bars },
    ],
  }
}
