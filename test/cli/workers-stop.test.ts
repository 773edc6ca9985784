// A stop while a reload replaces workers, with the primary in this process and real workers.
import cluster from 'node:cluster'
import { once } from 'node:events'
import t from 'tap'
import { longestStopMs } from '../../src/cli/longest-stop.js'
import { serveByWorkers } from '../../src/cli/workers/primary.js'
import { loadConfig } from '../../src/config.js'
import { createLog } from '../../src/log.js'
import { freePort } from '../fixtures/free-port.js'
import { secret } from '../fixtures/gateway.js'

t.test('a worker that is being started at the stop ends as the others do', async t => {
  const port = await freePort()
  const tree = {
    url: [`http://localhost:${port}`],
    listen: { host: '127.0.0.1', port },
    admin: { port: await freePort() },
    secrets: [secret],
    cognito: {
      userPoolId: 'us-east-1_Emulator1',
      clientId: '1testclient0000000000000001',
      domain: 'http://localhost:9',
      issuer: 'http://localhost:9/us-east-1_Emulator1',
    },
    routes: [{ path: '/', access: 'deny' }],
    log: { level: 'silent', audit: 'off' },
  }
  const given = { tree, config: loadConfig({ env: {}, base: tree }) }
  cluster.setupPrimary({ exec: 'src/cli/main.ts', args: ['start'], execArgv: ['--import=tsx'] })
  const ends: (number | string)[] = []
  cluster.on('exit', (_worker, code, signal) => ends.push(signal ?? code))
  let begun = 0
  cluster.on('fork', () => begun++)
  t.teardown(() => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGKILL')
  })

  const crew = await serveByWorkers(given, 2, createLog({ level: 'silent' }))
  const third = once(cluster, 'fork')
  const reloaded = crew.reload(given)
  await third
  await crew.stop(0)
  t.strictSame(ends, [0, 0, 0], 'all were told, and awaited')
  await reloaded
  t.equal(begun, 3, 'and no other was started')
})

// A worker that was told to leave goes by the settings that it serves by.
t.test(
  'a reload that shortens the deadline does not cut those who go by the longer one',
  async t => {
    const before = { shutdown: { delay: 0, deadline: 60 } }
    const next = { shutdown: { delay: 10, deadline: 5 } }
    t.equal(longestStopMs(before, next), longestStopMs({ shutdown: { delay: 10, deadline: 60 } }))
    t.equal(longestStopMs(next), 35_000)
  },
)
