import t from 'tap'
import { Bounded } from '../../src/emulator/state.js'

t.test('a full list forgets its oldest entry', async t => {
  const list = new Bounded<number>(2)
  list.set('a', 1)
  list.set('b', 2)
  list.set('b', 3)
  t.equal(list.get('a'), 1, 'writing over an entry takes no room')
  list.set('c', 4)
  t.equal(list.get('a'), undefined)
  t.equal(list.get('b'), 3)
  t.equal(list.take('b'), 3)
  t.equal(list.take('b'), undefined, 'taken once')
  t.equal(list.size, 1)
})
