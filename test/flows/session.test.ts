// What becomes of a session over time: refreshed, kept while Cognito is away, ended when Cognito says so.
import t from 'tap'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn, submitLogin } from '../fixtures/sign-in.js'

/** An access token so short that it is due at once when the clock moves by a minute. */
const shortTokens = { idTokenSeconds: 300, accessTokenSeconds: 300 }

function refreshes(calls: readonly { grantType: string | null }[]): number {
  return calls.filter(({ grantType }) => grantType === 'refresh_token').length
}

for (const rotation of [undefined, { graceSeconds: 0 }]) {
  const kind = rotation === undefined ? 'without' : 'with'
  t.test(`a session that is due is refreshed, ${kind} refresh token rotation`, async t => {
    const { url, emulator, clock } = await testGateway(t, {
      client: { ...shortTokens, ...(rotation === undefined ? {} : { rotation }) },
    })
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    for (const minutes of [4, 8, 12]) {
      clock.offsetSeconds = minutes * 60
      emulator.faults.clockOffsetSeconds = minutes * 60
      const answer = await browser.visit(`${url}/again`)
      t.equal(answer.status, 200)
      t.ok(answer.setCookies.some(line => line.startsWith('cgw-session=')))
      t.equal(answer.headers['cache-control'], 'no-store')
    }
    t.equal(refreshes(emulator.calls), 3)
  })
}

t.test('1,000 requests at once refresh once, and all of them pass', async t => {
  const { url, emulator, clock } = await testGateway(t, {
    client: { ...shortTokens, rotation: { graceSeconds: 0 } },
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  clock.offsetSeconds = 240
  emulator.faults.clockOffsetSeconds = 240
  const cookie = browser.cookieHeader(url)
  const answers = await Promise.all(
    Array.from({ length: 1000 }, (_, n) => new PlainBrowser().fetch(`${url}/${n}`, { cookie })),
  )
  t.strictSame(new Set(answers.map(({ status }) => status)), new Set([200]))
  t.equal(refreshes(emulator.calls), 1)
  const late = await new PlainBrowser().fetch(`${url}/late`, { cookie })
  t.equal(late.status, 200, 'a straggler with the cookie from before is given the fresh session')
  t.ok(late.setCookies.some(line => line.startsWith('cgw-session=')))
  t.equal(refreshes(emulator.calls), 1)
})

t.test(
  'with its grace period, rotation is survived by two instances that share nothing',
  async t => {
    const { url, twin, emulator, clock } = await testGateway(t, {
      client: { ...shortTokens, rotation: { graceSeconds: 60 } },
    })
    const instances = [url, await twin()]
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    const cookie = browser.cookieHeader(url)
    clock.offsetSeconds = 240
    emulator.faults.clockOffsetSeconds = 240
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        new PlainBrowser().fetch(`${instances[n % 2]}/${n}`, { cookie }),
      ),
    )
    t.strictSame(new Set(answers.map(({ status }) => status)), new Set([200]))
    t.equal(refreshes(emulator.calls), 2, 'once in each process')
    clock.offsetSeconds = 480
    emulator.faults.clockOffsetSeconds = 480
    for (const { setCookies } of answers.slice(0, 2)) {
      const kept = new PlainBrowser()
      for (const line of setCookies) kept.keep(url, line)
      t.equal((await kept.fetch(`${url}/later`)).status, 200, 'whichever cookie the browser keeps')
    }
  },
)

t.test(
  'invalid_grant ends the session: a navigation signs in again, a script gets 401',
  async t => {
    const { url, emulator, clock } = await testGateway(t, { client: shortTokens })
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    const jane = emulator.settings.users.find(({ username }) => username === 'jane')
    if (jane) jane.enabled = false
    clock.offsetSeconds = 240
    const cookie = browser.cookieHeader(url)
    t.equal((await new PlainBrowser().fetch(`${url}/x`, { cookie })).status, 401)
    const answer = await browser.visit(`${url}/x`)
    t.equal(answer.status, 302)
    t.match(answer.location, /\/oauth2\/authorize/)
    t.ok(
      answer.setCookies.some(line => /^cgw-session=;.*Max-Age=0/.test(line)),
      'the cookie is cleared',
    )
  },
)

const outages = {
  'a 500': { status: 500, body: 'sorry' },
  'a 429 with a page': { status: 429, body: '<html>slow down</html>' },
  'a connection reset': { reset: true },
  'an answer that is no JSON': { status: 200, body: '<html>hello</html>' },
  'a secret that was changed': {
    status: 400,
    body: '{"error":"invalid_client"}',
    headers: { 'content-type': 'application/json' },
  },
}
for (const [name, fault] of Object.entries(outages)) {
  t.test(`${name} at the refresh keeps the session`, async t => {
    const { url, emulator, clock } = await testGateway(t, { client: shortTokens })
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    emulator.faults.set('/oauth2/token', fault)

    clock.offsetSeconds = 240
    t.equal((await browser.visit(`${url}/due`)).status, 200, 'the old access token serves')
    clock.offsetSeconds = 320
    const away = await browser.visit(`${url}/expired`)
    t.equal(away.status, 503)
    t.ok(Number(away.headers['retry-after']) > 0)
    t.match(away.body, 'GW_ERR_SESSION_UNAVAILABLE')
    t.strictSame(away.setCookies, [], 'the cookie is kept')

    emulator.faults.clear()
    emulator.faults.clockOffsetSeconds = 400
    clock.offsetSeconds = 400
    t.equal((await browser.visit(`${url}/back`)).status, 200, 'service resumes by itself')
  })
}

