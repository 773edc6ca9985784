// The main job over real sockets: a browser signs in at the hosted UI and reaches the application.
import t from 'tap'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn, signInUpToCallback, submitLogin } from '../fixtures/sign-in.js'

for (const publicClient of [false, true]) {
  t.test(
    `signs in with ${publicClient ? 'no secret' : 'a secret'} and lands on the page asked for`,
    async t => {
      const { url, upstream, emulator } = await testGateway(t, { publicClient })
      const browser = new PlainBrowser()
      const answer = await signIn(browser, `${url}/reports?month=5`)

      t.equal(answer.status, 200)
      t.equal(answer.url, `${url}/reports?month=5`)
      const [seen] = upstream.seen
      t.match(seen?.headers, {
        'x-forwarded-preferred-username': 'jane',
        'x-forwarded-email': 'jane@example.com',
        'x-forwarded-groups': 'staff',
        'x-forwarded-host': new URL(url).host,
        'x-forwarded-proto': 'http',
        host: new URL(url).host,
      })
      t.equal(seen?.url, '/reports?month=5')
      t.match(seen?.headers['x-forwarded-user'], /^[0-9a-f-]{36}$/)
      t.notMatch(seen?.headers.cookie, /cgw-/, "the gateway's cookies stay out")
      const [call] = emulator.calls.filter(({ path }) => path === '/oauth2/token')
      t.match(call, { grantType: 'authorization_code', status: 200, authorized: !publicClient })
    },
  )
}

t.test(
  'the authorize request has PKCE, state and nonce, and the configured redirect URI',
  async t => {
    const { url } = await testGateway(t)
    const browser = new PlainBrowser()
    const first = await browser.visit(`${url}/a`, {
      headers: { 'x-forwarded-host': 'evil.example' },
    })
    t.equal(first.status, 302)
    const query = new URL(first.location ?? '').searchParams
    t.equal(query.get('redirect_uri'), `${url}/oauth2/callback`)
    t.equal(query.get('code_challenge_method'), 'S256')
    t.match(query.get('code_challenge'), /^[\w-]{43}$/)
    t.ok((query.get('nonce') ?? '').length >= 22)
    t.ok((query.get('state') ?? '').length >= 22)
    const other = new URL((await browser.visit(`${url}/a`)).location ?? '').searchParams
    for (const name of ['state', 'nonce', 'code_challenge']) {
      t.not(other.get(name), query.get(name), `${name} is new each time`)
    }
  },
)

t.test('eight tabs sign in at once, and each lands on its own page', async t => {
  const { url } = await testGateway(t)
  const browser = new PlainBrowser()
  const tabs = ['/1', '/2', '/3', '/4', '/5', '/6', '/7', '/8']
  const pages = []
  for (const tab of tabs) pages.push(await browser.follow(url + tab))
  for (const [position, page] of pages.entries()) {
    const back = await submitLogin(browser, page, 'jane', 'Jane-pass1')
    const landed = await browser.follow(back.location ?? '')
    t.equal(landed.url, url + tabs[position])
    t.equal(landed.status, 200)
  }
})

t.test(
  'of more than eight logins the oldest are dropped, and starting again finds the page',
  async t => {
    const { url } = await testGateway(t)
    const browser = new PlainBrowser()
    const oldest = await browser.follow(`${url}/oldest`)
    for (let tab = 0; tab < 11; tab++) await browser.visit(`${url}/${tab}`)
    const names = [...(browser.jar.get('localhost')?.keys() ?? [])]
    t.ok(names.filter(name => name.startsWith('cgw-login-')).length <= 8)
    const back = await submitLogin(browser, oldest, 'jane', 'Jane-pass1')
    const landed = await browser.follow(back.location ?? '')
    t.equal(landed.url, `${url}/oldest`)
    t.equal(landed.status, 200)
  },
)

