import t from 'tap'
import { createPlaces } from '../../src/lib/places.js'

t.test('so many for each and so many for all, until one is given back', async t => {
  const take = createPlaces({ all: 3, each: 2 })
  const first = take('a')
  t.ok(first)
  t.ok(take('a'))
  t.equal(take('a'), null, 'a third of one owner')
  t.ok(take('b'))
  t.equal(take('c'), null, 'a fourth of all')
  first?.()
  const next = take('c')
  t.ok(next)
  t.equal(take('a'), null)
  next?.()
  t.ok(take('a'))
})
