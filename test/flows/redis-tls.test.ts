// Redis behind TLS and an ACL: with the right settings everything works, with a wrong one the log names it.
import t, { type Test } from 'tap'
import { freePort } from '../fixtures/free-port.js'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { redisSentinelWithTls } from '../fixtures/redis-sentinel.js'
import { redisServer } from '../fixtures/redis-server.js'
import { redisCertificates } from '../fixtures/redis-tls.js'
import { signIn } from '../fixtures/sign-in.js'

/** The least that the gateway needs, on the keys below its prefix. */
const rights =
  '~intranet:* +get +set +del +pexpire +expireat +eval +info +scan +zadd +zcount +zrem +zrange +zrangebyscore +zremrangebyscore +zremrangebyrank'
const acl = ['--user', 'default', 'off', '--user', 'app', 'on', '>p@ss:w/rd', ...rights.split(' ')]

async function secureRedis(t: Test) {
  const certificates = redisCertificates(t)
  const port = await freePort()
  await redisServer(t, { args: [...certificates.serverArgs(port), ...acl] })
  const { ca, client } = certificates
  const url = `rediss://app:p%40ss%3Aw%2Frd@localhost:${port}`
  return { certificates, port, redis: { url, prefix: 'intranet:', ca, ...client } }
}

/** What the log says of Redis once somebody could not be served. */
async function complaint(t: Test, redis: Record<string, string>): Promise<string> {
  const { url, adminUrl, lines } = await testGateway(t, {
    settings: { session: { store: 'redis', redis: { timeout: 1000, ...redis } } },
  })
  const browser = new PlainBrowser()
  const failed = await signIn(browser, `${url}/`)
  t.equal(failed.status, 503)
  t.ok(Number(failed.headers['retry-after']) > 0)
  t.equal((await fetch(`${adminUrl}/readyz`)).status, 503)
  t.notMatch(lines.join(''), /p@ss|p%40ss|canary/, 'no password in a log')
  return lines.find(line => line.includes('Redis cannot be used')) ?? ''
}

t.test('TLS with an authority of its own, client certificate, ACL user and password', async t => {
  const { redis } = await secureRedis(t)
  const { url, adminUrl } = await testGateway(t, {
    settings: { session: { store: 'redis', redis } },
  })
  const browser = new PlainBrowser()
  t.equal((await signIn(browser, `${url}/`)).status, 200)
  t.equal((await browser.fetch(`${url}/x`)).status, 200)
  t.equal((await fetch(`${adminUrl}/readyz`)).status, 200)
  const cookie = browser.cookieHeader(url)
  await browser.visit(`${url}/oauth2/sign_out`)
  t.equal((await new PlainBrowser().fetch(`${url}/x`, { cookie })).status, 401)
})

t.test('with Sentinel, sentinels and primary are both spoken to by TLS', async t => {
  const certificates = redisCertificates(t)
  const [port, sentinelPort] = [await freePort(), await freePort()]
  await redisServer(t, { args: certificates.serverArgs(port) })
  await redisSentinelWithTls(t, certificates, { port: sentinelPort, primaryPort: port })
  const { ca, client } = certificates
  const redis = { url: `rediss+sentinel://localhost:${sentinelPort}/main`, ca, ...client }
  const { url } = await testGateway(t, { settings: { session: { store: 'redis', redis } } })
  const browser = new PlainBrowser()
  t.equal((await signIn(browser, `${url}/`)).status, 200)
  t.equal((await browser.fetch(`${url}/x`)).status, 200)
  const { ca: other } = redisCertificates(t)
  t.match(await complaint(t, { ...redis, ca: other }), 'no sentinel names a primary')
  const unknown = redis.url.replace('/main', '/other')
  t.match(await complaint(t, { ...redis, url: unknown }), 'name of the primary')
})

t.test('an authority that did not sign the certificate is refused, and named', async t => {
  const { redis } = await secureRedis(t)
  const { ca: other } = redisCertificates(t)
  t.match(await complaint(t, { ...redis, ca: other }), 'session.redis.ca')
  const { ca: _none, ...systemAuthorities } = redis
  t.match(await complaint(t, systemAuthorities), 'session.redis.ca')
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  t.teardown(() => delete process.env.NODE_TLS_REJECT_UNAUTHORIZED)
  t.match(await complaint(t, systemAuthorities), 'session.redis.ca', 'whatever the environment')
})

t.test('a certificate for another name is refused', async t => {
  const { redis } = await secureRedis(t)
  const url = redis.url.replace('localhost', '127.0.0.1')
  t.match(await complaint(t, { ...redis, url }), 'is for another name')
})

t.test('a client certificate that Redis does not trust, and none, are named', async t => {
  const { redis } = await secureRedis(t)
  const { client } = redisCertificates(t)
  t.match(await complaint(t, { ...redis, ...client }), 'client certificate')
  const { cert: _cert, key: _key, ...without } = redis
  t.match(await complaint(t, without), 'client certificate')
})

t.test('a wrong password, a wrong user, and none are named', async t => {
  const { redis, port } = await secureRedis(t)
  const at = `localhost:${port}`
  const refused = 'does not accept the user and password'
  t.match(await complaint(t, { ...redis, url: `rediss://app:canary@${at}` }), refused)
  t.match(await complaint(t, { ...redis, url: `rediss://nobody:canary@${at}` }), refused)
  t.match(await complaint(t, { ...redis, url: `rediss://${at}` }), 'wants a password')
})

t.test('a key that the ACL user may not use is named', async t => {
  const { redis } = await secureRedis(t)
  const { url, lines } = await testGateway(t, {
    settings: { session: { store: 'redis', redis: { ...redis, prefix: 'other:' } } },
  })
  t.equal((await signIn(new PlainBrowser(), `${url}/`)).status, 503)
  t.match(lines.join(''), 'NOPERM')
})

// Every scrape was a failure of Redis in the metrics, and alerts went off.
t.test('an ACL user who may not count has no figure, and Redis no failure', async t => {
  const args = ['--user', 'app', 'on', '>secret', '~intranet:*', '+@all', '-zcount']
  const server = await redisServer(t, { args })
  const redis = { url: server.url.replace('redis://', 'redis://app:secret@'), prefix: 'intranet:' }
  const { url, adminUrl, lines } = await testGateway(t, {
    settings: { session: { store: 'redis', redis } },
  })
  t.equal((await signIn(new PlainBrowser(), `${url}/`)).status, 200)
  for (let turn = 0; turn < 3; turn++) {
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text()
    t.match(metrics, /^cognito_gateway_redis_failures_total 0$/m)
    t.notMatch(metrics, /^cognito_gateway_sessions /m)
  }
  const said = lines.filter(line => line.includes('zcount'))
  t.equal(said.length, 1)
  t.match(said[0], 'not counted')
})

t.test(
  'a database that the server does not have is refused, and its neighbour is used',
  async t => {
    const { url: redis } = await redisServer(t)
    t.match(await complaint(t, { url: `${redis}/16` }), 'database number')
    const { url } = await testGateway(t, {
      settings: { session: { store: 'redis', redis: { url: `${redis}/15` } } },
    })
    t.equal((await signIn(new PlainBrowser(), `${url}/`)).status, 200)
  },
)
