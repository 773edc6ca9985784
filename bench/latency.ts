// How long does a request take when the gateway is busy, but not too busy? At fixed rates, against proxies without login.
import { startGateway } from './lib/gateway.js'
import type { Figures } from './lib/goals.js'
import { type Contestant, checkAnswer } from './lib/load.js'
import { median, quantile, turned } from './lib/numbers.js'
import { pacedLoad } from './lib/paced-load.js'
import { isMissing, type PeerKey, startPeer } from './lib/peers.js'
import type { Findings } from './lib/report.js'
import type { World } from './lib/world.js'

const usualRounds = 5
const usualSeconds = 4
const rates = [
  { perSecond: 2000, peer: 'nginx', goal: 'p99-nginx' },
  { perSecond: 6000, peer: 'reply-from', goal: 'p99-reply-from' },
] as const

/** Row 9. */
export async function latency(world: World): Promise<Findings> {
  const gateway = await startGateway(world)
  const cookie = await gateway.signIn()
  const own: Contestant = {
    key: 'gateway',
    label: 'cognito-gateway',
    port: gateway.server.port,
    servers: [gateway.server],
    headers: [`Cookie: ${cookie}`],
    sees: ['x-forwarded-email: jane@example.com'],
    hidden: ['cgw-session'],
  }
  const figures: Figures = {}
  const rows: string[][] = []
  for (const { perSecond, peer, goal } of rates) {
    const other = await startPeer(world, peer satisfies PeerKey, cookie)
    const contestants = isMissing(other) ? [own] : [own, other]
    const measured = await race(world, contestants, perSecond)
    const [ours = [], theirs = []] = measured
    figures[goal] = isMissing(other)
      ? other.reason
      : median(ours.map(({ p99 }, at) => p99 / (theirs[at]?.p99 ?? Number.NaN)))
    for (const [at, { label }] of contestants.entries()) {
      const of = measured[at] ?? []
      const [p50, p99] = [median(of.map(one => one.p50)), median(of.map(one => one.p99))]
      rows.push([`${perSecond}`, label, p50.toFixed(2), p99.toFixed(2)])
    }
    if (isMissing(other)) rows.push([`${perSecond}`, other.label, `missing: ${other.reason}`, ''])
  }
  const head = ['requests/s', 'server', 'p50 ms', 'p99 ms']
  return { figures, tables: [{ title: 'Latency at fixed rates', head, rows }] }
}

interface Quantiles {
  readonly p50: number
  readonly p99: number
}

async function race(
  world: World,
  contestants: readonly Contestant[],
  perSecond: number,
): Promise<Quantiles[][]> {
  const measured: Quantiles[][] = contestants.map(() => [])
  for (const one of contestants) await pacedLoad(one, { perSecond, seconds: 3 * world.scale })
  for (let round = 0; round < world.times(usualRounds); round++) {
    for (const one of turned(contestants, round)) {
      const times = await pacedLoad(one, { perSecond, seconds: usualSeconds * world.scale })
      await checkAnswer(one)
      const found = { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
      measured[contestants.indexOf(one)]?.push(found)
    }
  }
  return measured
}
