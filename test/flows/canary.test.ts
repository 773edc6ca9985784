// Canary secrets: people sign in, are refreshed, meet every kind of error and leave, while everything that can be
// written is written. Whatever opens something is noted on its way, and no piece of it is found anywhere.
import t, { type Test } from 'tap'
import { request } from 'undici'
import { loadConfig } from '../../src/config.js'
import { SettingsRefused } from '../../src/errors.js'
import { type Canaries, createCanaries, listenIn } from '../fixtures/canaries.js'
import { secret, type TestGateway, testGateway } from '../fixtures/gateway.js'
import { type Answer, PlainBrowser } from '../fixtures/plain-browser.js'
import { redisServer } from '../fixtures/redis-server.js'
import { signIn, signInUpToCallback, submitLogin } from '../fixtures/sign-in.js'
import { type SpanCollector, spanCollector } from '../fixtures/span-collector.js'
import { rawClient } from '../proxy/fixtures/passage.js'

const password = 'Canary-password-0123456789'
const clientSecret = 'canaryclientsecret0123456789abcdefghijklmnopqrstuvwx'
const redisPassword = 'canary-redis-password-0123456789'
const users = [
  {
    username: 'jane',
    password,
    groups: ['staff'],
    attributes: { email: 'jane@example.com', email_verified: true },
  },
]

interface Watched extends TestGateway {
  readonly canaries: Canaries
  readonly collector: SpanCollector
  /** What the gateway itself has answered: pages, errors, JSON. */
  readonly answers: Answer[]
  visit(browser: PlainBrowser, url: string): Promise<Answer>
}

/** A gateway that writes everything it can write, and somebody who listens in on the way to Cognito. */
async function watched(t: Test, session: Record<string, unknown>): Promise<Watched> {
  const canaries = createCanaries()
  canaries.add('password', password)
  canaries.add('client secret', clientSecret)
  canaries.add('password of Redis', redisPassword)
  for (const form of ['base64url', 'base64', 'hex'] as const) {
    canaries.add('secret of the gateway', Buffer.from(secret, 'base64url').toString(form))
  }
  const listener = await listenIn(t, canaries)
  const collector = await spanCollector(t)
  const gateway = await testGateway(t, {
    users,
    client: { secrets: [clientSecret] },
    settings: {
      session,
      cognito: { internalUrl: listener.origin },
      log: { requests: 'all', audit: 'stdout' },
      tracing: { endpoint: collector.endpoint },
    },
    prepare: emulator => listener.to(new URL(emulator.domain).origin),
  })
  const answers: Answer[] = []
  const visit = async (browser: PlainBrowser, url: string) => {
    const answer = await browser.visit(url)
    for (const line of answer.setCookies) {
      const value = /^[^=]*=([^;]*)/.exec(line)?.[1] ?? ''
      if (value.length > 20) canaries.add('cookie', value)
    }
    answers.push(answer)
    return answer
  }
  return { ...gateway, canaries, collector, answers, visit }
}

