// The figure of living sessions: asked for now and then, and absent rather than wrong.
import t from 'tap'
import { createSessionMetrics } from '../../src/services/session-metrics.js'

function figure() {
  const clock = { nowMs: 0 }
  const metrics = createSessionMetrics(() => clock.nowMs)
  const values = () =>
    metrics.families.flatMap(({ read }) => read().map(sample => 'value' in sample && sample.value))
  return { clock, metrics, values }
}

t.test('however many ask, the store is asked once in ten seconds', async t => {
  const { clock, metrics, values } = figure()
  let asked = 0
  metrics.watchSessions(async () => ++asked)
  await Promise.all(Array.from({ length: 50 }, () => metrics.freshen()))
  clock.nowMs = 9999
  await metrics.freshen()
  t.strictSame([asked, values()], [1, [1]])
  clock.nowMs = 10_000
  await metrics.freshen()
  t.strictSame([asked, values()], [2, [2]])
})

t.test(
  'a store that is away makes it absent, and no zero; it is not asked more often for that',
  async t => {
    const { clock, metrics, values } = figure()
    let isAway = false
    let asked = 0
    metrics.watchSessions(async () => {
      asked++
      if (isAway) throw new Error('away')
      return 7
    })
    t.strictSame(values(), [])
    await metrics.freshen()
    t.strictSame(values(), [7])
    isAway = true
    clock.nowMs = 20_000
    await metrics.freshen()
    t.strictSame(values(), [])
    isAway = false
    clock.nowMs = 29_999
    await metrics.freshen()
    t.strictSame([asked, values()], [2, []])
    clock.nowMs = 30_000
    await metrics.freshen()
    t.strictSame([asked, values()], [3, [7]])
  },
)

t.test('a store that does not answer holds nobody up', async t => {
  const { metrics, values } = figure()
  metrics.watchSessions(() => new Promise(() => {}))
  const awake = setInterval(() => {}, 1000)
  await metrics.freshen()
  clearInterval(awake)
  t.strictSame(values(), [])
})

t.test('sessions in cookies have none', async t => {
  const { metrics, values } = figure()
  metrics.watchSessions(() => null)
  await metrics.freshen()
  t.strictSame(values(), [])
})
