// The units of systemd: its own checker reads them, and its own activator hands a socket over.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { request } from 'undici'
import { freePort } from '../fixtures/free-port.js'
import { program } from '../fixtures/program.js'
import { recordingUpstream } from '../fixtures/recording-upstream.js'

const folder = 'deploy/systemd'

t.test('systemd understands both units', async t => {
  const units = t.testdir({})
  const service = readFileSync(`${folder}/cognito-gateway.service`, 'utf8')
  writeFileSync(
    `${units}/cognito-gateway.service`,
    service.replaceAll('/usr/bin/node', process.execPath),
  )
  copyFileSync(`${folder}/cognito-gateway.socket`, `${units}/cognito-gateway.socket`)
  const files = ['service', 'socket'].map(kind => `${units}/cognito-gateway.${kind}`)
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...files], {
    encoding: 'utf8',
    env: { ...process.env, SYSTEMD_UNIT_PATH: `${units}:` },
  })
  t.notMatch(stderr, /cognito-gateway\.(?:service|socket):\d+/, 'no line that it does not know')
  t.equal(status, 0, stderr)
  const [, stopSeconds] = /^TimeoutStopSec=(\d+)s$/m.exec(service) ?? []
  t.ok(Number(stopSeconds) > 5 + 300 + 20, 'shutdown.delay, shutdown.deadline and what comes after')
  t.match(service, /^ExecReload=\/bin\/kill -HUP/m)
})

t.test('a socket that systemd holds is served from', async t => {
  const [port, adminPort] = [await freePort(), await freePort()]
  const { origin } = await recordingUpstream(t)
  const settings = {
    url: `http://localhost:${port}`,
    secrets: ['q83vEjRWeJq83vEjRWeJASNFZ4mrze8BI0VniavN7wE'],
    listen: { port: 1 },
    admin: { port: adminPort },
    cognito: {
      userPoolId: 'us-east-1_Emulator1',
      clientId: '1testclient0000000000000001',
      domain: 'http://localhost:9',
      issuer: 'http://localhost:9/us-east-1_Emulator1',
    },
    routes: [{ path: '/', access: 'public', upstream: origin }],
  }
  const place = t.testdir({ 'gateway.yaml': JSON.stringify(settings) })
  const command = [...program, 'start', '--config', `${place}/gateway.yaml`]
  const activated = spawn(
    'systemd-socket-activate',
    ['-E', 'PATH', '-l', `127.0.0.1:${port}`, process.execPath, ...command],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  t.teardown(() => void activated.kill('SIGKILL'))
  const ended = once(activated, 'exit')
  let said = ''
  while (!said.includes('Listening on')) said += String((await once(activated.stderr, 'data'))[0])
  activated.stderr.resume()
  // Nothing runs yet: the connection waits until the gateway is there.
  const answer = await request(`http://127.0.0.1:${port}/page`, {
    headers: { host: `localhost:${port}` },
    headersTimeout: 60_000,
  })
  await answer.body.dump()
  t.equal(answer.statusCode, 200)
  activated.kill('SIGINT')
  t.strictSame(await ended, [0, null])
})