t.test(
  'a session ends when it was idle too long, and when it is too old however much it was used',
  async t => {
    const { url, clock, emulator } = await testGateway(t, {
      settings: { session: { idle: '10m', max: '30m' } },
    })
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    const at = async (minutes: number) => {
      clock.offsetSeconds = minutes * 60
      emulator.faults.clockOffsetSeconds = minutes * 60
      return (await browser.fetch(`${url}/x`)).status
    }
    t.equal(await at(9), 200)
    t.equal(await at(18), 200, 'use counts')
    t.equal(await at(27), 200)
    t.equal(await at(31), 401, 'the absolute limit')

    const idle = new PlainBrowser()
    clock.offsetSeconds = 0
    emulator.faults.clockOffsetSeconds = 0
    await signIn(idle, `${url}/`)
    clock.offsetSeconds = 11 * 60
    t.equal((await idle.fetch(`${url}/x`)).status, 401, 'the idle limit')
  },
)

t.test('userinfo says who and until when, and nothing that is a token', async t => {
  const { url } = await testGateway(t)
  const browser = new PlainBrowser()
  t.equal((await browser.visit(`${url}/oauth2/userinfo`)).status, 401, 'never a redirect')
  await signIn(browser, `${url}/`)
  const answer = await browser.fetch(`${url}/oauth2/userinfo`)
  const info = JSON.parse(answer.body) as Record<string, unknown>
  t.match(info, { username: 'jane', email: 'jane@example.com', groups: ['staff'] })
  t.strictSame(Object.keys(info), [
    'sub',
    'username',
    'email',
    'groups',
    'accessTokenExpiresAt',
    'idleEndsAt',
    'sessionEndsAt',
  ])
  t.notMatch(answer.body, /eyJ/)
})

t.test('POST /oauth2/refresh brings new groups at once, for our own pages alone', async t => {
  const { url, emulator, clock } = await testGateway(t)
  const browser = new PlainBrowser()
  const ask = (headers: Record<string, string> = {}) =>
    browser.visit(`${url}/oauth2/refresh`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin', accept: '*/*', ...headers },
    })
  t.equal((await ask()).status, 401)
  await signIn(browser, `${url}/`)
  const jane = emulator.settings.users.find(({ username }) => username === 'jane')
  if (jane) jane.groups = ['staff', 'admins']
  t.match(JSON.parse((await ask()).body), { groups: ['staff'] }, 'tokens of a moment ago are kept')
  clock.offsetSeconds = 10
  emulator.faults.clockOffsetSeconds = 10
  const crossSite = await ask({ 'sec-fetch-site': 'cross-site' })
  t.match(JSON.parse(crossSite.body), { code: 'GW_ERR_CROSS_SITE' })
  t.match(JSON.parse((await ask()).body), { groups: ['staff', 'admins'] })
  t.equal((await browser.fetch(`${url}/admin`)).status, 200)
})

t.test('no session outlives the refresh token, and a cookie may end with the browser', async t => {
  const { url } = await testGateway(t, {
    settings: { cognito: { refreshTokenValidity: '2h' }, session: { endsWithBrowser: true } },
  })
  const browser = new PlainBrowser()
  const page = await browser.follow(`${url}/`)
  const back = await submitLogin(browser, page, 'jane', 'Jane-pass1')
  const callback = await browser.visit(back.location ?? '')
  for (const line of callback.setCookies.filter(text => text.startsWith('cgw-session'))) {
    t.notMatch(line, 'Max-Age')
  }
  const answer = await browser.fetch(`${url}/oauth2/userinfo`)
  const { sessionEndsAt = 0 } = JSON.parse(answer.body) as Record<string, number>
  t.ok(sessionEndsAt - Date.now() / 1000 <= 7200)
})

// A refresh with rotation leaves one good refresh token. When the request it was done for failed, the page went
// out without the new cookie, and a minute later the session was lost.
t.test('a failure of the application brings the refreshed session all the same', async t => {
  const { url, upstream, emulator, clock } = await testGateway(t, {
    client: { ...shortTokens, rotation: { graceSeconds: 0 } },
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const { answer } = upstream
  upstream.answer = request => void request.socket.destroy()
  clock.offsetSeconds = 240
  emulator.faults.clockOffsetSeconds = 240
  const failed = await browser.visit(`${url}/due`)
  t.equal(failed.status, 502)
  t.ok(failed.setCookies.some(line => line.startsWith('cgw-session=')))
  upstream.answer = answer
  clock.offsetSeconds = 350
  emulator.faults.clockOffsetSeconds = 350
  t.equal((await browser.visit(`${url}/later`)).status, 200)
  t.equal(refreshes(emulator.calls), 1)
})

t.test('a slow answer does not bring back a session that was signed out meanwhile', async t => {
  const { url, upstream, clock } = await testGateway(t)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  clock.offsetSeconds = 120
  const { answer } = upstream
  let release = () => {}
  const arrived = new Promise<void>(resolve => {
    upstream.answer = (request, response) => {
      release = () => answer(request, response)
      resolve()
    }
  })
  const cookie = browser.cookieHeader(url)
  const slow = new PlainBrowser().visit(`${url}/slow`, { headers: { cookie } })
  await arrived
  await browser.visit(`${url}/oauth2/sign_out`)
  release()
  t.strictSame((await slow).setCookies, [])
})

t.test('signing in again revokes the refresh token of the session before', async t => {
  const { url, emulator } = await testGateway(t)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const revocations = () => emulator.calls.filter(({ path }) => path === '/oauth2/revoke')
  t.strictSame(revocations(), [])
  await browser.follow(`${url}/oauth2/start`)
  while (revocations().length === 0) await new Promise(resolve => setImmediate(resolve))
  t.equal((await browser.fetch(`${url}/`)).status, 200)
})
