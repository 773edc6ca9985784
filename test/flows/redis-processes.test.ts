// Two gateways in processes of their own that share nothing but a Redis and their settings.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { freePort } from '../fixtures/free-port.js'
import { secret, type TestGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { program } from '../fixtures/program.js'
import { redisServer } from '../fixtures/redis-server.js'
import { emailOf, signedInVisitors } from '../fixtures/signed-in-visitors.js'

const people = 20

t.test('two processes refresh each session once, and mix up nobody', async t => {
  const { url: redis } = await redisServer(t)
  const gateway = await signedInVisitors(t, people, redis, {
    // Signed in long ago by the clock of the pool, so that every session is due by that of the machine.
    prepare: ({ faults }) => {
      faults.clockOffsetSeconds = -240
    },
  })
  const { cookies, emulator, refreshes } = gateway
  const processes = await Promise.all([start(t, gateway, redis), start(t, gateway, redis)])
  emulator.faults.clockOffsetSeconds = 0
  const before = refreshes()
  const answers = await Promise.all(
    Array.from({ length: 1000 }, async (_, n) => {
      const visitor = n % people
      const at = processes[Math.floor(n / people) % 2] ?? ''
      const cookie = cookies[visitor] ?? ''
      return { visitor, ...(await new PlainBrowser().fetch(`${at}/${n}`, { cookie })) }
    }),
  )
  const right = answers.filter(
    ({ status, visitor, body }) =>
      status === 200 && body.includes(`"x-forwarded-email":"${emailOf(visitor)}"`),
  )
  t.equal(right.length, 1000, 'everybody is who they are')
  t.equal(refreshes() - before, people)
})

/** `cognito-gateway start` with the settings of a gateway; gives its URL. */
async function start(t: Test, { url, emulator, upstream }: TestGateway, redis: string) {
  const port = await freePort()
  const [client] = emulator.settings.clients
  const folder = t.testdir({ 'gateway.yaml': 'session: { redis: { timeout: 5000 } }' })
  const words = ['start', '--config', `${folder}/gateway.yaml`]
  const gateway = spawn(process.execPath, [...program, ...words], {
    env: {
      PATH: process.env.PATH ?? '',
      COGNITO_USER_POOL_ID: emulator.settings.poolId,
      COGNITO_CLIENT_ID: client?.id ?? '',
      COGNITO_CLIENT_SECRET: client?.secrets[0] ?? '',
      COGNITO_DOMAIN: emulator.domain,
      COGNITO_ISSUER: emulator.issuer,
      GATEWAY_URL: url,
      GATEWAY_HOST: 'localhost',
      GATEWAY_PORT: String(port),
      GATEWAY_ADMIN_PORT: String(await freePort()),
      GATEWAY_UPSTREAM: upstream.origin,
      GATEWAY_SECRET: secret,
      GATEWAY_SESSION_STORE: 'redis',
      GATEWAY_REDIS_URL: redis,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => gateway.kill('SIGKILL'))
  let text = ''
  while (!text.includes(String(port))) text += String((await once(gateway.stdout, 'data'))[0])
  gateway.stdout.resume()
  return `http://localhost:${port}`
}
