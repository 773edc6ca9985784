import t from 'tap'
import type { z } from 'zod'
import { durationSetting, listSetting, portSetting } from '../../src/lib/setting-types.js'

function complaints(schema: z.ZodType, value: unknown): string[] {
  return schema.safeParse(value).error?.issues.map(({ message }) => message) ?? []
}

t.test('a duration is read as seconds, within its bounds', async t => {
  const setting = durationSetting(60, 86_400)
  const rows: [unknown, number][] = [
    ['60s', 60],
    ['15m', 900],
    ['1d', 86_400],
    ['24h', 86_400],
    [60, 60],
    [86_400, 86_400],
  ]
  for (const [value, seconds] of rows) t.equal(setting.parse(value), seconds, String(value))
})

t.test('a duration out of bounds or without a unit is refused in one line', async t => {
  const setting = durationSetting(60, 86_400)
  const rows: [unknown, RegExp][] = [
    ['59s', /^must be at least 60s$/],
    [59, /^must be at least 60s$/],
    ['86401s', /^must be at most 1d$/],
    ['2d', /^must be at most 1d$/],
    ['', /^expected a number with a unit/],
    ['60', /^expected a number with a unit/],
    ['1.5h', /^expected a number with a unit/],
    ['-60s', /^expected a number with a unit/],
    ['60s ', /^expected a number with a unit/],
    [-60, /^expected a number with a unit/],
    [Number.NaN, /./],
    [true, /./],
    [null, /./],
    [['60s'], /./],
  ]
  for (const [value, expected] of rows) {
    const seen = complaints(setting, value)
    t.equal(seen.length, 1, String(value))
    t.match(seen[0], expected)
  }
  t.equal(complaints(durationSetting(0), '401d')[0], 'must be at most 400d')
})

t.test('a port is a number or its digits', async t => {
  const rows: [unknown, number][] = [
    [3000, 3000],
    ['3000', 3000],
    [0, 0],
    ['0', 0],
    [65_535, 65_535],
    ['65535', 65_535],
  ]
  for (const [value, port] of rows) t.equal(portSetting.parse(value), port)
})

// An empty text, null and false once became port 0, and the gateway listened wherever the system chose.
t.test('what is no port is refused, never taken for 0 or 1', async t => {
  const rows = ['', ' ', null, true, false, [], {}, '0x50', '1e3', '80.0', -1, '-1', 1.5, 65_536]
  for (const value of [...rows, '65536', '99999', Number.NaN, 'http']) {
    t.strictSame(
      complaints(portSetting, value),
      ['must be a port number from 0 to 65535'],
      JSON.stringify(value),
    )
  }
})

t.test('a list is a list, or text with commas or white space between', async t => {
  const rows: [unknown, string[]][] = [
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    [' a , b\n\tc ,, ', ['a', 'b', 'c']],
    [
      ['a', 'b,c'],
      ['a', 'b,c'],
    ],
  ]
  for (const [value, items] of rows) t.strictSame(listSetting.parse(value), items)
  for (const value of ['', ' , ', [], [''], [1], 1, null, { 0: 'a' }]) {
    t.ok(complaints(listSetting, value).length > 0, JSON.stringify(value))
  }
})
