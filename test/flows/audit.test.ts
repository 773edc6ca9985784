// The audit: who signed in, was refused, was refreshed and left, without anything that opens a session.
import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { request } from 'undici'
import { hashOf } from '../../src/audit/trail.js'
import { type TestGateway, testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn, signInUpToCallback } from '../fixtures/sign-in.js'

type Line = Record<string, unknown>

const parse = (lines: readonly string[]): Line[] =>
  lines.map(line => JSON.parse(line) as Line).filter(({ stream }) => stream === 'audit')

/** Every event there is, once, but those of the command line. */
async function walk({ url, clock, emulator }: TestGateway): Promise<void> {
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  await browser.visit(`${url}/admin`)
  clock.offsetSeconds = 3600 - 60
  await browser.visit(`${url}/`)
  emulator.faults.set('/oauth2/token', { status: 500, body: 'away' })
  clock.offsetSeconds += 3600
  await browser.visit(`${url}/`)
  emulator.faults.clear()
  await browser.visit(`${url}/oauth2/sign_out`)
  await new PlainBrowser().visit(`${url}/oauth2/callback?error=access_denied&state=x`)
  const headers = { authorization: 'Bearer none-at-all' }
  await request(`${url}/`, { headers }).then(({ body }) => body.dump())
}

const wanted = [
  'settings_loaded',
  'sign_in',
  'access_refused',
  'refresh',
  'refresh_failed',
  'sign_out',
  'sign_in_refused',
  'access_refused',
]

t.test('every event has a line of its own among the others', async t => {
  const gateway = await testGateway(t)
  await walk(gateway)
  const lines = parse(gateway.lines)
  t.strictSame(
    lines.map(({ event }) => event),
    wanted,
  )
  const [, signedIn, refused, refreshed, failed, signedOut, notIn, bearer] = lines
  t.match(signedIn, {
    msg: 'signed in',
    sub: /^[\da-f-]{36}$/,
    origin_jti: /^[\da-f-]{36}$/,
    event_id: /^[\da-f-]{36}$/,
    address: /^(?:127\.0\.0\.1|::1)$/,
  })
  const { sub, session, origin_jti } = signedIn ?? {}
  for (const later of [refused, refreshed, failed, signedOut]) {
    t.match(later, { sub, session, origin_jti }, String(later?.event))
  }
  t.match(refused, { error: 'GW_ERR_FORBIDDEN', route: '/admin' })
  t.match(failed, { reason: /^GW_ERR_/ })
  t.match(notIn, { error: 'GW_ERR_LOGIN_REFUSED', sub: undefined })
  t.match(bearer, { error: 'GW_ERR_TOKEN_INVALID', sub: undefined })
})

t.test('a file of its own, also when nothing else is logged', async t => {
  const file = `${t.testdir()}/audit.log`
  const gateway = await testGateway(t, { settings: { log: { audit: file, level: 'error' } } })
  await walk(gateway)
  const lines = parse(readFileSync(file, 'utf8').trimEnd().split('\n'))
  t.strictSame(
    lines.map(({ event }) => event),
    wanted,
  )
  t.strictSame(parse(gateway.lines), [], 'and nowhere else')
})

t.test('off, and a disk that is full: people sign in all the same', async t => {
  const signsIn = async (t: Test, audit: string): Promise<TestGateway> => {
    const gateway = await testGateway(t, { settings: { log: { audit } } })
    const answer = await signIn(new PlainBrowser(), `${gateway.url}/`)
    t.equal(answer.status, 200)
    t.strictSame(parse(gateway.lines), [])
    return gateway
  }
  await signsIn(t, 'off')
  const { lines } = await signsIn(t, '/dev/full')
  t.equal(lines.filter(line => line.includes('audit lines cannot be written')).length, 1)
})

t.test('a session that Cognito ends, and a callback that fails, say why', async t => {
  const gateway = await testGateway(t)
  const { url, clock, emulator } = gateway
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const json = { 'content-type': 'application/json' }
  const gone = { status: 400, body: '{"error":"invalid_grant"}', headers: json }
  emulator.faults.set('/oauth2/token', gone)
  clock.offsetSeconds = 3600 - 60
  await browser.visit(`${url}/`)
  const other = new PlainBrowser()
  await other.visit(await signInUpToCallback(other, `${url}/`))
  const [ended, refused] = parse(gateway.lines).slice(-2)
  t.match(ended, { event: 'session_ended', reason: /expired, was revoked/, sub: /./ })
  t.match(refused, { event: 'sign_in_refused', error: 'GW_ERR_CODE_REFUSED' })
})

t.test('the address that trusted proxies vouch for, and nobody else', async t => {
  for (const [trustedProxies, address] of [
    [['127.0.0.0/8', '::1'], '203.0.113.9'],
    [[], /^(?:127\.0\.0\.1|::1)$/],
  ] as const) {
    const gateway = await testGateway(t, { settings: { trustedProxies: [...trustedProxies] } })
    const headers = {
      authorization: 'Bearer none-at-all',
      'x-forwarded-for': '198.51.100.1, 203.0.113.9',
      'user-agent': 'Agent/1.0',
    }
    await request(`${gateway.url}/`, { headers }).then(({ body }) => body.dump())
    t.match(parse(gateway.lines).at(-1), { address, userAgent: 'Agent/1.0' })
  }
})

t.test('lines of one session are joined by a hash that opens nothing', async t => {
  t.match(hashOf('a session id'), /^[\w-]{22}$/)
})
