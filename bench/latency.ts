// How long does a request take when the gateway is busy, but not too busy? At fixed rates, against proxies without login.
import { plain } from './lib/browsers.js'
import { startGateway } from './lib/gateway.js'
import type { Figures } from './lib/goals.js'
import { type Contestant, checkAnswer, load, requireWrk } from './lib/load.js'
import { median, quantile, turned } from './lib/numbers.js'
import { pacedLoad } from './lib/paced-load.js'
import { isMissing, type PeerKey, startPeer } from './lib/peers.js'
import { countedText, fastestProbe, type Probed, undisturbed } from './lib/quiet.js'
import type { Findings } from './lib/report.js'
import type { World } from './lib/world.js'

const usualRounds = 6
const usualSeconds = 2
/** As many requests as can be done, before the first round: V8 compiles for tens of thousands of them. */
const warmSeconds = 5
/** Before each round, and not counted: another server had the core. */
const againSeconds = 1
const rates = [
  { perSecond: 2000, peer: 'nginx', goal: 'p99-nginx' },
  { perSecond: 6000, peer: 'reply-from', goal: 'p99-reply-from' },
] as const

/** Row 9. */
export async function latency(world: World): Promise<Findings> {
  requireWrk()
  const gateway = await startGateway(world)
  const cookie = await gateway.signIn()
  const own = plain(gateway, cookie)
  const figures: Figures = {}
  const rows: string[][] = []
  for (const { perSecond, peer, goal } of rates) {
    const other = await startPeer(world, peer satisfies PeerKey, cookie)
    const contestants = isMissing(other) ? [own] : [own, other]
    const measured = await race(world, contestants, perSecond)
    const fastest = fastestProbe(measured.flat())
    const counted = measured.map(all => undisturbed(all, fastest))
    const [ours = Number.NaN, theirs = Number.NaN] = counted.map(p99Of)
    figures[goal] = isMissing(other) ? other.reason : ours / theirs
    for (const [at, { label }] of contestants.entries()) {
      const of = counted[at] ?? []
      const p50 = median(of.map(one => one.p50))
      const rounds = countedText(measured[at] ?? [], fastest)
      rows.push([`${perSecond}`, label, p50.toFixed(2), p99Of(of).toFixed(2), rounds])
    }
    if (isMissing(other))
      rows.push([`${perSecond}`, other.label, `missing: ${other.reason}`, '', ''])
  }
  const head = ['requests/s', 'server', 'p50 ms', 'p99 ms', 'rounds that count']
  return { figures, tables: [{ title: 'Latency at fixed rates', head, rows }] }
}

interface Quantiles extends Probed {
  readonly p50: number
  readonly p99: number
}

function p99Of(rounds: readonly Quantiles[]): number {
  return median(rounds.map(({ p99 }) => p99))
}

async function race(
  world: World,
  contestants: readonly Contestant[],
  perSecond: number,
): Promise<Quantiles[][]> {
  const measured: Quantiles[][] = contestants.map(() => [])
  for (const one of contestants) await load(world, one, { seconds: warmSeconds * world.scale })
  for (let round = 0; round < world.times(usualRounds); round++) {
    for (const one of turned(contestants, round)) {
      await pacedLoad(one, { perSecond, seconds: againSeconds * world.scale })
      const found = await world.probed(async () => {
        const times = await pacedLoad(one, { perSecond, seconds: usualSeconds * world.scale })
        return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
      })
      await checkAnswer(one)
      measured[contestants.indexOf(one)]?.push(found)
    }
  }
  return measured
}
