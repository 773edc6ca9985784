import t from 'tap'
import type { Contestant, Measured } from '../../bench/lib/load.js'
import { measurePairs } from '../../bench/lib/pairs.js'

const someone = (key: string): Contestant => ({
  key,
  label: key,
  port: 1,
  servers: [],
  headers: [],
  sees: [],
})
const others = ['a', 'b', 'c', 'd', 'e'].map(someone)

/** Measures nothing: the figure is the number of the measurement. */
async function orderOf(rounds: number) {
  const order: string[] = []
  const measured = await measurePairs({ reference: someone('one'), others }, rounds, async who => {
    order.push(who.key)
    const figure = order.length
    return { requests: figure, requestsPerSecond: figure * 10, cpuMicroseconds: figure * 100 }
  })
  return { order: order.join(' '), ...measured }
}

t.test('the one comes before the first, after every third other and after the last', async t => {
  const { order, references } = await orderOf(1)
  t.equal(order, 'one a b c one d e one')
  t.strictSame(
    references.map(({ requests }) => requests),
    [1, 5, 8],
  )
})

t.test('another of the others begins each round, and what ends one begins the next', async t => {
  const { order, pairs } = await orderOf(2)
  t.equal(order, 'one a b c one d e one b c d one e a one')
  for (const { key } of others) t.equal(pairs.get(key)?.length, 2, key)
})

t.test('each is compared with the mean of the one before and after its group', async t => {
  const { pairs } = await orderOf(1)
  const mean = (requests: number): Measured => ({
    requests,
    requestsPerSecond: requests * 10,
    cpuMicroseconds: requests * 100,
  })
  t.strictSame(pairs.get('b'), [{ own: mean(3), reference: mean(3) }])
  t.strictSame(pairs.get('e'), [{ own: mean(7), reference: mean(6.5) }])
})

t.test('a measurement that fails ends all of it', async t => {
  const failing = measurePairs({ reference: someone('one'), others }, 1, async ({ key }) => {
    if (key === 'd') throw new Error('d answered wrongly, nothing counts')
    return { requests: 1, requestsPerSecond: 1, cpuMicroseconds: 1 }
  })
  await t.rejects(failing, /nothing counts/)
})
