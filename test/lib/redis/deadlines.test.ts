import t from 'tap'
import { watchDeadlines } from '../../../src/lib/redis/deadlines.js'

interface One {
  readonly name: string
  readonly begun: number
}

const timeoutMs = 30

t.test('who is late is given up, the oldest first, and nobody before their time', async t => {
  const pending = new Set<One>()
  const late: string[] = []
  let done = () => {}
  const all = new Promise<void>(resolve => {
    done = resolve
  })
  const deadlines = watchDeadlines(pending, timeoutMs, one => {
    pending.delete(one)
    late.push(one.name)
    t.ok(performance.now() - one.begun >= timeoutMs, one.name)
    if (one.name === 'last') done()
  })
  const begin = (name: string) => {
    const one = { name, begun: performance.now() }
    pending.add(one)
    deadlines.watch()
    return one
  }
  begin('first')
  pending.delete(begin('answered'))
  begin('second')
  await new Promise(resolve => setTimeout(resolve, timeoutMs / 2))
  begin('last')
  await all
  t.strictSame(late, ['first', 'second', 'last'])
})

t.test('who comes after a rest is watched again; while somebody waits there is none', async t => {
  const pending = new Set<One>()
  const late: string[] = []
  await new Promise<void>(resolve => {
    const deadlines = watchDeadlines(pending, timeoutMs, one => {
      pending.delete(one)
      late.push(one.name)
      resolve()
    })
    deadlines.watch()
    deadlines.rest()
    pending.add({ name: 'later', begun: performance.now() })
    deadlines.watch()
    deadlines.rest()
  })
  t.strictSame(late, ['later'])
})

// A process that was held up finds its timers first, and only then the answers that have long been there.
t.test('an answer that is found in the turn of the timer is not too late', async t => {
  const pending = new Set<One>()
  const deadlines = watchDeadlines(pending, timeoutMs, ({ name }) => t.fail(name))
  const answered = { name: 'answered', begun: performance.now() }
  pending.add(answered)
  deadlines.watch()
  // Set later for the same time: it comes right behind the watching one, before the sockets.
  await new Promise<void>(resolve => {
    setTimeout(() => {
      process.nextTick(() => pending.delete(answered))
      setImmediate(() => setImmediate(resolve))
    }, timeoutMs)
  })
  t.equal(pending.size, 0)
})
