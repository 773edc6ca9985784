// What does login cost a request that would have passed without? CPU of one gateway, in turn with its own public route: no
// other server has the core in between.
import { inTurn, inUse, plain } from './lib/browsers.js'
import { type GatewayUnderTest, startGateway } from './lib/gateway.js'
import type { Figures } from './lib/goals.js'
import { interleave } from './lib/interleave.js'
import { type Contestant, checkAnswer, load, type Round, requireWrk, round } from './lib/load.js'
import { median } from './lib/numbers.js'
import { countedText, fastestProbe, undisturbed } from './lib/quiet.js'
import type { Findings } from './lib/report.js'
import { manySessions } from './lib/sessions.js'
import type { World } from './lib/world.js'

const usualRounds = 7
const seconds = 1
/** Before the first round: V8 compiles for seconds. */
const warmSeconds = 3
/** More than come within a round: each is seen once. */
const sessionsSeenOnce = 14_000

/** Row 6. */
export async function login(world: World): Promise<Findings> {
  requireWrk()
  const whole = await measureWith(world, {})
  // A smaller cookie: no application here has a use for ID and access token.
  const usual = await measureWith(world, { session: {} })
  const figures: Figures = {
    'login-cached': added(whole, 'cookie'),
    'login-opened': added(whole, 'opened'),
    'login-opened-default': added(usual, 'opened'),
  }
  return {
    figures,
    tables: [
      {
        title: 'What login adds to a request of a public route',
        head: [
          'bytes of the cookie',
          'session',
          'CPU µs/request',
          'public route',
          'added',
          'rounds that count',
        ],
        rows: [whole, usual].flatMap(toRows),
      },
    ],
  }
}

interface Measurements {
  readonly cookieBytes: number
  readonly others: readonly Contestant[]
  /** By key. */
  readonly rounds: ReadonlyMap<string, readonly Round[]>
}

async function measureWith(world: World, settings: Record<string, unknown>): Promise<Measurements> {
  const gateway = await startGateway(world, { settings })
  const cookie = await gateway.signIn()
  const reference = { ...plain(gateway, cookie), key: 'public', path: '/public', sees: [] }
  const others = signedIn(gateway, cookie)
  for (const one of [reference, ...others]) {
    await one.prepare?.()
    await checkAnswer(one)
    await load(world, one, { seconds: warmSeconds * world.scale })
  }
  const rounds = await interleave({ reference, others }, world.times(usualRounds), one =>
    round(world, one, { seconds }),
  )
  await world.stop(gateway.server)
  return { cookieBytes: Buffer.byteLength(cookie), others, rounds }
}

function signedIn(gateway: GatewayUnderTest, cookie: string): Contestant[] {
  const { url } = gateway
  const base = plain(gateway, cookie)
  return [
    inUse({ ...base, label: 'in memory' }, url, cookie),
    inTurn(
      { ...base, headers: [] },
      {
        key: 'opened',
        label: 'opened at every request',
        sessions: () => manySessions(url, cookie, sessionsSeenOnce),
        isSeenOnce: true,
      },
    ),
  ]
}

function added(measurements: Measurements, key: string): number {
  return cpuOf(measurements, key) - cpuOf(measurements, 'public')
}

function cpuOf(measurements: Measurements, key: string): number {
  return median(countedOf(measurements, key).map(one => one.cpuMicroseconds))
}

function countedOf(measurements: Measurements, key: string): Round[] {
  return undisturbed(measurements.rounds.get(key) ?? [], fastestOf(measurements))
}

function fastestOf({ rounds }: Measurements): number {
  return fastestProbe([...rounds.values()].flat())
}

function toRows(measurements: Measurements): string[][] {
  const { cookieBytes, others, rounds } = measurements
  return others.map(({ key, label }) => [
    `${cookieBytes}`,
    label,
    cpuOf(measurements, key).toFixed(1),
    cpuOf(measurements, 'public').toFixed(1),
    added(measurements, key).toFixed(1),
    countedText(rounds.get(key) ?? [], fastestOf(measurements)),
  ])
}
