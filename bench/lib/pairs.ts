// Many against one: the one comes again after every few others, and each of these is compared with what the one did just
// before and just after. The machine changes its speed within minutes, and less from one neighbour to the next.
import type { Contestant, Measured } from './load.js'
import { mean, turned } from './numbers.js'

/** One round of somebody, and the reference's mean of before and after it. */
export interface Pair {
  readonly own: Measured
  readonly reference: Measured
}

export interface Pairs {
  /** Every round of the reference. */
  readonly references: readonly Measured[]
  /** By key of the others, one for each round. */
  readonly pairs: ReadonlyMap<string, readonly Pair[]>
}

/** Others between two rounds of the reference. */
const groupSize = 3

/** Another one of the others begins each round. */
export async function measurePairs(
  { reference, others }: { reference: Contestant; others: readonly Contestant[] },
  rounds: number,
  measure: (one: Contestant) => Promise<Measured>,
): Promise<Pairs> {
  let before = await measure(reference)
  const references = [before]
  const pairs = new Map<string, Pair[]>(others.map(({ key }) => [key, []]))
  for (let round = 0; round < rounds; round++) {
    const left = turned(others, round)
    while (left.length > 0) {
      const group = new Map<string, Measured>()
      for (const one of left.splice(0, groupSize)) group.set(one.key, await measure(one))
      const after = await measure(reference)
      const between = toMean([before, after])
      for (const [key, own] of group) pairs.get(key)?.push({ own, reference: between })
      references.push(after)
      before = after
    }
  }
  return { references, pairs }
}

function toMean(measured: readonly Measured[]): Measured {
  const of = (figure: keyof Measured) => mean(measured.map(one => one[figure]))
  return {
    requests: of('requests'),
    requestsPerSecond: of('requestsPerSecond'),
    cpuMicroseconds: of('cpuMicroseconds'),
  }
}
