// What a sign-in asks of the hosted UI: by link, by route, by the settings; and who may sign in at all.
import t, { type Test } from 'tap'
import { type TestGatewayOptions, testGateway, users } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { recordingUpstream } from '../fixtures/recording-upstream.js'
import { signIn, submitLogin } from '../fixtures/sign-in.js'

/** The authorize URL that a page or link leads to. */
async function authorizeUrl(browser: PlainBrowser, url: string): Promise<URL> {
  const { status, location } = await browser.visit(url)
  if (status !== 302) throw new Error(`${status} at ${url}`)
  return new URL(location ?? '')
}

/** The gateway with routes of its own. */
async function withRoutes(
  t: Test,
  routes: (upstream: string) => object[],
  { settings = {}, ...options }: TestGatewayOptions = {},
) {
  const { origin } = await recordingUpstream(t)
  return testGateway(t, { ...options, settings: { ...settings, routes: routes(origin) } })
}

t.test('a link asks what the settings let links ask', async t => {
  const { url, twin } = await testGateway(t)
  const query =
    'rd=/x&idp=Google&idp_identifier=example.com&lang=ko&login_hint=jane&prompt=consent&resource=https://api.example.com&scope=all'
  const asked = (await authorizeUrl(new PlainBrowser(), `${url}/oauth2/start?${query}`))
    .searchParams
  t.equal(asked.get('identity_provider'), 'Google')
  t.equal(asked.get('idp_identifier'), 'example.com')
  t.equal(asked.get('lang'), 'ko')
  t.equal(asked.get('login_hint'), 'jane')
  for (const name of ['prompt', 'resource']) t.equal(asked.get(name), null, name)
  t.equal(asked.get('scope'), 'openid email profile')

  const other = await twin({ login: { parameters: ['prompt', 'resource'] } })
  const then = (await authorizeUrl(new PlainBrowser(), `${other}/oauth2/start?${query}`))
    .searchParams
  t.equal(then.get('prompt'), 'consent')
  t.equal(then.get('resource'), 'https://api.example.com')
  for (const name of ['identity_provider', 'lang', 'login_hint'])
    t.equal(then.get(name), null, name)
})

// Parameters of the OAuth request, brought in by a link or by the page that somebody goes back to.
t.test('no link changes what the sign-in itself is made of', async t => {
  const { url } = await testGateway(t)
  const evil = {
    redirect_uri: 'https://evil.example/',
    response_type: 'token',
    response_mode: 'query',
    client_id: 'other',
    state: 'mine',
    nonce: 'mine',
    code_challenge: 'mine',
    code_challenge_method: 'plain',
    scope: 'aws.cognito.signin.user.admin',
    request: 'eyJ',
    request_uri: 'https://evil.example/',
    acr_values: 'mine',
  }
  const query = new URLSearchParams(evil)
  const usual = await authorizeUrl(new PlainBrowser(), `${url}/oauth2/start?rd=/x`)
  const names = [...usual.searchParams.keys()].sort()
  for (const link of [
    `/oauth2/start?rd=/x&${query}`,
    `/oauth2/start?rd=${encodeURIComponent(`/x?${query}`)}`,
    `/x?${query}`,
  ]) {
    const { searchParams } = await authorizeUrl(new PlainBrowser(), url + link)
    t.strictSame([...searchParams.keys()].sort(), names)
    for (const name of names) {
      t.equal(searchParams.getAll(name).length, 1, name)
      t.notMatch(searchParams.get(name), /^mine$|evil|^token$|^other$|^plain$|admin/, name)
    }
  }
})

t.test('screen leads to the pages for signing up and for forgotten passwords', async t => {
  const { url } = await testGateway(t)
  const pathOf = async (screen: string) =>
    (await authorizeUrl(new PlainBrowser(), `${url}/oauth2/start?screen=${screen}`)).pathname
  t.equal(await pathOf('signup'), '/signup')
  t.equal(await pathOf('forgot'), '/forgotPassword')
  t.equal(await pathOf('other'), '/oauth2/authorize')
})

