// The keys of the user pool: away at the start, away later, rotated, withdrawn.
import t from 'tap'
import { type TestGateway, testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn, signInUpToCallback } from '../fixtures/sign-in.js'

const jwks = '/.well-known/jwks.json'

async function readiness({ adminUrl }: TestGateway) {
  const answer = await fetch(`${adminUrl}/readyz`)
  return { status: answer.status, body: (await answer.json()) as { checks: { keys: string } } }
}

t.test('no keys at the start: it starts, is not ready, and becomes ready by itself', async t => {
  const gateway = await testGateway(t, {
    prepare: ({ faults }) => faults.set(jwks, { status: 503 }),
  })
  const { emulator, url } = gateway
  t.match(await readiness(gateway), { status: 503, body: { checks: { keys: 'failing' } } })
  t.equal(
    (await new PlainBrowser().fetch(`${url}/public`)).status,
    200,
    'what needs nobody is served',
  )
  const refused = await signIn(new PlainBrowser(), `${url}/`)
  t.equal(refused.status, 503)
  t.ok(Number(refused.headers['retry-after']) > 0)

  emulator.faults.clear()
  while ((await readiness(gateway)).status !== 200) {
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  t.equal((await signIn(new PlainBrowser(), `${url}/`)).status, 200)
})

t.test('keys away later: the known ones serve sign-ins and refreshes', async t => {
  const gateway = await testGateway(t, { client: { idTokenSeconds: 300, accessTokenSeconds: 300 } })
  const { emulator, url, clock } = gateway
  await signIn(new PlainBrowser(), `${url}/`)
  emulator.faults.set(jwks, { reset: true })
  const browser = new PlainBrowser()
  t.equal((await signIn(browser, `${url}/`)).status, 200)
  clock.offsetSeconds = 240
  emulator.faults.clockOffsetSeconds = 240
  t.equal((await browser.fetch(`${url}/x`)).status, 200)
  t.equal(emulator.calls.filter(({ grantType }) => grantType === 'refresh_token').length, 1)
  t.equal((await readiness(gateway)).status, 200)
})

t.test('keys rotated between the login page and the callback: signed in at once', async t => {
  const { emulator, url } = await testGateway(t)
  await signIn(new PlainBrowser(), `${url}/`)
  for (const withdraw of [false, true]) {
    const browser = new PlainBrowser()
    const callback = await signInUpToCallback(browser, `${url}/`)
    await emulator.keys.rotate({ withdraw })
    const answer = await browser.follow(callback)
    t.equal(answer.status, withdraw ? 503 : 200)
    if (withdraw) t.ok(Number(answer.headers['retry-after']) <= 10, 'one look in ten seconds')
  }
})
