// What becomes of a user at Cognito reaches their sessions: by events, and by asking at an interval.
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { request, WebSocket } from 'undici'
import { toEvent } from '../../src/emulator/cloud-trail.js'
import type { SettingTree } from '../../src/lib/setting-sources.js'
import { freePort } from '../fixtures/free-port.js'
import { type TestGateway, testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { redisServer } from '../fixtures/redis-server.js'
import { signIn } from '../fixtures/sign-in.js'
import { socketUpstream } from '../fixtures/websocket.js'

const key = 'an-events-key-of-more-than-32-characters'

/** A gateway that takes events, and an emulator that sends them there. */
async function site(t: Test, session: SettingTree = {}, more: SettingTree = {}) {
  const port = await freePort()
  const events = { url: `http://localhost:${port}/oauth2/events`, key }
  return testGateway(t, {
    port,
    pool: { events },
    settings: { session: { events: { key: [key] }, ...session }, ...more },
  })
}

async function browserOf({ url }: TestGateway, user: string): Promise<PlainBrowser> {
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`, user)
  return browser
}

/** Times are in whole seconds: who signs in within the second of an event was there before it. */
const nextSecond = () => new Promise(resolve => setTimeout(resolve, 1001))

/** Events arrive when they arrive; nobody's cookie is changed by asking. */
async function until(status: number, browser: PlainBrowser, url: string): Promise<void> {
  const cookie = browser.cookieHeader(url)
  while ((await new PlainBrowser().fetch(url, { cookie })).status !== status) {
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const answer = await request(`${url}/oauth2/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const { outcome, code } = (await answer.body.json()) as { outcome?: string; code?: string }
  return { status: answer.statusCode, said: outcome ?? code }
}

const stores: [string, (redis: string) => SettingTree][] = [
  ['cookies', () => ({})],
  ['cookies, and a Redis for their ends', url => ({ redis: { url } })],
  ['Redis', url => ({ store: 'redis', redis: { url } })],
]

for (const [store, session] of stores) {
  t.test(
    `a user who is disabled, deleted or signed out loses every session (${store})`,
    async t => {
      const gateway = await site(t, session((await redisServer(t)).url))
      const { url, emulator, lines } = gateway
      const instances = store === 'cookies' ? [url] : [url, await gateway.twin()]
      const { administration } = emulator
      const ends: [string, () => void][] = [
        ['AdminUserGlobalSignOut', () => administration.signOutEverywhere('jane')],
        ['AdminDisableUser', () => administration.update('jane', { enabled: false })],
        ['AdminDeleteUser', () => administration.remove('jane')],
      ]
      const admin = await browserOf(gateway, 'admin')
      for (const [operation, end] of ends) {
        const browsers = [await browserOf(gateway, 'jane'), await browserOf(gateway, 'jane')]
        for (const at of instances) {
          for (const browser of browsers) await until(200, browser, `${at}/x`)
        }
        await nextSecond()
        end()
        for (const at of instances) {
          for (const browser of browsers) await until(401, browser, `${at}/x`)
        }
        t.pass(operation)
        t.ok(lines.some(line => line.includes(`"operation":"${operation}"`)))
        if (operation !== 'AdminDeleteUser') administration.update('jane', { enabled: true })
        await nextSecond()
      }
      for (const at of instances) t.equal((await admin.fetch(`${at}/x`)).status, 200, 'nobody else')
      t.notMatch(lines.join(), key)
    },
  )

  t.test(`changed groups make every session ask again at its next request (${store})`, async t => {
    const gateway = await site(t, session((await redisServer(t)).url))
    const { url, emulator } = gateway
    const instances = store === 'cookies' ? [url] : [url, await gateway.twin()]
    const [one, two] = [await browserOf(gateway, 'jane'), await browserOf(gateway, 'jane')]
    for (const browser of [one, two]) {
      t.equal((await browser.fetch(`${url}/admin`)).status, 403)
    }
    emulator.administration.update('jane', { groups: ['staff', 'admins'] })
    for (const at of instances) {
      for (const browser of [one, two]) await until(200, browser, `${at}/admin`)
    }
    await nextSecond()
    emulator.administration.update('jane', { groups: ['staff'] })
    for (const at of instances) {
      for (const browser of [one, two]) await until(403, browser, `${at}/admin`)
    }
    t.equal((await one.fetch(`${url}/x`)).status, 200, 'still signed in')
  })
}

t.test('a WebSocket at another instance is closed within seconds', async t => {
  const { url: redis } = await redisServer(t)
  const { origin: upstream } = await socketUpstream(t)
  const gateway = await site(
    t,
    { redis: { url: redis } },
    { routes: [{ path: '/', access: 'signed-in', upstream }] },
  )
  const other = await gateway.twin()
  const jane = new PlainBrowser()
  await signIn(jane, `${gateway.url}/`)
  const socket = new WebSocket(`${other.replace('http', 'ws')}/`, {
    headers: { cookie: jane.cookieHeader(gateway.url) },
  })
  await once(socket, 'open')
  const closed = once(socket, 'close')
  await nextSecond()
  gateway.emulator.administration.update('jane', { enabled: false })
  const [{ code }] = await closed
  t.equal(code, 4401)
})

t.test('an event that comes again, or late, touches nobody who signed in since', async t => {
  for (const store of ['cookie', 'redis'] as const) {
    const { url: redis } = await redisServer(t)
    const gateway = await site(t, { store, redis: { url: redis } })
    const { url, emulator, clock } = gateway
    const sub = emulator.settings.users.find(({ username }) => username === 'jane')?.sub ?? ''
    const now = Math.floor(Date.now() / 1000)
    const change = {
      operation: 'AdminDisableUser',
      username: 'jane',
      sub,
      groupName: null,
    } as const
    const event = toEvent({ ...change, at: now - 10 }, emulator.poolId)
    t.same(await post(url, event), { status: 200, said: 'ended' })
    const jane = await browserOf(gateway, 'jane')
    const again = { ...event, detail: { ...event.detail, eventID: 'another' } }
    t.same(await post(url, event), { status: 200, said: 'known' })
    t.same(await post(url, again), { status: 200, said: 'ended' })
    t.equal((await jane.fetch(`${url}/x`)).status, 200)
    const rows: [string, number][] = [
      ['too old', now - 3700],
      ['not yet', now + 600],
    ]
    for (const [said, at] of rows) {
      t.same(await post(url, toEvent({ ...change, at }, emulator.poolId)), { status: 200, said })
    }
    clock.offsetSeconds = 4000
    t.same(await post(url, again), { status: 200, said: 'too old' })
  }
})

t.test('only who has the key is heard, and only what is an event of this pool', async t => {
  const gateway = await site(t, { events: { key: ['first-key-of-more-than-32-characters', key] } })
  const { url, emulator, lines } = gateway
  const jane = await browserOf(gateway, 'jane')
  const sub = emulator.settings.users.find(({ username }) => username === 'jane')?.sub ?? ''
  const at = Math.floor(Date.now() / 1000)
  const event = toEvent(
    { operation: 'AdminDisableUser', username: 'jane', sub, groupName: null, at },
    emulator.poolId,
  )
  const { detail } = event
  const changed = (changes: object) => ({ ...event, detail: { ...detail, ...changes } })
  const rows: [string, unknown, Record<string, string>, number, string][] = [
    ['another key', event, { 'x-api-key': key.toUpperCase() }, 401, 'GW_ERR_EVENTS_KEY'],
    ['an empty key', event, { 'x-api-key': '' }, 401, 'GW_ERR_EVENTS_KEY'],
    ['two keys', event, { 'x-api-key': `${key}, ${key}` }, 401, 'GW_ERR_EVENTS_KEY'],
    ['no JSON', '{', {}, 400, 'GW_ERR_REQUEST_INVALID'],
    ['nothing', '', {}, 400, 'GW_ERR_REQUEST_INVALID'],
    ['another event', { ...event, source: 'aws.s3' }, {}, 400, 'GW_ERR_REQUEST_INVALID'],
    ['no time', changed({ eventTime: 'now' }), {}, 400, 'GW_ERR_REQUEST_INVALID'],
    ['too large', 'x'.repeat(300_000), {}, 413, 'GW_ERR_BODY_TOO_LARGE'],
    ['refused at AWS', changed({ errorCode: 'AccessDenied' }), {}, 200, 'the call was refused'],
    ['a look', changed({ eventName: 'AdminGetUser' }), {}, 200, 'another operation'],
    ['of every object', changed({ eventName: 'constructor' }), {}, 200, 'another operation'],
    [
      'another pool',
      changed({ requestParameters: { userPoolId: 'us-east-1_Other' } }),
      {},
      200,
      'another pool',
    ],
    ['nobody', changed({ additionalEventData: null }), {}, 200, 'names nobody'],
  ]
  for (const [name, body, headers, status, said] of rows) {
    t.same(await post(url, body, headers), { status, said }, name)
  }
  t.equal((await jane.fetch(`${url}/x`)).status, 200)
  t.ok(lines.some(line => line.includes('names no user')))
  const old = { 'x-api-key': 'first-key-of-more-than-32-characters' }
  t.same(await post(url, event, old), { status: 200, said: 'ended' }, 'the key before counts')
  t.notMatch(lines.join(), /of-more-than-32-characters/i)
})

t.test('without a key there is no such address', async t => {
  const { url } = await testGateway(t)
  t.equal((await post(url, {})).status, 404)
})

t.test('while Redis is away events are to be delivered again', async t => {
  const server = await redisServer(t)
  const gateway = await site(t, { store: 'redis', redis: { url: server.url, timeout: 500 } })
  const { url, emulator } = gateway
  const jane = await browserOf(gateway, 'jane')
  await nextSecond()
  server.pause()
  emulator.administration.update('jane', { enabled: false })
  while (!gateway.lines.some(line => line.includes('GW_ERR_SESSION_UNAVAILABLE'))) {
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  server.resume()
  await until(401, jane, `${url}/x`)
  while (!emulator.calls.some(({ path }) => path === '/oauth2/revoke')) {
    await new Promise(resolve => setTimeout(resolve, 20))
  }
})

for (const store of ['cookie', 'redis'] as const) {
  t.test(`without events, session.recheck asks at an interval (${store})`, async t => {
    const { url: redis } = await redisServer(t)
    const session = { store, redis: { url: redis }, recheck: '10m' }
    const gateway = await testGateway(t, { settings: { session } })
    const { url, clock, emulator } = gateway
    const [jane, admin] = [await browserOf(gateway, 'jane'), await browserOf(gateway, 'admin')]
    emulator.administration.update('jane', { enabled: false })
    const at = async (seconds: number, browser: PlainBrowser) => {
      clock.offsetSeconds = seconds
      emulator.faults.clockOffsetSeconds = seconds
      return (await browser.fetch(`${url}/x`)).status
    }
    t.equal(await at(500, jane), 200)
    t.equal(await at(601, jane), 401)
    t.equal(await at(601, admin), 200)
    t.equal(await at(1000, admin), 200)
    const refreshes = emulator.calls.filter(({ grantType }) => grantType === 'refresh_token')
    t.equal(refreshes.length, 2, 'once in an interval')
    emulator.faults.set('/oauth2/token', { status: 500 })
    t.equal(await at(1300, admin), 200, 'not found out is not disabled')
  })
}
