// Several processes at one port: what one knows all know, and none is missed when it is gone.
import t from 'tap'
import { request } from 'undici'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'
import { ask, childrenOf, counted, many, twoWorkers } from '../fixtures/two-workers.js'

t.test('what one worker knows, all know', async t => {
  const { url, gateway, refreshes } = await twoWorkers(t)
  t.equal(childrenOf(gateway).length, 2)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/page`)
  const first = browser.cookieHeader(url)

  t.strictSame(new Set(await many(`${url}/page`, first)), new Set([200]))
  const before = refreshes().length
  while (refreshes().length === before) await ask(`${url}/page`, first)
  t.strictSame(
    new Set(await many(`${url}/page`, first, 20)),
    new Set([200]),
    'stragglers with the cookie from before, at both workers',
  )
  t.notOk(
    refreshes().some(({ status }) => status !== 200),
    'no dead refresh token was shown to Cognito',
  )

  while (browser.cookieHeader(url) === first) await browser.visit(`${url}/page`)
  const copied = browser.cookieHeader(url)
  await browser.visit(`${url}/oauth2/sign_out`)
  t.strictSame(new Set(await many(`${url}/page`, copied)), new Set([401]), 'ended at both')

  const line = 'cognito_gateway_decisions_total{route="/public",decision="allow"}'
  t.strictSame(new Set(await many(`${url}/public`)), new Set([200]))
  t.equal(await counted(gateway, line), 6, 'counts are added up')
  const ready = await request(`${gateway.adminUrl}/readyz`)
  t.match(await ready.body.json(), { status: 'ready', checks: { workers: 'ok', keys: 'ok' } })

  const [victim] = childrenOf(gateway)
  process.kill(victim ?? 0, 'SIGKILL')
  const gone = await gateway.line('a worker has ended unexpectedly; another takes its place')
  t.match(gone, { pid: victim, signal: 'SIGKILL' })
  t.strictSame(new Set(await many(`${url}/public`)), new Set([200]), 'the other one serves')
  await gateway.line('a worker serves in place of one that ended')
  t.equal(childrenOf(gateway).length, 2)
  t.strictSame(
    new Set(await many(`${url}/page`, copied)),
    new Set([401]),
    'one that starts later knows what ended before',
  )
  t.equal(await counted(gateway, line), 12, 'counts of one that is gone stay')
  gateway.process.kill('SIGTERM')
  t.strictSame(await gateway.ended, [0, null])
})
