// Silence on a connection is told once, and nothing else is.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { watchIdle } from '../../src/proxy/idle.js'

/** Both ends of a connection. */
async function pair(t: Test): Promise<{ here: Socket; there: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const there = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [here] = (await once(server, 'connection')) as [Socket]
  t.teardown(() => {
    here.destroy()
    there.destroy()
    server.close()
  })
  for (const end of [here, there]) end.on('error', () => end.destroy())
  return { here, there }
}

const told = (socket: Socket, idleMs: number) =>
  new Promise<void>(resolve => watchIdle(socket, idleMs, resolve))

t.test('silence is told after its time, and not before', async t => {
  const { here } = await pair(t)
  const begun = performance.now()
  await told(here, 200)
  t.ok(performance.now() - begun >= 200)
})

t.test('bytes in either direction keep it quiet', async t => {
  const { here, there } = await pair(t)
  here.resume()
  there.resume()
  let last = performance.now()
  let left = 30
  const talk = setInterval(() => {
    last = performance.now()
    if (left % 2 === 0) here.write('.')
    else there.write('.')
    if (--left === 0) clearInterval(talk)
  }, 40)
  t.teardown(() => clearInterval(talk))
  await told(here, 400)
  t.ok(performance.now() - last >= 400 - 400 / 8, 'counted from the last look at least')
})

t.test('who takes nothing of what is waiting for them is idle as well', async t => {
  const { here, there } = await pair(t)
  there.pause()
  while (here.write(Buffer.alloc(65_536))) await new Promise(setImmediate)
  await told(here, 200)
  t.ok(here.writableLength > 0)
})

t.test('the time limit of the socket itself tells, also when one side has ended', async t => {
  const { here, there } = await pair(t)
  here.resume()
  const idle = told(here, 600_000)
  there.end()
  await once(here, 'end')
  here.setTimeout(50)
  await idle
  t.pass()
})

t.test('nothing is told of a connection that is gone, and nothing hangs on it', async t => {
  const { here } = await pair(t)
  const before = here.listenerCount('timeout')
  let calls = 0
  watchIdle(here, 20, () => calls++)
  here.destroy()
  await once(here, 'close')
  await new Promise(resolve => setTimeout(resolve, 60))
  t.equal(calls, 0)
  t.equal(here.listenerCount('timeout'), before)
})
