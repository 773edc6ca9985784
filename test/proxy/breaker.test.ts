import t from 'tap'
import { Breaker } from '../../src/proxy/breaker.js'

function breaker(breakerFailures = 3) {
  const said: string[] = []
  const clock = { ms: 1000 }
  const watch = {
    opened: (error: Error) => void said.push(`opened: ${error.message}`),
    closed: () => void said.push('closed'),
  }
  const limits = { breakerFailures, breakerPauseMs: 5000 }
  return { breaker: new Breaker(limits, watch, () => clock.ms), said, clock }
}

t.test('it opens after so many failures in a row, and says so once', async t => {
  const { breaker: one, said } = breaker()
  one.failed(new Error('1'))
  one.failed(new Error('2'))
  one.succeeded()
  one.failed(new Error('3'))
  one.failed(new Error('4'))
  t.ok(one.admits(), 'two in a row are not three')
  one.failed(new Error('5'))
  one.failed(new Error('6'))
  t.notOk(one.admits())
  t.strictSame(said, ['opened: 5'])
  t.equal(one.timesOpened, 1)
})

t.test('once in each pause one request tries for all', async t => {
  const { breaker: one, said, clock } = breaker(1)
  one.failed(new Error('gone'))
  t.equal(one.retryAfterSeconds, 5)
  clock.ms += 4999
  t.notOk(one.admits())
  t.equal(one.retryAfterSeconds, 1)
  clock.ms += 1
  t.ok(one.admits(), 'the try')
  t.notOk(one.admits(), 'and nobody beside it, however long it takes')
  one.failed(new Error('still'))
  clock.ms += 5000
  t.ok(one.admits())
  one.succeeded()
  t.ok(one.admits())
  t.ok(one.admits())
  t.notOk(one.isOpen)
  t.strictSame(said, ['opened: gone', 'closed'])
})

t.test('an answer on a connection from before closes it', async t => {
  const { breaker: one } = breaker(1)
  one.failed(new Error('backlog full'))
  one.succeeded()
  t.ok(one.admits())
})

t.test('zero: it never opens', async t => {
  const { breaker: one, said } = breaker(0)
  for (let n = 0; n < 100; n++) one.failed(new Error())
  t.ok(one.admits())
  t.strictSame(said, [])
})