t.test('a route says how people sign in who begin there, by page and by link', async t => {
  const { url } = await withRoutes(t, upstream => [
    {
      path: '/partners',
      access: 'signed-in',
      login: { idp: 'Partner', lang: 'ja', prompt: 'login', resource: 'https://p.example.com' },
      upstream,
    },
    { path: '/join', access: 'signed-in', login: { screen: 'signup' }, upstream },
    { path: '/', access: 'signed-in', upstream },
  ])
  const expected = {
    identity_provider: 'Partner',
    lang: 'ja',
    prompt: 'login',
    resource: 'https://p.example.com',
  }
  const all = async (path: string) =>
    Object.fromEntries((await authorizeUrl(new PlainBrowser(), url + path)).searchParams)
  t.match(await all('/partners/x?y=1'), expected)
  t.match(await all('/oauth2/start?rd=/partners/x'), expected)
  t.match(
    await all('/oauth2/start?rd=/partners&lang=ko'),
    { ...expected, lang: 'ko' },
    'a link wins',
  )
  t.notOk('identity_provider' in (await all('/elsewhere')))
  t.notOk('identity_provider' in (await all('/oauth2/start?rd=/')))
  t.equal((await authorizeUrl(new PlainBrowser(), `${url}/join`)).pathname, '/signup')
})

// Who signed up, and came back late, was sent to the sign-up page again.
t.test('who comes back too late is sent on without being asked twice', async t => {
  const login = { idp: 'Partner', lang: 'ja', prompt: 'login', screen: 'signup' }
  const { url } = await withRoutes(t, upstream => [
    { path: '/', access: 'signed-in', login, upstream },
  ])
  const first = await authorizeUrl(new PlainBrowser(), `${url}/x`)
  t.equal(first.pathname, '/signup')
  const callback = `${url}/oauth2/callback?code=x&state=${first.searchParams.get('state')}`
  const again = await authorizeUrl(new PlainBrowser(), callback)
  t.equal(again.pathname, '/oauth2/authorize')
  t.equal(again.searchParams.get('prompt'), null)
  t.match(Object.fromEntries(again.searchParams), { identity_provider: 'Partner', lang: 'ja' })
})

const billing = {
  pool: { resourceServers: [{ identifier: 'billing', scopes: ['read'] }] },
  client: { scopes: ['openid', 'email', 'profile', 'phone', 'billing/read'] },
}
const billingRoutes = (upstream: string) => [
  {
    path: '/billing',
    access: { scopes: ['billing/read'] },
    login: { scopes: ['billing/read'] },
    upstream,
  },
  { path: '/calls', access: 'signed-in', login: { scopes: ['phone'] }, upstream },
  { path: '/', access: 'signed-in', upstream },
]

t.test('scopes of a route are asked for there, beside the usual ones', async t => {
  const { url } = await withRoutes(t, billingRoutes, billing)
  const scopesAt = async (path: string) =>
    (await authorizeUrl(new PlainBrowser(), url + path)).searchParams.get('scope')
  t.equal(await scopesAt('/billing'), 'openid email profile billing/read')
  t.equal(await scopesAt('/'), 'openid email profile')
  const late = await authorizeUrl(new PlainBrowser(), `${url}/billing`)
  const callback = `${url}/oauth2/callback?code=x&state=${late.searchParams.get('state')}`
  const again = await authorizeUrl(new PlainBrowser(), callback)
  t.equal(again.searchParams.get('scope'), 'openid email profile billing/read', 'begun again')
  const browser = new PlainBrowser()
  const page = await signIn(browser, `${url}/billing/x`)
  t.equal(page.status, 200)
})

