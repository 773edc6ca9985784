// Sessions in Redis, over real sockets: several instances, a refresh among them, Redis away.
import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import t from 'tap'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { redisServer } from '../fixtures/redis-server.js'
import { signIn } from '../fixtures/sign-in.js'

const shortTokens = { idTokenSeconds: 300, accessTokenSeconds: 300 }

t.test('a session begun at one instance is good at the other, and ended at both', async t => {
  const { url: redis } = await redisServer(t)
  const { url, twin } = await testGateway(t, {
    settings: { session: { store: 'redis', redis: { url: redis } } },
  })
  const other = await twin()
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const cookie = browser.cookieHeader(url)
  t.ok(cookie.length < 600, 'a short ticket')
  t.equal((await new PlainBrowser().fetch(`${other}/`, { cookie })).status, 200)
  await browser.visit(`${other}/oauth2/sign_out`)
  t.equal(
    (await new PlainBrowser().fetch(`${url}/`, { cookie })).status,
    401,
    'a copied cookie is dead everywhere',
  )
})

t.test(
  '200 requests of 10 users at two instances refresh each session once, and mix up nobody',
  async t => {
    const { url: redis } = await redisServer(t)
    const users = Array.from({ length: 10 }, (_, n) => ({
      username: `user${n}`,
      password: 'Jane-pass1',
      attributes: { email: `user${n}@example.com` },
    }))
    const { url, twin, emulator, clock } = await testGateway(t, {
      users,
      client: { ...shortTokens, rotation: { graceSeconds: 0 } },
      settings: { session: { store: 'redis', redis: { url: redis } } },
    })
    const instances = [url, await twin()]
    const cookies = await Promise.all(
      users.map(async ({ username }) => {
        const browser = new PlainBrowser()
        await signIn(browser, `${url}/`, username, 'Jane-pass1')
        return browser.cookieHeader(url)
      }),
    )
    clock.offsetSeconds = 240
    emulator.faults.clockOffsetSeconds = 240
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const user = n % 10
        const at = instances[Math.floor(n / 10) % 2] ?? url
        const answer = await new PlainBrowser().fetch(`${at}/${n}`, { cookie: cookies[user] ?? '' })
        return { user, answer }
      }),
    )
    for (const { user, answer } of answers) {
      t.equal(answer.status, 200)
      t.match(answer.body, `"x-forwarded-email":"user${user}@example.com"`)
    }
    t.equal(emulator.calls.filter(({ grantType }) => grantType === 'refresh_token').length, 10)
  },
)

t.test(
  'Redis away: 503 within a second, not ready, session and cookie kept, back by itself',
  async t => {
    const server = await redisServer(t)
    const { url, adminUrl } = await testGateway(t, {
      settings: { session: { store: 'redis', redis: { url: server.url, timeout: 500 } } },
    })
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    server.pause()
    const begun = Date.now()
    const away = await browser.visit(`${url}/x`)
    t.equal(away.status, 503)
    t.ok(Date.now() - begun < 1000, 'within a second')
    t.ok(Number(away.headers['retry-after']) > 0)
    t.strictSame(away.setCookies, [])
    t.equal((await browser.fetch(`${url}/public`)).status, 200, 'public routes do not care')
    const ready = await fetch(`${adminUrl}/readyz`)
    t.match(await ready.json(), {
      status: 'not ready',
      checks: { keys: 'ok', sessions: 'failing' },
    })
    server.resume()
    t.equal((await browser.visit(`${url}/x`)).status, 200)
    t.equal((await fetch(`${adminUrl}/readyz`)).status, 200)
  },
)

t.test(
  'a login that cannot be stored says so, sets no session cookie, and works again later',
  async t => {
    const server = await redisServer(t)
    const { url } = await testGateway(t, {
      settings: { session: { store: 'redis', redis: { url: server.url, timeout: 500 } } },
    })
    const browser = new PlainBrowser()
    server.pause()
    const failed = await signIn(browser, `${url}/`)
    t.equal(failed.status, 503)
    t.notOk(browser.cookieHeader(url).includes('cgw-session='))
    server.resume()
    t.equal((await browser.follow(`${url}/`)).status, 200)
  },
)