async function walk(site: Watched): Promise<void> {
  const { url, canaries, clock, emulator, visit } = site
  const browser = new PlainBrowser()
  const asked = await visit(browser, `${url}/reports?token=canary-in-a-query-0123456789`)
  canaries.add('query', 'canary-in-a-query-0123456789')
  const page = await browser.follow(asked.location ?? '')
  const back = await submitLogin(browser, page, 'jane', password)
  const callback = new URL(back.location ?? '')
  canaries.add('code', callback.searchParams.get('code') ?? '')
  canaries.add('state', callback.searchParams.get('state') ?? '')
  await visit(browser, callback.href)

  // Twice, by somebody else, with another code, and with what is no callback at all.
  await visit(browser, callback.href)
  await visit(new PlainBrowser(), callback.href)
  callback.searchParams.set('code', 'canary-code-that-is-none-0123')
  canaries.add('code', 'canary-code-that-is-none-0123')
  await visit(new PlainBrowser(), callback.href)
  await visit(browser, `${url}/oauth2/callback?code=canary-code-that-is-none-0123`)
  await visit(
    browser,
    `${url}/oauth2/callback?error=access_denied&state=${callback.searchParams.get('state')}`,
  )

  for (const path of ['/oauth2/userinfo', '/admin', '/closed', '/nowhere/..', '/oauth2/none']) {
    await visit(browser, url + path)
  }
  for (const authorization of ['Bearer canary.bearer-token.0123456789', 'Basic Y2FuYXJ5OmJhc2lj']) {
    canaries.add('authorization', authorization.split(' ')[1] ?? '')
    await request(`${url}/`, { headers: { authorization } }).then(({ body }) => body.dump())
  }

  clock.offsetSeconds += 3600 - 60
  await visit(browser, `${url}/`)
  await failures(site, browser)
  emulator.faults.clear()
  await visit(browser, `${url}/oauth2/sign_out`)
  await visit(browser, `${url}/oauth2/signed_out`)
}

/** Every way in which Cognito can fail, at a sign-in and at a refresh. */
async function failures({ url, emulator, clock, visit }: Watched, browser: PlainBrowser) {
  const json = { 'content-type': 'application/json' }
  for (const fault of [
    { status: 500, body: 'away' },
    { throttle: true },
    { reset: true },
    { status: 200, body: '{"access_token":', headers: json },
    { status: 400, body: '{"error":"invalid_client"}', headers: json },
    { status: 400, body: '{"error":"invalid_grant"}', headers: json },
  ]) {
    const other = new PlainBrowser()
    const callback = await signInWithPassword(other, url)
    emulator.faults.set('/oauth2/token', fault)
    await visit(other, callback)
    clock.offsetSeconds += 3600
    await visit(browser, `${url}/`)
    emulator.faults.clear()
  }
}

async function signInWithPassword(browser: PlainBrowser, url: string): Promise<string> {
  const page = await browser.follow(`${url}/`)
  return (await submitLogin(browser, page, 'jane', password)).location ?? ''
}

async function nothingFound(t: Test, site: Watched): Promise<void> {
  const { canaries, lines, collector, answers, adminUrl } = site
  const sent = () => collector.bodies.join('').includes('/oauth2/callback')
  while (!sent()) await new Promise(resolve => setTimeout(resolve, 20))
  const metrics = await request(`${adminUrl}/metrics`).then(({ body }) => body.text())
  t.strictSame(canaries.foundIn(lines.join('')), [], 'log, audit and lines of requests')
  t.strictSame(canaries.foundIn(metrics), [], 'metrics')
  t.strictSame(canaries.foundIn(collector.bodies.join('')), [], 'traces')
  const own = answers.filter(({ headers }) => headers['x-canary-application'] === undefined)
  t.strictSame(canaries.foundIn(own.map(({ body }) => body).join('')), [], 'pages and errors')
  const locations = answers.map(({ location }) => location ?? '').join(' ')
  t.notMatch(canaries.foundIn(locations).join(), /token|verifier|secret|password|cookie/, 'URLs')

  for (const kind of ['audit', 'requests']) t.match(lines.join(''), `"stream":"${kind}"`)
  t.match(canaries.counts, { id_token: Number, access_token: Number, refresh_token: Number })
  t.match(canaries.counts, { code: Number, code_verifier: Number, cookie: Number, state: Number })
  t.match(canaries.counts, { 'client secret, as it is sent': 1 })
  t.match(lines.join(''), /GW_ERR_COGNITO_UNAVAILABLE[\s\S]*GW_ERR_LOGIN_MISCONFIGURED/)
}

/** The application says back what it was sent; that is its own affair. */
function markAnswers({ upstream }: TestGateway): void {
  const usual = upstream.answer
  upstream.answer = (asked, answer) => {
    answer.setHeader('x-canary-application', '1')
    usual(asked, answer)
  }
}

