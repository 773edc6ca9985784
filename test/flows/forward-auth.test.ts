// The answer to a proxy that asks first: by the same routes and rules, believed from trusted proxies alone.

import t from 'tap'
import { request } from 'undici'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { recordingUpstream } from '../fixtures/recording-upstream.js'
import { signIn, submitLogin } from '../fixtures/sign-in.js'

const trusted = { trustedProxies: ['127.0.0.0/8', '::1'] }
const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

async function ask(url: string, headers: Record<string, string>, query = '') {
  const answer = await request(`${url}/oauth2/auth${query}`, { headers })
  return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() }
}

t.test('202 with the identity, 401, 403: as when we forward ourselves', async t => {
  const { url, upstream } = await testGateway(t, { settings: trusted })
  const jane = new PlainBrowser()
  await signIn(jane, `${url}/`)
  const cookie = jane.cookieHeader(url)
  const before = upstream.seen.length
  const rows: [name: string, headers: Record<string, string>, status: number][] = [
    ['nobody', { 'x-original-url': '/reports' }, 401],
    ['nobody, a page', { 'x-original-url': '/reports', ...page }, 401],
    ['nobody, public', { 'x-original-url': '/public/x' }, 202],
    ['jane', { 'x-original-url': '/reports', cookie }, 202],
    ['jane, absolute', { 'x-original-url': `${url}/reports?a=b`, cookie }, 202],
    [
      'jane, Traefik and Caddy',
      { 'x-forwarded-uri': '/reports', 'x-forwarded-method': 'POST', cookie, origin: url },
      202,
    ],
    [
      'a form on another site',
      {
        'x-forwarded-uri': '/reports',
        'x-forwarded-method': 'POST',
        cookie,
        origin: 'https://evil.example',
      },
      403,
    ],
    [
      'a link on another site',
      { 'x-original-url': '/', cookie, 'sec-fetch-site': 'cross-site' },
      202,
    ],
    ['jane, admin page', { 'x-original-url': '/admin', cookie }, 403],
    ['jane, admin page in disguise', { 'x-original-url': '/%61dmin;x', cookie }, 403],
    ['jane, closed', { 'x-original-url': '/closed/x', cookie }, 403],
    ['jane, a page of ours', { 'x-original-url': '/oauth2/userinfo', cookie }, 403],
    ['two readings', { 'x-original-url': '/public/..%2fadmin', cookie }, 400],
    ['dot segments', { 'x-original-url': `${url}/public/../admin`, cookie }, 400],
    ['another host', { 'x-original-url': 'https://evil.example/', cookie }, 421],
    [
      'another host beside it',
      { 'x-forwarded-uri': '/', 'x-forwarded-host': 'evil.example', cookie },
      421,
    ],
    ['nothing said', { cookie }, 202],
  ]
  for (const [name, headers, status] of rows) {
    t.equal((await ask(url, headers)).status, status, name)
  }
  t.equal(upstream.seen.length, before, 'nothing is forwarded')

  const { headers } = await ask(url, { 'x-original-url': '/reports', cookie })
  t.match(headers, {
    'x-auth-request-email': 'jane@example.com',
    'x-auth-request-preferred-username': 'jane',
    'x-auth-request-groups': 'staff',
    'x-forwarded-email': 'jane@example.com',
    'cache-control': 'no-store',
  })
  const nobody = await ask(url, { 'x-original-url': '/public/x' })
  t.equal(
    nobody.headers['x-auth-request-user'],
    '',
    'there and empty, so that proxies copy nothing',
  )
  t.equal(nobody.headers['x-forwarded-groups'], '')
})

// Caddy passes on what clients send: with X-Original-URL: /public a client chose what was judged.
t.test('a 401 says where the login is that comes back to the page', async t => {
  const { url } = await testGateway(t, { settings: trusted })
  const answer = await ask(url, { 'x-original-url': `${url}/reports?a=b&c=%26d&idp=x` })
  t.equal(answer.status, 401)
  t.equal(
    answer.headers['x-gateway-login'],
    '/oauth2/start?rd=%2Freports%3Fa%3Db%26c%3D%2526d%26idp%3Dx',
  )
  t.notOk('x-gateway-login' in (await ask(url, { 'x-original-url': '/public' })).headers)
})

t.test('two headers that say what was asked for are one too many', async t => {
  const { url } = await testGateway(t, { settings: trusted })
  const rows: Record<string, string>[] = [
    { 'x-original-url': '/public', 'x-forwarded-uri': '/admin' },
    { 'x-original-uri': '/public', 'x-forwarded-uri': '/admin' },
    { 'x-original-url': '/public', 'x-original-uri': '/public' },
    { 'x-forwarded-uri': '/public', 'x-original-method': 'GET', 'x-forwarded-method': 'POST' },
  ]
  for (const headers of rows)
    t.equal((await ask(url, headers)).status, 400, JSON.stringify(headers))
  const blank = { 'x-original-url': '/public', 'x-forwarded-uri': '', 'x-original-uri': '' }
  t.equal((await ask(url, blank)).status, 202, 'an empty line is none')
})

