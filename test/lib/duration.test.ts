import fc from 'fast-check'
import t from 'tap'
import { formatDuration, parseDuration } from '../../src/lib/duration.js'

t.test('reads a number with a unit, or seconds', async t => {
  const rows: [string | number, number][] = [
    ['30s', 30],
    ['15m', 900],
    ['12h', 43_200],
    ['7d', 604_800],
    ['007d', 604_800],
    ['999999999s', 999_999_999],
    [90, 90],
    [0.5, 0.5],
    ['0s', 0],
    [0, 0],
  ]
  for (const [text, seconds] of rows) t.equal(parseDuration(text), seconds, String(text))
})

t.test('says what it expects', async t => {
  const rows: [string | number, string][] = [
    ['', 'nothing'],
    ['5', 'no unit'],
    ['m', 'no number'],
    ['5 m', 'a space between'],
    [' 5m', 'a space before'],
    ['5m\n', 'a line end behind'],
    ['-5m', 'less than nothing'],
    ['1.5h', 'a fraction'],
    ['1e3s', 'an exponent'],
    ['five', 'a word'],
    ['5w', 'an unknown unit'],
    ['5M', 'a unit in upper case'],
    ['1h30m', 'two units'],
    ['1000000000s', 'ten digits'],
    [Number.NaN, 'no number at all'],
    [Number.POSITIVE_INFINITY, 'for ever'],
    [-1, 'a negative number'],
  ]
  for (const [text, why] of rows) {
    t.throws(() => parseDuration(text), /such as 30s, 15m, 12h or 7d/, why)
  }
})

t.test('writes the largest unit that divides', async t => {
  const rows: [number, string][] = [
    [0, '0s'],
    [30, '30s'],
    [60, '1m'],
    [90, '90s'],
    [900, '15m'],
    [5400, '90m'],
    [43_200, '12h'],
    [86_400, '1d'],
    [90_000, '25h'],
    [604_800, '7d'],
  ]
  for (const [seconds, text] of rows) t.equal(formatDuration(seconds), text)
})

t.test('what is written is read back', async t => {
  fc.assert(
    fc.property(fc.nat(999_999_999), seconds => parseDuration(formatDuration(seconds)) === seconds),
  )
  t.pass('held')
})
