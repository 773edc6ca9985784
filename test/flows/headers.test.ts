// What an application is told of a person, and what nobody else can tell it.

import t from 'tap'
import { request } from 'undici'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'

const password = 'correct horse battery'

t.test('styles by the settings; what a style sets no client can send, on any route', async t => {
  const { url, upstream } = await testGateway(t, {
    settings: {
      identity: {
        style: ['auth-request', 'basic'],
        user: 'username',
        password,
        headers: { 'X-Employee': 'email' },
      },
    },
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const lies = {
    authorization: 'Basic YWRtaW46eA==',
    'x-employee': 'boss',
    X_Employee: 'boss',
    'x-auth-request-groups': 'admins',
    x_forwarded_user: 'admin',
  }
  const { body } = await browser.fetch(`${url}/x`, lies)
  const { headers } = JSON.parse(body) as { headers: Record<string, string> }
  t.match(headers, {
    'x-auth-request-user': 'jane',
    'x-auth-request-groups': 'staff',
    'x-employee': 'jane@example.com',
    authorization: `Basic ${Buffer.from(`jane:${password}`).toString('base64')}`,
  })
  t.notOk('x-forwarded-user' in headers, 'not asked for')
  t.notMatch(body, /boss|admin/)

  const answer = await request(`${url}/public/x`, { headers: lies })
  await answer.body.dump()
  t.notMatch(JSON.stringify(upstream.seen.at(-1)?.rawHeaders), /boss|admin|Basic/)
})

t.test('lies of a client reach no application, whoever it is and whatever it asks', async t => {
  const gateway = await testGateway(t)
  const { upstream, emulator } = gateway
  const { origin } = upstream
  const url = await gateway.twin({
    routes: [
      { path: '/optional', access: 'optional', upstream: origin },
      { path: '/report', access: { groups: ['admins'] }, mode: 'report', upstream: origin },
      { path: '/own', access: 'signed-in', cors: 'application', upstream: origin },
      { path: '/', access: 'signed-in', upstream: origin },
    ],
  })
  const { access_token: token } = await emulator.administration.tokensFor(
    'jane',
    '1testclient0000000000000001',
  )
  const lies = {
    'x-forwarded-email': 'mallory@example.com',
    X_Forwarded_Groups: 'mallory',
    'x-forwarded.user': 'mallory',
    connection: 'X-Forwarded-User, x-forwarded-groups',
  }
  const preflight = { origin: 'https://evil.example', 'access-control-request-method': 'PUT' }
  const rows: [string, string, string, Record<string, string>][] = [
    ['nobody', 'GET', '/optional', {}],
    ['nobody, where it is only reported', 'GET', '/report', {}],
    ['a Bearer token, which knows no e-mail', 'GET', '/x', { authorization: `Bearer ${token}` }],
    ['the same, without leave', 'GET', '/report', { authorization: `Bearer ${token}` }],
    ['a preflight', 'OPTIONS', '/own', preflight],
  ]
  for (const [who, method, path, headers] of rows) {
    upstream.seen.length = 0
    const answer = await request(url + path, {
      method: method as 'GET',
      headers: { ...lies, ...headers },
    })
    await answer.body.dump()
    t.equal(answer.statusCode, 200, who)
    const [seen] = upstream.seen
    t.notMatch(JSON.stringify(seen?.rawHeaders), 'mallory', who)
    t.equal(seen?.headers['x-forwarded-email'], undefined, who)
    const isJane = 'authorization' in headers
    t.equal(seen?.headers['x-forwarded-groups'], isJane ? 'staff' : undefined, who)
  }
})

t.test('the person’s own token, for applications that verify it', async t => {
  const { url, emulator } = await testGateway(t, {
    settings: { identity: { style: ['forwarded', 'bearer'], token: 'id', accessToken: true } },
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const { headers } = JSON.parse((await browser.fetch(`${url}/x`)).body) as {
    headers: Record<string, string>
  }
  const claims = (jwt = '') =>
    JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as object
  t.match(claims(headers.authorization), { token_use: 'id', iss: emulator.issuer })
  t.match(claims(headers['x-forwarded-access-token']), { token_use: 'access' })
})

t.test('a route shows its application some groups, and no more than it takes', async t => {
  const groups = Array.from({ length: 60 }, (_, n) => `team-${n}`)
  const gateway = await testGateway(t, {
    users: [
      {
        username: 'jane',
        password: 'Jane-pass1',
        groups: ['staff', ...groups],
        attributes: { email: 'jane@example.com' },
      },
    ],
  })
  const { upstream, lines } = gateway
  const url = await gateway.twin({
    routes: [
      {
        path: '/some',
        access: 'signed-in',
        groups: { only: ['staff', 'team-1*'] },
        upstream: upstream.origin,
      },
      { path: '/small', access: 'signed-in', maxIdentityBytes: 400, upstream: upstream.origin },
      {
        path: '/both',
        access: 'signed-in',
        groups: { only: ['staff'] },
        maxIdentityBytes: 400,
        upstream: upstream.origin,
      },
      { path: '/', access: 'signed-in', upstream: upstream.origin },
    ],
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${gateway.url}/`)
  const groupsAt = async (path: string) => {
    const { body } = await browser.fetch(url + path)
    return (JSON.parse(body) as { headers?: Record<string, string> }).headers?.[
      'x-forwarded-groups'
    ]
  }
  t.equal((await groupsAt('/'))?.split(',').length, 61)
  t.equal(
    await groupsAt('/some'),
    ['staff', 'team-1', ...Array.from({ length: 10 }, (_, n) => `team-1${n}`)].join(','),
  )
  t.equal(await groupsAt('/both'), 'staff')
  const before = upstream.seen.length
  const refused = await browser.visit(`${url}/small`)
  t.equal(refused.status, 431)
  t.match(refused.body, /GW_ERR_IDENTITY_TOO_LARGE/)
  t.match(refused.body, /have \d{3} bytes; this application takes 400/)
  t.ok(lines.some(line => line.includes('groups.only')))
  t.equal(upstream.seen.length, before)
})

t.test('한국어 names arrive as UTF-8, and trailers do not arrive at all', async t => {
  const { url, upstream } = await testGateway(t, {
    settings: { identity: { headers: { 'X-Name': 'name' } } },
    users: [
      {
        username: '김영희',
        password: 'Jane-pass1',
        groups: ['개발팀'],
        attributes: { email: 'kim@example.com', name: '김영희' },
      },
    ],
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`, '김영희', 'Jane-pass1')
  await browser.fetch(`${url}/x`)
  const { headers } = upstream.seen.at(-1) ?? { headers: {} as Record<string, string> }
  const text = (name: string) => Buffer.from(String(headers[name]), 'latin1').toString('utf8')
  t.equal(text('x-name'), '김영희')
  t.equal(text('x-forwarded-groups'), '개발팀')
  t.equal(text('x-forwarded-preferred-username'), '김영희')
})

// Decided on as POST, and carried out as DELETE.
t.test('where routes have methods, no header says another one', async t => {
  const gateway = await testGateway(t)
  const { url, upstream } = gateway
  const { origin } = upstream
  const byMethod = await gateway.twin({
    routes: [
      { path: '/public', methods: ['GET', 'POST'], access: 'public', upstream: origin },
      { path: '/public', access: 'deny' },
    ],
  })
  const headers = {
    'x-http-method-override': 'DELETE',
    'X-Method_Override': 'DELETE',
    'x-http-method': 'DELETE',
  }
  for (const [at, kept] of [
    [byMethod, 0],
    [url, 3],
  ] as const) {
    const answer = await request(`${at}/public`, { method: 'POST', headers })
    await answer.body.dump()
    const names = Object.keys(upstream.seen.at(-1)?.headers ?? {})
    t.equal(names.filter(name => /method/.test(name)).length, kept)
  }
})
