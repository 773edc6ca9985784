import { EventEmitter } from 'node:events'
import t from 'tap'
import { createCrowd } from '../../src/lib/crowd.js'

t.test('so many for each owner, until one leaves', async t => {
  const crowd = createCrowd()
  const [first, second, third] = [new EventEmitter(), new EventEmitter(), new EventEmitter()]
  t.ok(crowd.admits(first, 'a', 2))
  t.ok(crowd.admits(second, 'a', 2))
  t.notOk(crowd.admits(third, 'a', 2))
  t.ok(crowd.admits(new EventEmitter(), 'b', 2), 'another owner')
  t.ok(crowd.admits(first, 'a', 2), 'one that is counted is not counted again')
  first.emit('close')
  t.ok(crowd.admits(third, 'a', 2))
  t.notOk(crowd.admits(new EventEmitter(), 'a', 2))
  t.equal(third.listenerCount('close'), 1)
})