t.test('a new session id at each login, and the old cookie is worth nothing', async t => {
  const { url } = await testGateway(t)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const before = browser.cookieHeader(url)
  const again = await browser.follow(`${url}/oauth2/start?rd=/again`)
  t.equal(again.url, `${url}/again`)
  t.not(browser.cookieHeader(url), before)
  const copied = new PlainBrowser()
  const answer = await copied.fetch(`${url}/`, { cookie: before })
  t.equal(answer.status, 401)
})

t.test('the callback leaves no code or state behind, and its answer is not kept', async t => {
  const { url } = await testGateway(t)
  const browser = new PlainBrowser()
  const callback = await signInUpToCallback(browser, `${url}/page`)
  const answer = await browser.visit(callback)
  t.equal(answer.status, 302)
  t.equal(answer.location, `${url}/page`)
  t.equal(answer.headers['cache-control'], 'no-store')
  t.equal(answer.headers['referrer-policy'], 'no-referrer')
})

t.test('Back into the callback, or a bookmark of it, goes on to the page', async t => {
  const { url, emulator } = await testGateway(t)
  const browser = new PlainBrowser()
  const callback = await signInUpToCallback(browser, `${url}/page`)
  await browser.follow(callback)
  const tokenCalls = emulator.calls.filter(({ path }) => path === '/oauth2/token').length
  const back = await browser.follow(callback)
  t.equal(back.url, `${url}/page`)
  t.equal(back.status, 200)
  t.equal(emulator.calls.filter(({ path }) => path === '/oauth2/token').length, tokenCalls)
})

t.test('a callback without its transaction and without a session starts again, once', async t => {
  const { url } = await testGateway(t)
  const browser = new PlainBrowser()
  const callback = await signInUpToCallback(browser, `${url}/page`)
  for (const name of [...(browser.jar.get('localhost')?.keys() ?? [])]) {
    if (name.startsWith('cgw-')) browser.jar.get('localhost')?.delete(name)
  }
  const landed = await browser.follow(callback)
  t.equal(landed.url, `${url}/page`)
  t.equal(landed.status, 200)
})

t.test('a login page left open for more than an hour still ends at its page', async t => {
  const { url, clock } = await testGateway(t)
  const browser = new PlainBrowser()
  const page = await browser.follow(`${url}/page`)
  clock.offsetSeconds = 3610
  const back = await submitLogin(browser, page, 'jane', 'Jane-pass1')
  const again = await browser.visit(back.location ?? '')
  t.equal(again.status, 302, 'the old transaction has expired: a new login is begun')
  t.match(again.location, /\/oauth2\/authorize/)
  t.equal((await browser.follow(again.location ?? '')).url, `${url}/page`)
})

t.test(
  'a browser that keeps no cookie at all is stopped after three rounds, with a reason',
  async t => {
    const { url, lines } = await testGateway(t)
    const browser = new PlainBrowser()
    const answers: number[] = []
    let callback = await signInUpToCallback(browser, `${url}/page`)
    for (let round = 0; round < 3; round++) {
      const withoutCookies = new PlainBrowser()
      const answer = await withoutCookies.visit(callback)
      answers.push(answer.status)
      if (answer.location === null) break
      callback = (await browser.visit(answer.location)).location ?? ''
    }
    t.strictSame(answers, [302, 302, 400])
    t.ok(lines.some(line => line.includes('GW_ERR_COOKIES_BLOCKED')))
  },
)

t.test('a browser that refuses the session cookie alone is stopped after three rounds', async t => {
  const { url } = await testGateway(t)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/page`)
  const statuses: number[] = []
  for (let round = 0; round < 4; round++) {
    for (const name of ['cgw-session', 'cgw-session.1']) browser.jar.get('localhost')?.delete(name)
    const end = await browser.follow(`${url}/page`)
    statuses.push(end.status)
    if (end.status === 400) {
      t.match(end.body, 'GW_ERR_LOGIN_LOOP')
      break
    }
  }
  t.equal(statuses.at(-1), 400)
})
