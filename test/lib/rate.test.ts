import t from 'tap'
import { createRate } from '../../src/lib/rate.js'

function rate(maxKeys = 10_000) {
  const clock = { ms: 0 }
  return { clock, ...createRate({ maxKeys, now: () => clock.ms }) }
}

t.test('a minute’s number at once, then as they fade', async t => {
  const { take, clock } = rate()
  for (let n = 0; n < 60; n++) t.equal(take('a', 60), 0)
  t.equal(take('a', 60), 1)
  t.equal(take('b', 60), 0, 'another key has its own')
  clock.ms = 999
  t.equal(take('a', 60), 1)
  clock.ms = 1000
  t.equal(take('a', 60), 0, 'one more after a sixtieth of it')
  t.equal(take('a', 60), 1)
  clock.ms = 62_000
  for (let n = 0; n < 60; n++) t.equal(take('a', 60), 0)
  t.ok(take('a', 60) > 0)
})

t.test('what is refused does not count', async t => {
  const { take, clock } = rate()
  t.equal(take('a', 1), 0)
  for (let n = 0; n < 100; n++) t.equal(take('a', 1), 60)
  clock.ms = 60_000
  t.equal(take('a', 1), 0)
})

t.test('beyond its bound the quietest is forgotten, and none that is active', async t => {
  const { take, clock } = rate(3)
  t.equal(take('old', 1), 0)
  clock.ms = 1
  for (const key of ['a', 'b', 'c']) t.equal(take(key, 1), 0)
  for (const key of ['a', 'b', 'c']) t.ok(take(key, 1) > 0, key)
  t.equal(take('old', 1), 0, 'may begin anew')
})

t.test('a flood of keys takes no memory', async t => {
  const { take } = rate(100)
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < 300_000; n++) take(`2001:db8:${n}::/64`, 10)
  t.ok(process.memoryUsage().heapUsed - before < 50e6)
  t.equal(take('2001:db8:0::/64', 10), 0)
})

// 1 a minute at 12345.678900001 ms was refused: (x + 60000) - x - 60000 is not zero.
t.test('fractions of a millisecond refuse nobody', async t => {
  const { take, clock } = rate()
  for (let n = 0; n < 1000; n++) {
    clock.ms = Math.random() * 1e6
    for (const perMinute of [1, 7, 600]) t.equal(take(`${n} ${perMinute}`, perMinute), 0)
  }
})
