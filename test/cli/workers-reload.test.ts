// SIGHUP of a gateway of several processes.
import t from 'tap'
import { Agent, request } from 'undici'
import { childrenOf, many, twoWorkers } from '../fixtures/two-workers.js'

t.test('SIGHUP: one worker after the other is replaced, and nothing is lost', async t => {
  const { url, gateway } = await twoWorkers(t)
  const before = childrenOf(gateway)
  const agent = new Agent({ connections: 4, pipelining: 1 })
  t.teardown(() => agent.destroy())
  const seen: (number | string)[] = []
  let running = true
  const load = Promise.all(
    [1, 2, 3, 4].map(async () => {
      while (running) {
        const asked = request(`${url}/public`, { dispatcher: agent })
        const answer = await asked.catch((error: Error) => error.message)
        if (typeof answer !== 'string') await answer.body.dump()
        seen.push(typeof answer === 'string' ? answer : answer.statusCode)
      }
    }),
  )
  gateway.process.kill('SIGHUP')
  await gateway.line('settings were loaded')
  const after = childrenOf(gateway)
  t.notOk(
    after.slice(-2).some(pid => before.includes(pid)),
    'all are new',
  )
  t.strictSame(new Set(await many(`${url}/public`)), new Set([200]))
  running = false
  await load
  t.strictSame([...new Set(seen)], [200], `${seen.length} requests meanwhile`)

  gateway.write({ workers: 'many' })
  gateway.process.kill('SIGHUP')
  const refused = await gateway.line('settings were refused; the old ones serve on')
  t.match(refused.complaints, [/workers/])
  t.strictSame(new Set(await many(`${url}/public`)), new Set([200]))
  gateway.process.kill('SIGTERM')
  gateway.process.kill('SIGTERM')
  await gateway.ended
})