t.test('who came in without them is sent for them, keeps the others, and comes back', async t => {
  const { url, clock } = await withRoutes(t, billingRoutes, billing)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/calls`)
  t.equal((await browser.visit(`${url}/billing`)).status, 403, 'no loop within a minute')
  clock.offsetSeconds += 61
  const script = await browser.fetch(`${url}/billing`)
  t.equal(script.status, 401, 'a script is told where')
  const asked = (await authorizeUrl(browser, `${url}/billing/x`)).searchParams
  t.equal(asked.get('scope'), 'openid email profile phone billing/read')
  t.equal(asked.get('prompt'), null, 'who they are is known')
  const page = await browser.follow(`${url}/billing/x`)
  t.equal(page.status, 200)
  t.match(page.url, /\/billing\/x$/)
})

// They were lost where the way to the hosted UI leads by the login start, and the password was asked for again.
t.test('the same by way of the login start: a proxy that asks first, and links with #', async t => {
  const { url, clock } = await withRoutes(
    t,
    upstream => [
      {
        path: '/board',
        access: { scopes: ['billing/read'] },
        login: { scopes: ['billing/read'], lang: 'ja' },
        keepFragment: true,
        upstream,
      },
      ...billingRoutes(upstream),
    ],
    { ...billing, settings: { trustedProxies: ['127.0.0.0/8', '::1'] } },
  )
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/calls`)
  clock.offsetSeconds += 61
  const asked = await browser.visit(`${url}/oauth2/auth?redirect=1`, {
    headers: { 'x-forwarded-uri': '/billing/x' },
  })
  t.equal(asked.status, 302)
  const page = await browser.visit(`${url}/board`)
  const [, plain = ''] = /href="(\/oauth2\/start[^"]+)"/.exec(page.body) ?? []
  const [, whole = ''] = /data-with-fragment="([^"]+)"/.exec(page.body) ?? []
  t.notMatch(plain + whole, '&amp;')
  for (const start of [asked.location ?? '', url + plain, url + whole]) {
    const { searchParams } = await authorizeUrl(browser, start)
    t.equal(searchParams.get('scope'), 'openid email profile phone billing/read', start)
    t.equal(searchParams.get('prompt'), null, 'who they are is known')
    t.equal(searchParams.get('lang'), start.includes('board') ? 'ja' : null)
  }
  t.equal((await browser.follow(url + whole)).status, 200)
  t.equal((await browser.visit(`${url}/board`)).status, 200)
})

t.test('a form that has to wait for scopes of its route is sent with them', async t => {
  const { url, clock } = await withRoutes(t, billingRoutes, billing)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  clock.offsetSeconds += 61
  const send = () =>
    browser.visit(`${url}/billing/pay?id=7`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
        origin: url,
      },
      body: 'a=1',
    })
  const kept = await send()
  t.equal(kept.status, 401)
  const [, start = ''] = /href="(\/oauth2\/start[^"]+)"/.exec(kept.body) ?? []
  t.equal((await browser.follow(url + start)).status, 200)
  t.equal((await send()).status, 200)
})