t.test('sessions in cookies', async t => {
  const site = await watched(t, {})
  markAnswers(site)
  await walk(site)
  await nothingFound(t, site)
})

t.test('sessions in Redis, which goes away and refuses its password', async t => {
  const redis = await redisServer(t, { args: ['--requirepass', redisPassword] })
  const url = `redis://:${redisPassword}@127.0.0.1:${redis.port}`
  const site = await watched(t, { store: 'redis', redis: { url } })
  markAnswers(site)
  await walk(site)
  const wrong = url.replace(redisPassword, `${redisPassword}-wrong`)
  const other = await site.twin({ session: { store: 'redis', redis: { url: wrong } } })
  await site.visit(new PlainBrowser(), await signInWithPassword(new PlainBrowser(), other))
  const browser = new PlainBrowser()
  await signIn(browser, `${site.url}/`, 'jane', password)
  await redis.kill()
  await site.visit(browser, `${site.url}/`)
  await nothingFound(t, site)
  t.match(site.lines.join(''), 'Redis cannot be used')
})

t.test('what Node refuses before there is a request', async t => {
  const site = await watched(t, {})
  const callback = await signInUpToCallback(new PlainBrowser(), `${site.url}/`).catch(() => '')
  t.equal(callback, '', 'jane has another password here')
  const cookie = `canary-cookie-0123456789${'x'.repeat(40_000)}`
  site.canaries.add('cookie', cookie.slice(0, 20))
  for (const head of [
    `GET / HTTP/1.1\r\nHost: localhost\r\nCookie: a=${cookie}\r\n\r\n`,
    `GET /?code=canary-cookie-0123456789 HTTP/1.1\r\nHost : canary-cookie-0123456789\r\n\r\n`,
    `CONNECT canary-cookie-0123456789:443 HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  ]) {
    const client = await rawClient(t, Number(new URL(site.url).port))
    client.send(head)
    const answer = await client.closed()
    t.match(answer, /^HTTP\/1\.1 4\d\d /)
    t.strictSame(site.canaries.foundIn(answer), [])
  }
  t.strictSame(site.canaries.foundIn(site.lines.join('')), [])
})

t.test('complaints about settings', async t => {
  const canaries = createCanaries()
  canaries.add('secret', 'canary-secret-that-is-too-short')
  canaries.add('password of Redis', redisPassword)
  canaries.add('client secret', 'canary client secret with spaces')
  const env = {
    GATEWAY_SECRET: 'canary-secret-that-is-too-short',
    GATEWAY_REDIS_URL: `redis//:${redisPassword}@127.0.0.1:1`,
    COGNITO_CLIENT_SECRET: 'canary client secret with spaces',
    COGNITO_USER_POOL_ID: 'none',
  }
  try {
    loadConfig({ env })
    t.fail('these settings are good')
  } catch (error) {
    const complaints = error instanceof SettingsRefused ? error.complaints : []
    t.ok(complaints.length >= 4, complaints.join('\n'))
    t.strictSame(canaries.foundIn(complaints.join('\n')), [])
  }
})

t.test('the search finds what is there', async t => {
  const canaries = createCanaries()
  canaries.add(
    'token',
    'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLXRoYXQtaXMtbG9uZw',
  )
  canaries.add('short', 'abc')
  t.strictSame(canaries.foundIn('{"x":"c2lnbmF0dXJlLXRoYXQ…"}'), [], 'less than a piece')
  t.strictSame(canaries.foundIn('{"x":"c2lnbmF0dXJlLXRoYXQtaX…"}'), [])
  t.strictSame(canaries.foundIn('whole: eyJzdWIiOiJjYW5hcnkifQ.c2lnbm'), ['token'])
  t.strictSame(canaries.foundIn('xabcx'), ['short'])
  t.strictSame(canaries.foundIn('eyJhbGciOiJSUzI1NiJ9'), [], 'how a token is signed is no secret')
})
