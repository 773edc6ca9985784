// Logs that cannot be written: the gateway lives, and ends well.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { request } from 'undici'
import { freePort } from '../fixtures/free-port.js'
import { program } from '../fixtures/program.js'

interface Started {
  readonly gateway: ChildProcess
  readonly url: string
  readonly adminUrl: string
}

/** Refuses everything, with a line in the log for each. */
async function start(t: Test, stdout: number | 'pipe', workers: number): Promise<Started> {
  const [port, adminPort] = [await freePort(), await freePort()]
  const settings = {
    url: `http://localhost:${port}`,
    secrets: ['q83vEjRWeJq83vEjRWeJASNFZ4mrze8BI0VniavN7wE'],
    listen: { host: '127.0.0.1', port },
    admin: { port: adminPort },
    shutdown: { delay: '0s' },
    workers,
    cognito: {
      userPoolId: 'us-east-1_Emulator1',
      clientId: '1testclient0000000000000001',
      domain: 'http://localhost:9',
      issuer: 'http://localhost:9/us-east-1_Emulator1',
    },
    routes: [{ path: '/', access: 'deny' }],
  }
  const folder = t.testdir({ 'gateway.yaml': JSON.stringify(settings) })
  const command = [...program, 'start', '--config', `${folder}/gateway.yaml`]
  const gateway = spawn(process.execPath, command, {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', stdout, 'pipe'],
  })
  t.teardown(() => void gateway.kill('SIGKILL'))
  const adminUrl = `http://127.0.0.1:${adminPort}`
  while (!(await answers(`${adminUrl}/healthz`))) await pause(50)
  return { gateway, url: settings.url, adminUrl }
}

async function answers(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(url)
    await body.dump()
    return statusCode === 200
  } catch {
    return false
  }
}

async function refusals(url: string, count: number): Promise<Set<number>> {
  const statuses = new Set<number>()
  for (let at = 0; at < count; at++) {
    const { statusCode, body } = await request(`${url}/page`)
    await body.dump()
    statuses.add(statusCode)
  }
  return statuses
}

for (const workers of [1, 2]) {
  t.test(`a disk that is full, ${workers} process(es)`, async t => {
    const full = openSync('/dev/full', 'w')
    const { gateway, url, adminUrl } = await start(t, full, workers)
    gateway.stderr?.resume()
    t.strictSame(await refusals(url, 200), new Set([403]))
    t.ok(await answers(`${adminUrl}/healthz`))
    const ended = once(gateway, 'exit')
    gateway.kill('SIGTERM')
    t.strictSame(await ended, [0, null])
  })
}

t.test('nobody reads stdout and stderr any more', async t => {
  const { gateway, url, adminUrl } = await start(t, 'pipe', 1)
  gateway.stdout?.destroy()
  gateway.stderr?.destroy()
  t.strictSame(await refusals(url, 200), new Set([403]))
  t.ok(await answers(`${adminUrl}/healthz`))
  const ended = once(gateway, 'exit')
  gateway.kill('SIGTERM')
  t.strictSame(await ended, [0, null])
})
