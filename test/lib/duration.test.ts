import t from 'tap'
import { parseDuration } from '../../src/lib/duration.js'

t.test('reads a number with a unit, or seconds', async t => {
  const rows: [string | number, number][] = [
    ['30s', 30],
    ['15m', 900],
    ['12h', 43_200],
    ['7d', 604_800],
    [90, 90],
    ['0s', 0],
  ]
  for (const [text, seconds] of rows) t.equal(parseDuration(text), seconds)
})

t.test('says what it expects', async t => {
  for (const text of ['', '5', '5 m', '-5m', '1.5h', 'five', '5w', Number.NaN, -1]) {
    t.throws(() => parseDuration(text), /such as 30s, 15m, 12h or 7d/, String(text))
  }
})
