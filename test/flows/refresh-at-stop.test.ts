// A stop and a reload while a refresh runs whose client has left: with rotation, what it brings is the only way on.
import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { request } from 'undici'
import { serve } from '../../src/cli/serve.js'
import { loadConfig } from '../../src/config.js'
import { startEmulator } from '../../src/emulator/app.js'
import { parsePool } from '../../src/emulator/pool.js'
import { mergeTrees, type SettingTree } from '../../src/lib/setting-sources.js'
import { createLog } from '../../src/log.js'
import { freePort } from '../fixtures/free-port.js'
import { clientSecret, secret, users } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { recordingUpstream } from '../fixtures/recording-upstream.js'
import { redisServer } from '../fixtures/redis-server.js'
import { signIn } from '../fixtures/sign-in.js'

for (const how of ['stop', 'reload'] as const) {
  t.test(`${how}: a refresh is written down although its client has left`, async t => {
    const { url: redis } = await redisServer(t)
    const port = await freePort()
    const url = `http://localhost:${port}`
    const upstream = await recordingUpstream(t)
    const client = {
      id: '1testclient0000000000000001',
      secrets: [clientSecret],
      accessTokenSeconds: 4,
      rotation: { graceSeconds: 0 },
      callbackUrls: [`${url}/oauth2/callback`],
      logoutUrls: [`${url}/oauth2/signed_out`],
    }
    const pool = parsePool({ users, clients: [client] })
    const emulator = await startEmulator({ pool, port: await freePort() })
    t.teardown(() => emulator.close())
    const base: SettingTree = {
      url: [url],
      listen: { host: 'localhost', port },
      admin: { port: await freePort() },
      secrets: [secret],
      session: { store: 'redis', redis: { url: redis, timeout: 5000 } },
      cognito: {
        userPoolId: pool.poolId,
        clientId: client.id,
        clientSecret,
        domain: emulator.domain,
        issuer: emulator.issuer,
      },
      upstream: upstream.origin,
      log: { level: 'silent', audit: 'off' },
    }
    const configWith = (changes: SettingTree) =>
      loadConfig({ env: {}, base: mergeTrees(base, changes) })
    const log = createLog({ level: 'silent' })
    const gateway = await serve(configWith({}), log)
    if (how === 'reload') t.teardown(() => gateway.close())
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    const cookie = browser.cookieHeader(url)
    const refreshes = () => emulator.calls.filter(one => one.grantType === 'refresh_token')

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

    const at = { listen: { port: await freePort() }, admin: { port: await freePort() } }
    if (how === 'stop') await gateway.close()
    else await gateway.reload(configWith({ session: { idle: '1h' } }))
    while (refreshes().length === 0) await pause(10)
    const second = await serve(configWith(at), log)
    t.teardown(() => second.close())
    const answer = await browser.fetch(`http://localhost:${at.listen.port}/`, {
      cookie,
      host: `localhost:${port}`,
    })
    t.equal(answer.status, 200, 'the session goes on at another instance')
    t.notOk(
      refreshes().some(({ status }) => status !== 200),
      'no dead refresh token was shown to Cognito',
    )
  })
}
