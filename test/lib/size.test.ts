import t from 'tap'
import { parseSize } from '../../src/lib/size.js'

t.test('a size is read as bytes, in powers of 1024', async t => {
  const rows: [string | number, number][] = [
    [0, 0],
    [1500, 1500],
    ['1500', 1500],
    ['7B', 7],
    ['1KB', 1024],
    ['10MB', 10_485_760],
    ['2GB', 2_147_483_648],
  ]
  for (const [value, bytes] of rows) t.equal(parseSize(value), bytes, String(value))
})

t.test('what is no size is refused with what is expected', async t => {
  for (const value of [
    '',
    'MB',
    '1 MB',
    '1mb',
    '1.5MB',
    '-1',
    '1TB',
    '0x10',
    1.5,
    -1,
    Number.NaN,
  ]) {
    t.throws(() => parseSize(value), { message: /expected a size/ }, String(value))
  }
})
