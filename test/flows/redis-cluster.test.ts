// Sessions in a Redis Cluster: every session lives at one of three masters.
import t from 'tap'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { redisCluster } from '../fixtures/redis-cluster.js'
import { signIn } from '../fixtures/sign-in.js'

t.test('sign-in, refresh and sign-out of sessions all over a cluster', async t => {
  const { url: redis } = await redisCluster(t)
  const { url, twin, clock, emulator } = await testGateway(t, {
    client: { idTokenSeconds: 300, accessTokenSeconds: 300, rotation: { graceSeconds: 0 } },
    settings: { session: { store: 'redis', redis: { url: redis } } },
  })
  const other = await twin()
  const browsers = Array.from({ length: 8 }, () => new PlainBrowser())
  for (const browser of browsers) t.equal((await signIn(browser, `${url}/`)).status, 200)
  const cookies = browsers.map(browser => browser.cookieHeader(url))

  clock.offsetSeconds = 240
  emulator.faults.clockOffsetSeconds = 240
  const ask = (at: string) =>
    Promise.all(cookies.map(cookie => new PlainBrowser().fetch(`${at}/x`, { cookie })))
  const answers = (await Promise.all([ask(url), ask(other)])).flat()
  t.ok(answers.every(({ status }) => status === 200))
  const refreshes = emulator.calls.filter(({ grantType }) => grantType === 'refresh_token')
  t.equal(refreshes.length, 8)

  for (const browser of browsers) await browser.visit(`${other}/oauth2/sign_out`)
  t.ok((await ask(url)).every(({ status }) => status === 401))
})

t.test('a master that is away is 503 for its sessions alone', async t => {
  const { url: redis, masters } = await redisCluster(t)
  const { url } = await testGateway(t, {
    settings: { session: { store: 'redis', redis: { url: redis, timeout: 500 } } },
  })
  const browsers = Array.from({ length: 40 }, () => new PlainBrowser())
  // So many that not one of three masters is without.
  await Promise.all(browsers.map(browser => signIn(browser, `${url}/`)))
  const ask = () => Promise.all(browsers.map(browser => browser.fetch(`${url}/x`)))
  masters[0]?.pause()
  const statuses = (await ask()).map(({ status }) => status)
  masters[0]?.resume()
  t.strictSame([...new Set(statuses)].sort(), [200, 503])
  while (!(await ask()).every(({ status }) => status === 200)) t.comment('not all masters are back')
})
