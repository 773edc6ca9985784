// What Prometheus reads, after things have happened.
import t from 'tap'
import { request } from 'undici'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { recordingUpstream } from '../fixtures/recording-upstream.js'
import { redisServer } from '../fixtures/redis-server.js'
import { signIn } from '../fixtures/sign-in.js'

/** Samples by name and labels, without the prefix. */
async function read(adminUrl: string): Promise<Map<string, number>> {
  const answer = await request(`${adminUrl}/metrics`)
  const text = await answer.body.text()
  const lines = text.split('\n').filter(line => line.startsWith('cognito_gateway_'))
  return new Map(
    lines.map(line => {
      const space = line.lastIndexOf(' ')
      return [line.slice('cognito_gateway_'.length, space), Number(line.slice(space + 1))]
    }),
  )
}

t.test('decisions, failures, sign-ins and token calls are counted', async t => {
  const gateway = await testGateway(t)
  const { url, adminUrl, emulator, upstream } = gateway
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/canary-path`)
  await browser.visit(`${url}/admin`)
  await browser.visit(`${url}/public?canary=1`)
  await request(`${url}/`).then(({ body }) => body.dump())
  gateway.clock.offsetSeconds = 3600 - 60
  await browser.visit(`${url}/`)

  const samples = await read(adminUrl)
  const value = (name: string) => samples.get(name)
  t.equal(value('decisions_total{route="/",decision="allow"}'), 2)
  t.equal(value('decisions_total{route="/",decision="login"}'), 2)
  t.equal(value('decisions_total{route="/admin",decision="refuse"}'), 1)
  t.equal(value('decisions_total{route="/public",decision="allow"}'), 1)
  t.equal(value('failures_total{code="GW_ERR_FORBIDDEN"}'), 1)
  t.equal(value('failures_total{code="GW_ERR_LOGIN_REQUIRED"}'), 1)
  t.equal(value('failures_total{code="GW_ERR_INTERNAL"}'), 0, 'there before it happens')
  t.equal(value('sign_ins_total'), 1)
  t.equal(value('logins_total{step="begun"}'), 1)
  t.equal(value('logins_total{step="came_back"}'), 1)
  t.equal(value('logins_total{step="signed_in"}'), 1)
  t.equal(value('logins_total{step="refused"}'), 0)
  t.equal(value('upstream_answers_total{route="/",status="2xx"}'), 2)
  t.equal(value('request_seconds_count{route="/"}'), 2)
  t.equal(value('upstream_seconds_count{route="/public"}'), 1)
  t.equal(
    value(`upstream_failures_total{upstream="${upstream.origin}",code="GW_ERR_UPSTREAM_TIMEOUT"}`),
    0,
  )
  t.ok((value('memory_hits_total{memory="sessions"}') ?? 0) > 0)
  t.ok((value('memory_entries{memory="sessions"}') ?? 0) > 0)
  t.equal(value('jwks_fetches_total{outcome="ok"}'), 1)
  t.ok((value('jwks_age_seconds') ?? 0) >= 3540, 'by the clock of the gateway')
  const calls = (grant: string, outcome: string) =>
    value(`token_call_seconds_count{grant="${grant}",outcome="${outcome}"}`)
  t.equal(calls('authorization_code', 'ok'), 1)
  t.equal(calls('refresh_token', 'ok'), 1)
  t.equal(value(`upstream_requests{upstream="${upstream.origin}"}`), 0)
  t.notOk(samples.has('sessions'), 'sessions in cookies are counted by nobody')

  const json = { 'content-type': 'application/json' }
  const body = '{"error":"invalid_client"}'
  emulator.faults.set('/oauth2/token', { status: 400, body, headers: json })
  gateway.clock.offsetSeconds += 3600
  await browser.visit(`${url}/`)
  const failed = [...(await read(adminUrl)).keys()].filter(
    name => name.startsWith('token_call_seconds_count') && !name.includes('outcome="ok"'),
  )
  t.strictSame(failed.length, 1, failed.join())
  t.match(failed[0], /grant="refresh_token",outcome="GW_ERR_/)

  await browser.visit(`${url}/oauth2/sign_out`)
  const answer = await request(`${adminUrl}/metrics`)
  t.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/)
  const text = await answer.body.text()
  t.match(text, /cognito_gateway_sign_outs_total 1\n/)
  t.match(text, /nodejs_eventloop_lag_p99_seconds \d/)
  t.notMatch(text, /canary|jane|eyJ/, 'nothing of a request or a person')
  t.equal((await browser.visit(`${url}/metrics`)).status, 302, 'not on the traffic port')
})

t.test('sign-ins that fail, by why, and sessions that end', async t => {
  const { url, adminUrl } = await testGateway(t)
  const browser = new PlainBrowser()
  await browser.visit(`${url}/oauth2/callback?error=access_denied&state=x`)
  await browser.visit(`${url}/oauth2/callback?code=x&state=y`)
  await signIn(browser, `${url}/`)
  await browser.visit(`${url}/oauth2/sign_out`)
  const samples = await read(adminUrl)
  t.equal(samples.get('logins_total{step="came_back"}'), 3)
  t.equal(samples.get('logins_total{step="refused"}'), 2)
  t.equal(samples.get('login_refusals_total{code="GW_ERR_LOGIN_REFUSED"}'), 1)
  t.equal(samples.get('login_refusals_total{code="GW_ERR_STATE_UNKNOWN"}'), 1)
  t.equal(samples.get('sessions_ended_total{why="sign_out"}'), 1)
})

t.test(
  'sessions that get no fresh tokens, by why; where nothing can be asked, nobody is',
  async t => {
    const settings = { session: { keep: ['id', 'access'] } }
    const bare = await testGateway(t, { settings })
    const browser = new PlainBrowser()
    await signIn(browser, `${bare.url}/`)
    bare.clock.offsetSeconds = 3600
    t.equal((await browser.visit(`${bare.url}/`)).status, 302)
    const samples = await read(bare.adminUrl)
    t.equal(samples.get('sessions_ended_total{why="no_refresh_token"}'), 1)
    t.equal(samples.get('sessions_ended_total{why="refresh_refused"}'), 0)
    t.equal(samples.get('sessions_ended_total{why="not_admitted"}'), 0)
    const refreshes = [...samples.keys()].filter(name => name.includes('grant="refresh_token"'))
    t.strictSame(refreshes, [])
  },
)

t.test('an application that is away, and Redis', async t => {
  const redis = await redisServer(t)
  const upstream = 'http://127.0.0.1:9'
  const routes = [{ path: '/', access: 'public', upstream }]
  const { url, adminUrl } = await testGateway(t, {
    settings: { routes, session: { store: 'redis', redis: { url: redis.url } } },
  })
  await signIn(new PlainBrowser(), `${url}/oauth2/start?rd=/oauth2/account`)
  await request(`${url}/`).then(({ body }) => body.dump())
  await request(`${adminUrl}/readyz`).then(({ body }) => body.dump())
  const samples = await read(adminUrl)
  const failures = `upstream_failures_total{upstream="${upstream}",code="GW_ERR_UPSTREAM_UNREACHABLE"}`
  t.equal(samples.get(failures), 1)
  t.equal(samples.get('request_seconds_count{route="/"}'), 1, 'it is over all the same')
  t.ok((samples.get('redis_command_seconds_count') ?? 0) > 0)
  t.equal(samples.get('redis_failures_total'), 0)
  t.equal(samples.get('sessions'), 1)
})

t.test('what a rule in mode report would have refused', async t => {
  const { origin: upstream } = await recordingUpstream(t)
  const { url, adminUrl } = await testGateway(t, {
    settings: { mode: 'report', routes: [{ path: '/', access: { groups: ['admins'] }, upstream }] },
  })
  const browser = new PlainBrowser()
  await browser.visit(`${url}/`)
  await signIn(browser, `${url}/oauth2/start?rd=/`)
  const samples = await read(adminUrl)
  t.equal(samples.get('decisions_total{route="/",decision="report_login"}'), 1)
  t.equal(samples.get('decisions_total{route="/",decision="report_refuse"}'), 1)
})
