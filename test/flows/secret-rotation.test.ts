// Changing GATEWAY_SECRET: the newest seals, older ones open, and nobody is signed out by it.
import t from 'tap'
import { generateSecret } from '../../src/lib/keyring.js'
import { secret, testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { redisServer } from '../fixtures/redis-server.js'
import { signIn, submitLogin } from '../fixtures/sign-in.js'

for (const store of ['cookie', 'redis'] as const) {
  t.test(`a new secret before the old one signs nobody out (${store})`, async t => {
    const session = store === 'redis' ? { store, redis: { url: (await redisServer(t)).url } } : {}
    const newer = generateSecret()
    const { url, twin } = await testGateway(t, { settings: { session } })
    const rotated = await twin({ secrets: [newer, secret] })
    const renewed = await twin({ secrets: [newer] })
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    t.equal(
      (await browser.fetch(`${renewed}/x`)).status,
      401,
      'the new one alone opens nothing yet',
    )
    await browser.follow(`${url}/`)

    const used = await browser.fetch(`${rotated}/x`)
    t.equal(used.status, 200)
    t.ok(
      used.setCookies.some(line => line.startsWith('cgw-session=')),
      'sealed again on use',
    )
    t.equal((await browser.fetch(`${renewed}/x`)).status, 200, 'now the old one can go')
    t.equal((await browser.fetch(`${rotated}/x`)).setCookies.length, 0)
  })
}

t.test('a sign-in that began before the change ends after it', async t => {
  const { url, twin } = await testGateway(t)
  const rotated = await twin({ secrets: [generateSecret(), secret] })
  const browser = new PlainBrowser()
  const page = await browser.follow(`${url}/reports`)
  const { location } = await submitLogin(browser, page, 'jane', 'Jane-pass1')
  const callback = new URL(location ?? '')
  const back = await browser.visit(rotated + callback.pathname + callback.search)
  t.equal(back.status, 302)
  t.equal(new URL(back.location ?? '').pathname, '/reports')
  t.equal((await browser.fetch(`${rotated}/reports`)).status, 200)
})

for (const store of ['cookie', 'redis'] as const) {
  t.test(`instances that are changed one after the other sign nobody out (${store})`, async t => {
    const session = store === 'redis' ? { store, redis: { url: (await redisServer(t)).url } } : {}
    const newer = generateSecret()
    const { url, twin } = await testGateway(t, { settings: { session } })
    const behind = await twin({ secrets: [secret, newer] })
    const infront = await twin({ secrets: [newer, secret] })
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    const rounds = [
      [url, behind],
      [behind, infront],
    ] as const
    for (const [before, after] of rounds) {
      for (const at of [after, before, after, before]) {
        t.equal((await browser.fetch(`${at}/x`)).status, 200)
      }
    }
  })
}
