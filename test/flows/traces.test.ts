// Traces: one span for each proxied request, and the application learns which.
import t from 'tap'
import { request } from 'undici'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'
import { type SpanCollector, spanCollector } from '../fixtures/span-collector.js'

const theirs = `00-${'4bf92f3577b34da6a3ce929d0e0e4736'}-00f067aa0ba902b7-01`

/** Spans are sent in batches, every few seconds. */
async function untilSent({ spans }: SpanCollector, count: number): Promise<void> {
  while (spans.length < count) await new Promise(resolve => setTimeout(resolve, 20))
}

t.test('a span for each request, the calls to Cognito in it, nothing of the person', async t => {
  const collector = await spanCollector(t)
  const { endpoint } = collector
  const { url, upstream, clock } = await testGateway(t, { settings: { tracing: { endpoint } } })
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/reports?canary=1`)
  clock.offsetSeconds = 3600 - 60
  await browser.visit(`${url}/late`)
  await browser.visit(`${url}/admin`)
  await untilSent(collector, 6)

  const named = (name: string) => collector.spans.filter(span => span.name === name)
  const [toLogin, forwarded, late] = named('GET /')
  const [callback] = named('GET /oauth2/callback')
  const [exchange, refresh] = named('POST /oauth2/token')
  t.match(toLogin?.attributes, { 'http.response.status_code': 302, 'gateway.decision': 'login' })
  t.match(forwarded?.attributes, { 'http.response.status_code': 200, 'http.route': '/' })
  t.match(named('GET /admin')[0]?.attributes, { 'gateway.decision': 'refuse' })
  t.equal(exchange?.parentSpanId, callback?.spanId, 'the exchange belongs to the callback')
  t.equal(refresh?.parentSpanId, late?.spanId, 'the refresh to the request that made it due')
  t.match(refresh?.attributes, { 'oauth.grant_type': 'refresh_token' })

  const expected = `00-${forwarded?.traceId}-${forwarded?.spanId}-01`
  t.equal(upstream.seen[0]?.headers.traceparent, expected)
  t.notMatch(collector.bodies.join(''), /canary|jane|code=|eyJ/)
})

t.test('what a client says of a trace is replaced; what a trusted proxy says goes on', async t => {
  const collector = await spanCollector(t)
  const { endpoint } = collector
  for (const [trusted, goesOn, isContinued] of [
    [false, true, false],
    [true, false, false],
    [true, true, true],
  ] as const) {
    const { url, upstream } = await testGateway(t, {
      settings: {
        trustedProxies: trusted ? ['127.0.0.0/8', '::1'] : [],
        tracing: { endpoint, continue: goesOn },
      },
    })
    const headers = { TraceParent: theirs, Tracestate: 'vendor=1' }
    await request(`${url}/public`, { headers }).then(({ body }) => body.dump())
    const { traceparent, tracestate } = upstream.seen[0]?.headers ?? {}
    const said = String(traceparent)
    t.match(said, /^00-[\da-f]{32}-[\da-f]{16}-01$/, 'once')
    t.equal(said.includes(theirs.slice(3, 35)), isContinued, `${trusted} ${goesOn}`)
    t.notMatch(said, theirs.slice(36, 52), 'the parent is the gateway')
    t.equal(tracestate, isContinued ? 'vendor=1' : undefined)
  }
})

t.test('without an endpoint a client is as free as with any other header', async t => {
  const { url, upstream } = await testGateway(t)
  const headers = { traceparent: theirs }
  await request(`${url}/public`, { headers }).then(({ body }) => body.dump())
  t.equal(upstream.seen[0]?.headers.traceparent, theirs)
})

t.test('a collector that is away costs a line in the log, and no request', async t => {
  const { url, lines } = await testGateway(t, {
    settings: { tracing: { endpoint: 'http://127.0.0.1:9/v1/traces' } },
  })
  const { statusCode, body } = await request(`${url}/public`)
  await body.dump()
  t.equal(statusCode, 200)
  while (!lines.some(line => line.includes('traces cannot be sent'))) {
    await new Promise(resolve => setTimeout(resolve, 20))
  }
})
