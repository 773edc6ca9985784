import t from 'tap'
import { createTurnKeeper } from '../../src/session/turns.js'

const fresh = { place: 'https://app.example.com cgw-session', reference: 'sealed' }

t.test('one at a time, in their order, and the next learns what came of it', async t => {
  const keeper = createTurnKeeper()
  const first = await keeper.take(1, 'session')
  t.equal(first.left, null)
  const second = keeper.take(2, 'session')
  const third = keeper.take(1, 'session')
  const other = await keeper.take(2, 'another')
  t.equal(other.left, null, 'other sessions do not wait')
  keeper.over(first.turn, fresh)
  const { turn, left } = await second
  t.strictSame(left, fresh)
  keeper.over(turn, null)
  t.strictSame((await third).left, fresh, 'nothing new leaves what was there')
})

t.test('a worker that is gone holds nothing and waits for nothing', async t => {
  const keeper = createTurnKeeper()
  const first = await keeper.take(1, 'session')
  const waiting = t.rejects(keeper.take(1, 'session'), /gone/)
  const second = keeper.take(2, 'session')
  keeper.forget(1)
  await waiting
  t.ok((await second).turn)
  keeper.over(first.turn, fresh)
  const third = keeper.take(3, 'session')
  keeper.forget(2)
  t.equal((await third).left, null, 'a turn that is over says nothing more')
})
