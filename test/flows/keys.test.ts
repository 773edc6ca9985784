// The keys of the user pool: away at the start, away later, rotated, withdrawn.
import t from 'tap'
import { type TestGateway, testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { redisServer } from '../fixtures/redis-server.js'
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

// The answer of a refresh with rotation is the only one: the refresh token from before is dead. When its tokens could
// not be verified, because the new keys could not be fetched, they were thrown away, and the session with them.
for (const store of ['cookie', 'redis'] as const) {
  t.test(`a refresh that could not be verified is verified later (${store})`, async t => {
    const session = store === 'redis' ? { store, redis: { url: (await redisServer(t)).url } } : {}
    const { emulator, url, twin, clock } = await testGateway(t, {
      client: { idTokenSeconds: 300, accessTokenSeconds: 300, rotation: { graceSeconds: 0 } },
      settings: { session },
    })
    // In cookies the answer waits where it came; through Redis every instance can go on.
    const other = store === 'redis' ? await twin() : url
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    await emulator.keys.rotate({ withdraw: true })
    emulator.faults.set(jwks, { status: 503 })
    const at = async (seconds: number, instance = url) => {
      clock.offsetSeconds = seconds
      emulator.faults.clockOffsetSeconds = seconds
      return (await browser.fetch(`${instance}/x`)).status
    }
    t.equal(await at(240), 200, 'the old access token serves')
    t.equal(await at(330), 503, 'nobody is signed out')
    emulator.faults.clear()
    t.equal(await at(400, other), 200)
    t.equal(await at(640), 200)
    const refreshes = emulator.calls.filter(({ grantType }) => grantType === 'refresh_token')
    t.strictSame([...new Set(refreshes.map(({ status }) => status))], [200])
    t.equal(refreshes.length, store === 'redis' ? 3 : 2, 'no answer was for nothing')
  })
}