t.test('a peer that is not trusted cannot choose what is judged', async t => {
  const { url, lines } = await testGateway(t)
  const jane = new PlainBrowser()
  await signIn(jane, `${url}/`)
  const cookie = jane.cookieHeader(url)
  for (const name of [
    'x-original-url',
    'x-original-uri',
    'x-forwarded-uri',
    'x-forwarded-method',
  ]) {
    t.equal((await ask(url, { [name]: '/public', cookie })).status, 403, name)
  }
  t.ok(lines.some(line => line.includes('trustedProxies')))
  t.equal((await ask(url, { cookie })).status, 202, 'what is asked without them is about /')
  t.equal((await ask(url, {})).status, 401)
})

t.test('redirect=1 sends a navigation to the login, and back to its page', async t => {
  const { url } = await testGateway(t, { settings: trusted })
  const headers = { 'x-forwarded-uri': '/reports?a=b', ...page }
  const sent = await ask(url, headers, '?redirect=1')
  t.equal(sent.status, 302)
  t.equal(sent.headers.location, `${url}/oauth2/start?rd=%2Freports%3Fa%3Db`)
  const script = { 'x-forwarded-uri': '/reports', accept: '*/*' }
  t.equal((await ask(url, script, '?redirect=1')).status, 401)
  const posted = { ...headers, 'x-forwarded-method': 'POST' }
  t.equal((await ask(url, posted, '?redirect=1')).status, 401)
})

t.test('allowed_groups as oauth2-proxy has it', async t => {
  const { url } = await testGateway(t, { settings: trusted })
  const jane = new PlainBrowser()
  await signIn(jane, `${url}/`)
  const headers = { 'x-original-url': '/x', cookie: jane.cookieHeader(url) }
  const rows: [string, number][] = [
    ['?allowed_groups=staff', 202],
    ['?allowed_groups=admins,staff', 202],
    ['?allowed_groups=admins&allowed_groups=staff', 202],
    ['?allowed_groups=admins', 403],
    ['?allowed_groups=staf', 403],
    ['?allowed_groups=STAFF', 403],
    ['?allowed_groups=', 403],
  ]
  for (const [query, status] of rows)
    t.equal((await ask(url, headers, query)).status, status, query)
  t.equal((await ask(url, { 'x-original-url': '/public' }, '?allowed_groups=staff')).status, 401)
})

t.test('the groups asked for send a page to the login too', async t => {
  const { url } = await testGateway(t, { settings: trusted })
  const headers = { 'x-forwarded-uri': '/public', ...page }
  const sent = await ask(url, headers, '?redirect=1&allowed_groups=staff')
  t.equal(sent.status, 302)
  t.equal(sent.headers.location, `${url}/oauth2/start?rd=%2Fpublic`)
  const jane = new PlainBrowser()
  await signIn(jane, `${url}/`)
  const cookie = jane.cookieHeader(url)
  for (const [group, status] of [
    ['staff', 202],
    ['admins', 403],
  ] as const) {
    const query = `?redirect=1&allowed_groups=${group}`
    t.equal((await ask(url, { ...headers, cookie }, query)).status, status, `public, ${group}`)
  }
})

t.test('a rule in mode report is told, and lets pass with a true identity', async t => {
  const gateway = await testGateway(t)
  const { upstream, lines } = gateway
  const url = await gateway.twin({
    ...trusted,
    mode: 'report',
    routes: [{ path: '/', access: { groups: ['admins'] }, upstream: upstream.origin }],
  })
  const reports = () => lines.filter(line => line.includes('access would be refused'))
  t.equal((await ask(url, { 'x-original-url': '/x' })).status, 202)
  t.match(reports(), [/"would":"login"/])
  const jane = new PlainBrowser()
  await signIn(jane, `${gateway.url}/`)
  const answer = await ask(url, { 'x-original-url': '/x', cookie: jane.cookieHeader(url) })
  t.equal(answer.status, 202)
  t.equal(answer.headers['x-auth-request-preferred-username'], 'jane')
  t.match(reports()[1], /"would":"refuse","reason":"groups: admins"/)
})

