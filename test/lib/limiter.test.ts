import t from 'tap'
import { createLimiter } from '../../src/lib/limiter.js'

t.test('so many at once, the others in turn, and no more than may wait', async t => {
  const limit = createLimiter({ concurrency: 2, waiting: 3, onFull: () => new Error('full') })
  const ends: (() => void)[] = []
  const begun: number[] = []
  const run = (n: number) =>
    limit(async () => {
      begun.push(n)
      await new Promise<void>(end => ends.push(end))
      if (n === 1) throw new Error('failed')
    })
  const all = [0, 1, 2, 3, 4].map(run)
  await t.rejects(run(5), { message: 'full' })
  t.strictSame(begun, [0, 1])
  const failed = t.rejects(all[1] ?? Promise.resolve(), { message: 'failed' })
  for (let n = 0; n < 5; n++) {
    ends.shift()?.()
    await new Promise(resolve => setImmediate(resolve))
  }
  await failed
  t.strictSame(begun, [0, 1, 2, 3, 4], 'a failure frees its place as well')
  const after = run(6)
  ends.shift()?.()
  await after
})
