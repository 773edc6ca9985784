import t from 'tap'
import { interleave } from '../../bench/lib/interleave.js'
import type { Contestant } from '../../bench/lib/load.js'

const someone = (key: string): Contestant => ({
  key,
  label: key,
  port: 1,
  servers: [],
  headers: [],
  sees: [],
})
const others = ['a', 'b', 'c', 'd', 'e'].map(someone)

/** Measures nothing: what is found is the number of the measurement. */
async function orderOf(rounds: number) {
  const order: string[] = []
  const found = await interleave({ reference: someone('one'), others }, rounds, async who =>
    order.push(who.key),
  )
  return { order: order.join(' '), found }
}

t.test('the one comes before the first, after every third other and after the last', async t => {
  const { order, found } = await orderOf(1)
  t.equal(order, 'one a b c one d e one')
  t.strictSame(found.get('one'), [1, 5, 8])
  t.strictSame(found.get('d'), [6])
})

t.test('another of the others begins each round, and what ends one begins the next', async t => {
  const { order, found } = await orderOf(2)
  t.equal(order, 'one a b c one d e one b c d one e a one')
  for (const { key } of others) t.equal(found.get(key)?.length, 2, key)
})

t.test('a measurement that fails ends all of it', async t => {
  const failing = interleave({ reference: someone('one'), others }, 1, async ({ key }) => {
    if (key === 'd') throw new Error('d answered wrongly, nothing counts')
  })
  await t.rejects(failing, /nothing counts/)
})
