// Many against one: the one comes again after every few others, so that whatever the machine does for a while is done to it as
// to those around it.
import type { Contestant } from './load.js'
import { turned } from './numbers.js'

/** Others between two rounds of the reference. */
const groupSize = 3

/**
 * Every round, by key. The reference comes first, after every third other, and last; another one of the others begins each
 * round.
 */
export async function interleave<Found>(
  { reference, others }: { reference: Contestant; others: readonly Contestant[] },
  rounds: number,
  measure: (one: Contestant) => Promise<Found>,
): Promise<Map<string, Found[]>> {
  const found = new Map<string, Found[]>([reference, ...others].map(({ key }) => [key, []]))
  const take = async (one: Contestant) => found.get(one.key)?.push(await measure(one))
  await take(reference)
  for (let round = 0; round < rounds; round++) {
    const left = turned(others, round)
    while (left.length > 0) {
      for (const one of left.splice(0, groupSize)) await take(one)
      await take(reference)
    }
  }
  return found
}