// Cognito refuses scopes that the app client has not, whoever put them into its tokens.
t.test('scopes that a Lambda trigger has added are not asked for', async t => {
  const { url, clock } = await withRoutes(t, billingRoutes, {
    ...billing,
    emulator: {
      triggers: {
        preTokenGeneration(event) {
          const accessTokenGeneration = { scopesToAdd: ['tenant/a'] }
          event.response.claimsAndScopeOverrideDetails = { accessTokenGeneration }
          return event
        },
      },
    },
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  clock.offsetSeconds += 61
  t.equal((await browser.follow(`${url}/billing/x`)).status, 200)
})

t.test('a scope that Cognito does not give ends in a 403, not in a loop', async t => {
  const { url, clock } = await withRoutes(
    t,
    upstream => [
      { path: '/x', access: { groups: ['boss'] }, login: { scopes: ['phone'] }, upstream },
      { path: '/', access: 'signed-in', upstream },
    ],
    billing,
  )
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  clock.offsetSeconds += 61
  const page = await browser.follow(`${url}/x`)
  t.equal(page.status, 403)
  t.match(page.body, 'GW_ERR_FORBIDDEN')
})

const onlyStaff = {
  require: { groups: ['staff'] },
  explain: { text: 'Ask the help desk.', link: 'https://help.example.com' },
}
const guest = {
  username: 'guest',
  password: 'Guest-pass1',
  attributes: { email: 'guest@example.com' },
}

t.test('who does not meet login.require gets a page with another way, and no session', async t => {
  const { url, emulator, lines } = await testGateway(t, {
    users: [...(users ?? []), guest],
    settings: { login: onlyStaff },
  })
  const browser = new PlainBrowser()
  const page = await signIn(browser, `${url}/reports?a=1`, 'guest', 'Guest-pass1')
  t.equal(page.status, 403)
  t.match(page.body, 'GW_ERR_LOGIN_NOT_ALLOWED')
  t.match(page.body, /Ask the help desk\..*https:\/\/help\.example\.com/s)
  t.match(page.body, 'href="/oauth2/sign_out?rd=%2Freports%3Fa%3D1"')
  t.notMatch(browser.cookieHeader(url), 'cgw-session')
  t.equal((await browser.fetch(`${url}/x`)).status, 401)
  t.ok(lines.some(line => line.includes('does not meet login.require')))
  const isRevoked = () =>
    emulator.calls.some(({ path, status }) => path === '/oauth2/revoke' && status === 200)
  while (!isRevoked()) await new Promise(resolve => setTimeout(resolve, 10))

  const offered = await browser.follow(`${url}/oauth2/sign_out?rd=%2Freports%3Fa%3D1`)
  t.match(offered.body, 'name="password"', 'Cognito asks again, since it was signed out there too')
  const back = await submitLogin(browser, offered, 'jane', 'Jane-pass1')
  const there = await browser.follow(back.location ?? '')
  t.equal(there.status, 200)
  t.match(there.url, /\/reports\?a=1$/)
})

t.test('a session of somebody else stays; its owner only tried another account', async t => {
  const { url } = await testGateway(t, {
    users: [...(users ?? []), guest],
    settings: { login: onlyStaff },
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  browser.jar.get('localhost')?.delete('cognito')
  const page = await browser.follow(`${url}/oauth2/start?rd=/x`)
  const back = await submitLogin(browser, page, 'guest', 'Guest-pass1')
  t.equal((await browser.follow(back.location ?? '')).status, 403)
  t.equal((await browser.fetch(`${url}/x`)).status, 200)
})

t.test('who no longer meets it is out at the next refresh', async t => {
  const { url, emulator, clock, lines } = await testGateway(t, { settings: { login: onlyStaff } })
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  emulator.administration.update('jane', { groups: [] })
  t.equal((await browser.fetch(`${url}/x`)).status, 200)
  clock.offsetSeconds += 3400
  t.equal((await browser.fetch(`${url}/x`)).status, 401)
  const said = lines.map(line => JSON.parse(line)).filter(({ msg }) => msg.includes('ended'))
  t.match(said, [
    { msg: 'session ended: the person does not meet login.require any more' },
    { event: 'session_ended', reason: /login\.require/ },
  ])
  const isRevoked = () =>
    emulator.calls.some(({ path, status }) => path === '/oauth2/revoke' && status === 200)
  while (!isRevoked()) await new Promise(resolve => setTimeout(resolve, 10))
})

t.test('nobody signs in where a link asks for silence and nobody is there', async t => {
  const { url } = await testGateway(t, { settings: { login: { parameters: ['prompt'] } } })
  const page = await new PlainBrowser().follow(`${url}/oauth2/start?prompt=none`)
  t.match(page.body, 'GW_ERR_LOGIN_REFUSED')
})
