// Every byte comes from the generator, and comes once.
import t from 'tap'
import { randomBytes, randomText } from '../../src/lib/random.js'

t.test('no two are alike, however they fall into what was fetched together', async t => {
  const seen = new Set<string>()
  const sizes = [12, 9, 24, 32, 16, 33]
  for (let n = 0; n < 30_000; n++) {
    const size = sizes[n % sizes.length] ?? 0
    const bytes = randomBytes(size)
    if (bytes.length !== size) t.equal(bytes.length, size)
    seen.add(bytes.toString('hex'))
  }
  t.equal(seen.size, 30_000)
})

t.test('no piece of one is a piece of another: bytes are given out once', async t => {
  const seen = new Set<string>()
  let pieces = 0
  for (let n = 0; n < 2000; n++) {
    const hex = randomBytes(40).toString('hex')
    for (let at = 0; at < 80; at += 16) {
      seen.add(hex.slice(at, at + 16))
      pieces++
    }
  }
  t.equal(seen.size, pieces)
})

t.test('none is left empty, and what was given stays as it was', async t => {
  const given = Array.from({ length: 500 }, () => randomBytes(32))
  const before = given.map(bytes => bytes.toString('hex'))
  for (let n = 0; n < 500; n++) randomBytes(32)
  t.strictSame(
    given.map(bytes => bytes.toString('hex')),
    before,
  )
  const zeros = given.filter(bytes => bytes.includes(Buffer.alloc(4)))
  t.strictSame(zeros, [])
})

t.test('bits are set as often as not', async t => {
  let ones = 0
  for (let n = 0; n < 1000; n++) {
    for (const byte of randomBytes(32)) ones += byte.toString(2).replaceAll('0', '').length
  }
  // 128,000 on average; the standard deviation is 253.
  t.ok(Math.abs(ones - 128_000) < 2500, `${ones} of 256000`)
})

t.test('more than is fetched at once, and none at all', async t => {
  const large = randomBytes(5000)
  t.equal(large.length, 5000)
  t.notOk(large.includes(Buffer.alloc(8)))
  t.equal(randomBytes(0).length, 0)
})

t.test('text of a URL', async t => {
  t.match(randomText(32), /^[\w-]{43}$/)
  t.not(randomText(32), randomText(32))
})
