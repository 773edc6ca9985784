// Ending sessions from outside and everywhere: over real sockets, a real Redis, and the command line.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import t from 'tap'
import type { SettingTree } from '../../src/lib/setting-sources.js'
import { secret, type TestGateway, testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { program } from '../fixtures/program.js'
import { redisServer } from '../fixtures/redis-server.js'
import { signIn } from '../fixtures/sign-in.js'

const run = promisify(execFile)

async function browserOf({ url }: TestGateway, user: string): Promise<PlainBrowser> {
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`, user)
  return browser
}

const statusAt = async (browser: PlainBrowser, url: string) =>
  (await browser.fetch(`${url}/x`)).status

/** Waits until nobody is signed in there: other processes hear of it within some seconds. */
async function untilSignedOut(browser: PlainBrowser, url: string): Promise<void> {
  const cookie = browser.cookieHeader(url)
  while ((await new PlainBrowser().fetch(`${url}/x`, { cookie })).status !== 401) {
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

async function subOf(browser: PlainBrowser, url: string): Promise<string> {
  return (JSON.parse((await browser.fetch(`${url}/oauth2/userinfo`)).body) as { sub: string }).sub
}

/** The command line with the settings of a gateway, as an operator has them in the environment. */
function command({ url, emulator, upstream }: TestGateway, env: Record<string, string>) {
  const [client] = emulator.settings.clients
  const settings = {
    PATH: process.env.PATH ?? '',
    COGNITO_USER_POOL_ID: emulator.settings.poolId,
    COGNITO_CLIENT_ID: client?.id ?? '',
    COGNITO_CLIENT_SECRET: client?.secrets[0] ?? '',
    COGNITO_DOMAIN: emulator.domain,
    COGNITO_ISSUER: emulator.issuer,
    GATEWAY_URL: url,
    GATEWAY_UPSTREAM: upstream.origin,
    GATEWAY_SECRET: secret,
    ...env,
  }
  return async (...words: string[]) => {
    const node = [...program, 'sessions', ...words]
    return (await run(process.execPath, node, { env: settings })).stdout
  }
}

const inRedis = (url: string): SettingTree => ({ session: { store: 'redis', redis: { url } } })
const sharedEnds = (url: string): SettingTree => ({ session: { redis: { url } } })

t.test('sessions list and end, with sessions in Redis', async t => {
  const { url: redis } = await redisServer(t)
  const gateway = await testGateway(t, { settings: inRedis(redis) })
  const { url, emulator } = gateway
  const audit = `${t.testdir()}/audit.log`
  const sessions = command(gateway, {
    GATEWAY_SESSION_STORE: 'redis',
    GATEWAY_REDIS_URL: redis,
    GATEWAY_AUDIT_LOG: audit,
  })
  const [jane, admin] = [await browserOf(gateway, 'jane'), await browserOf(gateway, 'admin')]
  const sub = await subOf(jane, url)

  t.equal((await sessions('list', '--all')).trim().split('\n').length, 2)
  const listed = JSON.parse(await sessions('list', '--user', sub, '--json'))
  t.match(listed, { sub, username: 'jane', email: 'jane@example.com', endsAt: /^20\d\d-.*Z$/ })
  t.match(await sessions('end', '--user', sub, '--before', '2020-01-01T00:00:00Z'), /Ended 0/)
  t.equal(await statusAt(jane, url), 200)

  t.match(await sessions('end', '--user', sub), /Ended 1 session\./)
  t.equal(await statusAt(jane, url), 401)
  t.equal(await statusAt(admin, url), 200)
  t.equal(emulator.calls.filter(({ path }) => path === '/oauth2/revoke').length, 1)
  t.match(await sessions('end', '--all', '--json'), '{"store":"redis","ended":1}')
  t.equal(await statusAt(admin, url), 401)
  const lines = readFileSync(audit, 'utf8').trimEnd().split('\n')
  const [first, second] = lines.map(line => JSON.parse(line) as Record<string, unknown>)
  t.match(first, {
    event: 'session_ended',
    sub,
    reason: 'ended by an operator',
    session: /^\S{22}$/,
  })
  t.match(second, { event: 'session_ended', reason: 'ended by an operator' })
  t.equal(lines.length, 2)
  t.equal(await sessions('list', '--all'), '')
})

t.test('sessions end, with sessions in cookies and a Redis for their ends', async t => {
  const { url: redis } = await redisServer(t)
  const gateway = await testGateway(t, { settings: sharedEnds(redis) })
  const { url } = gateway
  const other = await gateway.twin()
  const sessions = command(gateway, { GATEWAY_REDIS_URL: redis })
  const [jane, admin] = [await browserOf(gateway, 'jane'), await browserOf(gateway, 'admin')]
  await t.rejects(sessions('list', '--all'), { stderr: /in no list/, code: 1 })
  t.match(await sessions('end', '--user', await subOf(jane, url)), /every process/)
  await Promise.all([untilSignedOut(jane, url), untilSignedOut(jane, other)])
  t.equal(await statusAt(admin, url), 200)
})

t.test('sessions end, where nothing is shared, says what to do instead', async t => {
  const gateway = await testGateway(t)
  const sessions = command(gateway, {})
  await t.rejects(sessions('end', '--all'), { stderr: /GATEWAY_SESSION_NOT_BEFORE=20/, code: 1 })
  await t.rejects(sessions('end'), { stderr: /--user SUB or --all/, code: 1 })
  await t.rejects(sessions('end', '--all', '--before', 'yesterday'), { code: 2 })
})

t.test('a sign-out at one instance is one at the other, with cookies and a Redis', async t => {
  const { url: redis } = await redisServer(t)
  const gateway = await testGateway(t, { settings: sharedEnds(redis) })
  const other = await gateway.twin()
  const browser = await browserOf(gateway, 'jane')
  const copy = new PlainBrowser()
  for (const [host, cookies] of browser.jar) copy.jar.set(host, new Map(cookies))
  t.equal(await statusAt(copy, other), 200)
  await browser.visit(`${gateway.url}/oauth2/sign_out`)
  await untilSignedOut(copy, other)
})

for (const store of ['cookie', 'redis'] as const) {
  t.test(`signing out everywhere ends the other browsers too (${store})`, async t => {
    const settings = store === 'redis' ? inRedis((await redisServer(t)).url) : {}
    const gateway = await testGateway(t, { settings })
    const { url } = gateway
    const [one, two, admin] = await Promise.all(
      ['jane', 'jane', 'admin'].map(user => browserOf(gateway, user)),
    )
    if (!one || !two || !admin) throw new Error('three browsers')
    const answer = await one.visit(`${url}/oauth2/sign_out?scope=everywhere`)
    t.equal(answer.status, 302)
    t.equal(await statusAt(one, url), 401)
    t.equal(await statusAt(two, url), 401)
    t.equal(await statusAt(admin, url), 200, 'nobody else')
  })
}

t.test('session.notBefore signs everybody out who was there before', async t => {
  const halfAnHourAgo = new Date(Date.now() - 1_800_000).toISOString()
  const gateway = await testGateway(t, { settings: { session: { notBefore: halfAnHourAgo } } })
  const { url, clock, emulator } = gateway
  clock.offsetSeconds = -1700
  emulator.faults.clockOffsetSeconds = -1700
  const later = await browserOf(gateway, 'jane')
  t.equal(await statusAt(later, url), 200)
  clock.offsetSeconds = -1900
  emulator.faults.clockOffsetSeconds = -1900
  t.match((await signIn(new PlainBrowser(), `${url}/`)).status, 400, 'no loop for who is too early')
  t.equal(await statusAt(later, url), 200)
})
