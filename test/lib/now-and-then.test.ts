import t from 'tap'
import { createNowAndThen } from '../../src/lib/now-and-then.js'

t.test('what goes on is said once a minute, with the number of times it was not', async t => {
  let now = 1_000_000
  const said: number[] = []
  const sometimes = createNowAndThen(60_000, () => now)
  const happen = () => sometimes(unsaid => void said.push(unsaid))
  for (let time = 0; time < 5; time++) happen()
  t.strictSame(said, [0])
  now += 59_999
  happen()
  t.strictSame(said, [0])
  now += 1
  happen()
  t.strictSame(said, [0, 5])
  now += 60_000
  happen()
  t.strictSame(said, [0, 5, 0])
})
