// What Prometheus reads, after things have happened.
import t from 'tap'
import { request } from 'undici'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { recordingUpstream } from '../fixtures/recording-upstream.js'
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
  const calls = (grant: string, outcome: string) =>
    value(`token_call_seconds_count{grant="${grant}",outcome="${outcome}"}`)
  t.equal(calls('authorization_code', 'ok'), 1)
  t.equal(calls('refresh_token', 'ok'), 1)
  t.equal(value(`upstream_requests{upstream="${upstream.origin}"}`), 0)

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
