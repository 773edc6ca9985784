// A stop and a reload while a refresh runs whose client has left: with rotation, what it brings is the only way on.
import { setTimeout as pause } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { request } from 'undici'
import { serve } from '../../src/cli/serve.js'
import { createLog } from '../../src/log.js'
import { createServices } from '../../src/services.js'
import { keep } from '../fixtures/cookie-keeper.js'
import { freePort } from '../fixtures/free-port.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { redisServer } from '../fixtures/redis-server.js'
import { type RotatingPool, rotatingPool } from '../fixtures/rotating-pool.js'
import { session } from '../fixtures/session.js'
import { signIn } from '../fixtures/sign-in.js'

const log = createLog({ level: 'silent' })
const refreshesOf = ({ emulator }: RotatingPool) =>
  emulator.calls.filter(one => one.grantType === 'refresh_token')

/** Begins a refresh that takes Cognito three seconds, and leaves. */
async function leaveDuringRefresh({ emulator, url }: RotatingPool, cookie: string): Promise<void> {
  emulator.faults.set('/oauth2/token', { delayMs: 3000, times: 1 })
  const leaving = new AbortController()
  const left = (async () => {
    while (emulator.faults.list().length > 0) {
      const { body } = await request(url, {
        headers: { cookie, 'sec-fetch-mode': 'cors' },
        signal: leaving.signal,
      })
      await body.dump()
    }
  })().catch(() => {})
  while (emulator.faults.list().length > 0) await pause(10)
  leaving.abort()
  await left
}

/** Somebody signed in at a gateway with sessions in Redis. */
async function signedIn(t: Test) {
  const { url: redis } = await redisServer(t)
  const pool = await rotatingPool(t, {
    session: { store: 'redis', redis: { url: redis, timeout: 5000 } },
    // Shorter than the refresh, which is waited for all the same.
    shutdown: { deadline: '1s' },
  })
  const gateway = await serve(pool.configWith({}), log)
  const browser = new PlainBrowser()
  await signIn(browser, `${pool.url}/`)
  return { pool, gateway, browser, cookie: browser.cookieHeader(pool.url) }
}

for (const how of ['stop', 'reload', 'reload and stop'] as const) {
  t.test(`${how}: a refresh is written down although its client has left`, async t => {
    const { pool, gateway, browser, cookie } = await signedIn(t)
    if (how === 'reload') t.teardown(() => gateway.close())
    await leaveDuringRefresh(pool, cookie)

    const at = { listen: { port: await freePort() }, admin: { port: await freePort() } }
    if (how !== 'stop') await gateway.reload(pool.configWith({ session: { idle: '1h' } }))
    if (how !== 'reload') {
      t.equal(await gateway.stop(0), true, 'nobody was cut')
      t.equal(refreshesOf(pool).length, 1, 'it was waited for')
    }
    while (refreshesOf(pool).length === 0) await pause(10)
    const second = await serve(pool.configWith(at), log)
    t.teardown(() => second.close())
    const answer = await browser.fetch(`http://localhost:${at.listen.port}/`, {
      cookie,
      host: new URL(pool.url).host,
    })
    t.equal(answer.status, 200, 'the session goes on at another instance')
    t.notOk(
      refreshesOf(pool).some(({ status }) => status !== 200),
      'no dead refresh token was shown to Cognito',
    )
  })
}

// A request whose client has left may still be looking for its session when everything closes.
t.test('who comes after the last wait begins no refresh: nobody could write it down', async t => {
  const pool = await rotatingPool(t)
  const services = await createServices(pool.configWith({}), log)
  const browser = { origin: pool.url, secure: false, cookies: [] }
  const { identity, tokens } = session()
  const expired = { ...tokens, issuedAt: services.clock() - 10, expiresAt: services.clock() - 1 }
  const { setCookies } = await services.sessions.create(browser, { identity, tokens: expired })
  await services.close()
  const later = { ...browser, cookies: keep(setCookies()) }
  const unavailable = { code: 'GW_ERR_SESSION_UNAVAILABLE' }
  await t.rejects(async () => services.sessions.load(later), unavailable)
  t.strictSame(refreshesOf(pool), [], 'Cognito was not asked')
})