t.test('every socket dead after a restart: the next request works without a new login', async t => {
  const server = await redisServer(t, { persistent: true })
  const { url, twin } = await testGateway(t, {
    settings: { session: { store: 'redis', redis: { url: server.url } } },
  })
  const instances = [url, await twin()]
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  await server.kill()
  await server.start()
  for (const at of instances) {
    const cookie = browser.cookieHeader(url)
    t.equal((await new PlainBrowser().fetch(`${at}/x`, { cookie })).status, 200)
  }
})

t.test('what Redis holds instead of a session is nobody, cleared, told once, and kept', async t => {
  const { url: redis } = await redisServer(t)
  const { url, lines } = await testGateway(t, {
    settings: { session: { store: 'redis', redis: { url: redis } } },
  })
  const client = new Redis(redis)
  t.teardown(() => client.disconnect())
  const rows: [string, (key: string) => Promise<unknown>][] = [
    ['damage', key => client.set(key, 'rubbish')],
    ['a bit of damage', key => client.setrange(key, 100, '!')],
    ['a session of a newer version', key => client.set(key, '1800000000 AnewerVersion')],
    ['a list', key => client.multi().del(key).rpush(key, 'a').exec()],
    ['a hash', key => client.multi().del(key).hset(key, 'a', 'b').exec()],
  ]
  for (const [name, replace] of rows) {
    await client.flushall()
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    const cookie = browser.cookieHeader(url)
    const [key = ''] = await client.keys('cognito-gateway:session:*')
    await replace(key)
    lines.length = 0
    for (let turn = 0; turn < 3; turn++) {
      const answer = await new PlainBrowser().fetch(`${url}/x`, { cookie })
      t.equal(answer.status, 401, name)
      t.match(answer.setCookies.join(), 'Max-Age=0')
    }
    t.equal(lines.filter(line => line.includes('cannot be read')).length, 1)
    t.equal(await client.exists(key), 1)
    t.equal((await signIn(new PlainBrowser(), `${url}/`)).status, 200, 'and a sign-in works')
  }
})

t.test(
  'a ticket never issued, or of another deployment, is nobody; its neighbour is not',
  async t => {
    const { url: redis } = await redisServer(t)
    const store = { store: 'redis', redis: { url: redis } }
    const { url, lines } = await testGateway(t, { settings: { session: store } })
    const other = await testGateway(t, {
      settings: { session: store, secrets: [randomBytes(32).toString('base64url')] },
    })
    const [browser, stranger] = [new PlainBrowser(), new PlainBrowser()]
    await signIn(browser, `${url}/`)
    await signIn(stranger, `${other.url}/`)
    const own = browser.cookieHeader(url)
    lines.length = 0
    const [name = ''] = /[\w-]*cgw-session[\w-]*(?==)/.exec(own) ?? []
    const made = `${name}=${randomBytes(100).toString('base64url')}`
    for (const cookie of [stranger.cookieHeader(other.url), made, `${name}=`, `${name}=%00`]) {
      const answer = await new PlainBrowser().fetch(`${url}/x`, { cookie })
      t.equal(answer.status, 401)
      t.match(answer.setCookies.join(), 'Max-Age=0')
    }
    t.notMatch(lines.join(), /"level":(?:40|50)/, 'anybody can send such: no warning')
    t.equal((await new PlainBrowser().fetch(`${url}/x`, { cookie: own })).status, 200)
  },
)

t.test(
  'Redis away: whoever asks at once gets 503, keeps the cookie, and is served later',
  async t => {
    const server = await redisServer(t)
    const { url } = await testGateway(t, {
      settings: { session: { store: 'redis', redis: { url: server.url, timeout: 500 } } },
    })
    const browsers = [new PlainBrowser(), new PlainBrowser()]
    for (const browser of browsers) await signIn(browser, `${url}/`)
    const ask = () =>
      Promise.all(
        Array.from({ length: 30 }, (_, n) =>
          new PlainBrowser().fetch(`${url}/${n}`, {
            cookie: browsers[n % 2]?.cookieHeader(url) ?? '',
          }),
        ),
      )
    t.ok((await ask()).every(({ status }) => status === 200))
    server.pause()
    for (const { status, setCookies } of await ask()) {
      t.equal(status, 503)
      t.strictSame(setCookies, [])
    }
    server.resume()
    while (!(await ask()).every(({ status }) => status === 200)) t.comment('not back yet')
  },
)
