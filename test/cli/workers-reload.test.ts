// SIGHUP of a gateway of several processes.
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readlinkSync, renameSync, rmSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t from 'tap'
import { Agent, request } from 'undici'
import { slowApplication } from '../fixtures/gateway-process.js'
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

t.test(
  'a stop while a replaced worker still answers: nothing is cut, and the status is 0',
  async t => {
    const audit = join(mkdtempSync(join(tmpdir(), 'audit-')), 'audit.log')
    t.teardown(() => rmSync(dirname(audit), { recursive: true, force: true }))
    const upstream = await slowApplication(t)
    const routes = [{ path: '/', access: 'public', upstream }]
    const { url, gateway } = await twoWorkers(t, {
      routes,
      log: { audit },
      shutdown: { delay: '0s' },
    })
    const uploads = await Promise.all(
      [1, 2].map(async () => {
        const upload = httpRequest(`${url}/upload`, { method: 'POST', agent: false })
        upload.write('a')
        const answered = once(upload, 'response') as Promise<[IncomingMessage]>
        await once(upload, 'socket')
        return { upload, answered }
      }),
    )
    t.strictSame(new Set(await many(`${url}/x`)), new Set([200]))
    gateway.process.kill('SIGHUP')
    await gateway.line('settings were loaded')
    gateway.process.kill('SIGTERM')
    await gateway.line('gateway is about to stop')
    for (const { upload } of uploads) upload.end('b')
    for (const { answered } of uploads) {
      const [answer] = await answered
      t.equal(String((await answer.toArray())[0]), '2')
    }
    t.strictSame(await gateway.ended, [0, null])
    t.notOk(gateway.lines.find(({ level }) => level >= 50))
  },
)

t.test(
  'logrotate: every worker goes on in the new file, also where the settings are refused',
  async t => {
    const audit = join(mkdtempSync(join(tmpdir(), 'audit-')), 'audit.log')
    t.teardown(() => rmSync(dirname(audit), { recursive: true, force: true }))
    const { gateway } = await twoWorkers(t, { log: { audit } })
    const filesOf = (pid: number) =>
      readdirSync(`/proc/${pid}/fd`).flatMap(fd => {
        try {
          return [readlinkSync(`/proc/${pid}/fd/${fd}`)]
        } catch {
          return []
        }
      })
    const all = () => childrenOf(gateway).map(pid => filesOf(pid))
    t.ok(all().every(files => files.includes(audit)))
    renameSync(audit, `${audit}.1`)
    gateway.write({ workers: 'many' })
    gateway.process.kill('SIGHUP')
    await gateway.line('settings were refused; the old ones serve on')
    while (!all().every(files => files.includes(audit) && !files.includes(`${audit}.1`))) {
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    t.equal(all().length, 2)
  },
)
