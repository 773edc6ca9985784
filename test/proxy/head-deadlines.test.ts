import { once } from 'node:events'
import { mock } from 'node:test'
import t from 'tap'
import { type AwaitsHead, HeadDeadlines } from '../../src/proxy/head-deadlines.js'
import { httpUpstream, rawClient, startPassage, tcpUpstream } from './fixtures/passage.js'

function waiting(headTimeoutMs: number): AwaitsHead & { isUpstreamsTurn: boolean } {
  return { headTimeoutMs, isUpstreamsTurn: true, headSeat: -1, headIsLate: () => {} }
}

t.afterEach(() => mock.timers.reset())

function onMockedTime(): HeadDeadlines {
  mock.timers.reset()
  mock.timers.enable({ apis: ['setInterval'] })
  return new HeadDeadlines()
}

t.test('never early, and at most half a second late', async t => {
  for (const [limit, beganAfter] of [
    [1000, 0],
    [1000, 249],
    [100, 100],
    [60_000, 1],
  ] as const) {
    const deadlines = onMockedTime()
    // Somebody else has begun the turn already.
    deadlines.start(waiting(1e9))
    mock.timers.tick(beganAfter)
    let late = false
    deadlines.start({ ...waiting(limit), headIsLate: () => (late = true) })
    mock.timers.tick(limit - 1)
    t.notOk(late, `${limit} ms, after ${beganAfter}`)
    mock.timers.tick(501)
    t.ok(late)
  }
})

t.test('it is said once, and not to who has stopped', async t => {
  const deadlines = onMockedTime()
  const said: string[] = []
  const one = { ...waiting(1000), headIsLate: () => said.push('one') }
  const other = { ...waiting(1000), headIsLate: () => said.push('other') }
  deadlines.start(one)
  deadlines.start(other)
  mock.timers.tick(500)
  deadlines.stop(other)
  mock.timers.tick(10_000)
  t.strictSame(said, ['one'])
  deadlines.moved(other)
  mock.timers.tick(10_000)
  t.strictSame(said, ['one'], 'what has stopped is not begun by a move')
})

t.test(
  'it begins anew when something moves, and not while it is the client that waits',
  async t => {
    const deadlines = onMockedTime()
    let late = false
    const one = { ...waiting(1000), isUpstreamsTurn: false, headIsLate: () => (late = true) }
    deadlines.start(one)
    mock.timers.tick(10_000)
    one.isUpstreamsTurn = true
    mock.timers.tick(900)
    t.notOk(late)
    deadlines.moved(one)
    mock.timers.tick(999)
    t.notOk(late)
    mock.timers.tick(501)
    t.ok(late)
  },
)

t.test('nobody waits, nothing ticks', async t => {
  const deadlines = onMockedTime()
  const one = waiting(1e9)
  const began = mock.method(globalThis, 'setInterval')
  deadlines.start(one)
  deadlines.start(waiting(100))
  t.equal(began.mock.callCount(), 1, 'one timer for all')
  deadlines.stop(one)
  mock.timers.tick(1000)
  mock.timers.tick(1000)
  deadlines.start(one)
  t.equal(began.mock.callCount(), 2, 'it had stopped')
  mock.restoreAll()
})

t.test(
  'an upstream that stops reading an upload is late; a client that stops sending is not',
  async t => {
    const origin = await tcpUpstream(t, socket => void socket.pause())
    const { port, failures, events } = await startPassage(t, origin, { timeoutMs: 300 })
    const slow = await rawClient(t, port)
    slow.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\nbegun')
    const failed = once(events, 'failure')
    const fast = await rawClient(t, port)
    fast.send('POST /fast HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n')
    // More than all sockets on the way can hold.
    fast.socket.write(Buffer.alloc(50_000_000))
    await failed
    await fast.until('GW_ERR_UPSTREAM_TIMEOUT')
    t.match(failures, [{ code: 'GW_ERR_UPSTREAM_TIMEOUT', reason: /timeout\.firstByte/ }])
    t.equal(slow.received, '', 'the client that stopped is not cut by the limit of the upstream')
  },
)

t.test('the limit counts from the end of an upload, and anew from an interim answer', async t => {
  const origin = await httpUpstream(t, (request, response) => {
    request.resume().once('end', () => {
      const early = setInterval(
        () => response.writeEarlyHints({ link: '</a.css>; rel=preload' }),
        100,
      )
      setTimeout(() => {
        clearInterval(early)
        response.end('at last')
      }, 1500)
    })
  })
  const { port } = await startPassage(t, origin, { timeoutMs: 500 })
  const client = await rawClient(t, port)
  client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody')
  await client.until('at last')
  t.match(client.received, /^HTTP\/1\.1 200 /)
})