t.test('a refusal names the requirement in the log, and says what the route explains', async t => {
  const gateway = await testGateway(t)
  const { upstream, lines } = gateway
  const explain = { text: 'Ask finance.', link: 'https://wiki.example.com/access' }
  const url = await gateway.twin({
    ...trusted,
    routes: [{ path: '/', access: { groups: ['admins'] }, explain, upstream: upstream.origin }],
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${gateway.url}/`)
  const cookie = browser.cookieHeader(url)
  const answer = await ask(url, { 'x-original-url': '/x', cookie })
  t.equal(answer.status, 403)
  t.match(JSON.parse(answer.body), { detail: explain.text, link: explain.link })
  t.notMatch(answer.body, 'admins')
  t.ok(lines.some(line => /"access refused"/.test(line) && /"reason":"groups: admins"/.test(line)))
})

// The hosted UI remembers who signed in: sent there without more ado, the browser went round for ever.
t.test('maxAuthAge: the login asks for the password again, and does not go round', async t => {
  const gateway = await testGateway(t)
  const { upstream, clock, emulator } = gateway
  const url = await gateway.twin({
    ...trusted,
    routes: [{ path: '/', access: { maxAuthAge: '10m' }, upstream: upstream.origin }],
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${gateway.url}/`)
  const asked = () =>
    ask(url, { 'x-forwarded-uri': '/x', cookie: browser.cookieHeader(url), ...page }, '?redirect=1')
  t.equal((await asked()).status, 202)
  clock.offsetSeconds = 900
  emulator.faults.clockOffsetSeconds = 900
  const sent = await asked()
  t.equal(sent.status, 302)
  const start = String(sent.headers.location)
  const toLogin = await browser.visit(start.replace(url, gateway.url))
  t.match(toLogin.location, /prompt=login/)
  const form = await browser.follow(toLogin.location ?? '')
  t.match(form.body, /name="password"/)
  const back = await submitLogin(browser, form, 'jane', 'Jane-pass1')
  await browser.visit(back.location ?? '')
  t.equal((await asked()).status, 202)

  // A hosted UI that knows no prompt lets the old sign-in pass.
  const stale = new PlainBrowser()
  emulator.faults.clockOffsetSeconds = 0
  await signIn(stale, `${gateway.url}/`)
  const cookie = stale.cookieHeader(url)
  const again = await ask(url, { 'x-forwarded-uri': '/x', cookie, ...page }, '?redirect=1')
  t.equal(again.status, 403, 'just signed in, and too long ago all the same')
})

t.test('a refreshed cookie passes through, and Bearer tokens count', async t => {
  const { url, emulator, clock } = await testGateway(t, { settings: trusted })
  const jane = new PlainBrowser()
  await signIn(jane, `${url}/`)
  clock.offsetSeconds = 3500
  emulator.faults.clockOffsetSeconds = 3500
  const headers = { 'x-original-url': '/x', cookie: jane.cookieHeader(url) }
  const answer = await ask(url, headers)
  t.equal(answer.status, 202)
  t.match(String(answer.headers['set-cookie']), 'cgw-session=')
  const { access_token: token } = await emulator.administration.tokensFor(
    'jane',
    '1testclient0000000000000001',
  )
  const api = { 'x-original-url': '/x', authorization: `Bearer ${token}` }
  t.equal((await ask(url, api)).status, 202)
  t.equal((await ask(url, { ...api, authorization: 'Bearer x' })).status, 401)
})

t.test(
  'what a trusted proxy says of client, host and id is passed on; others are not believed',
  async t => {
    const gateway = await testGateway(t)
    const { url, upstream } = gateway
    const believing = await gateway.twin(trusted)
    const said = {
      'x-forwarded-for': '6.6.6.6, 203.0.113.9',
      'x-forwarded-host': 'localhost',
      'x-forwarded-proto': 'https',
      'x-request-id': 'from-the-proxy',
      host: 'internal:8080',
    }
    const direct = await request(`${url}/public`, { headers: said })
    t.equal(direct.statusCode, 421, 'the Host header counts')
    await direct.body.dump()
    const answer = await request(`${believing}/public`, { headers: said })
    t.equal(answer.statusCode, 200)
    await answer.body.dump()
    t.match(upstream.seen.at(-1)?.headers, {
      'x-forwarded-for': /^203\.0\.113\.9, (?:127\.0\.0\.1|::1)$/,
      'x-forwarded-host': new URL(url).host,
      'x-forwarded-proto': 'http',
      'x-request-id': 'from-the-proxy',
    })
    const plain = await request(`${url}/public`, { headers: { ...said, host: 'localhost' } })
    await plain.body.dump()
    const headers = upstream.seen.at(-1)?.headers
    t.match(headers?.['x-forwarded-for'], /^(?:127\.0\.0\.1|::1)$/)
    t.not(headers?.['x-request-id'], 'from-the-proxy')
  },
)

t.test('encoded slashes and empty segments as the route allows them', async t => {
  const { origin: upstream } = await recordingUpstream(t)
  const { url } = await testGateway(t, {
    settings: {
      ...trusted,
      routes: [
        { path: '/git', access: 'public', upstream, encodedSlash: true },
        { path: '/', access: 'public', upstream },
      ],
    },
  })
  for (const [target, status] of [
    ['/git/group%2Fname', 202],
    ['/wiki/group%2Fname', 400],
    ['/git//x', 400],
    ['/git%2fx', 400],
  ] as const) {
    t.equal((await ask(url, { 'x-original-url': target })).status, status, target)
  }
})
