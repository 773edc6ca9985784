// What comes back wrong from a browser or from Cognito: a clear answer with an id, the reason in the log, no
// secret in either, and the gateway serves on.
import t, { type Test } from 'tap'
import { type TestGateway, testGateway } from '../fixtures/gateway.js'
import { type Answer, PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn, signInUpToCallback, submitLogin } from '../fixtures/sign-in.js'

function assertRefused(
  t: Test,
  { lines }: TestGateway,
  answer: Answer,
  status: number,
  code: string,
): void {
  t.equal(answer.status, status)
  t.match(answer.body, code)
  const id = String(answer.headers['x-request-id'])
  t.match(answer.body, id, 'the id is on the page')
  t.ok(
    lines.some(line => line.includes(id) && line.includes(code)),
    'and in the log',
  )
  t.match(answer.headers['content-security-policy'], "default-src 'none'")
  for (const name of ['server', 'x-powered-by', 'via']) t.notOk(name in answer.headers, name)
  t.notMatch(
    answer.body,
    /fastify|undici|node_modules|\.[jt]s:\d|v\d+\.\d+\.\d+/i,
    'nothing of the inside',
  )
}

t.test('a callback with a state that is missing, doubled, foreign or reused', async t => {
  const gateway = await testGateway(t)
  const { url } = gateway
  const browser = new PlainBrowser()
  const callback = new URL(await signInUpToCallback(browser, `${url}/page`))
  const { code = '', state = '' } = Object.fromEntries(callback.searchParams)
  const rows: [string, string, string][] = [
    ['no state', `?code=${code}`, 'GW_ERR_CALLBACK_INVALID'],
    ['empty state', `?code=${code}&state=`, 'GW_ERR_CALLBACK_INVALID'],
    ['two states', `?code=${code}&state=${state}&state=${state}`, 'GW_ERR_CALLBACK_INVALID'],
    ['no code', `?state=${state}`, 'GW_ERR_CALLBACK_INVALID'],
    [
      'a token in its place',
      `?access_token=eyJ&token_type=Bearer&state=${state}`,
      'GW_ERR_CALLBACK_INVALID',
    ],
    ['an ID token beside it', `?code=${code}&id_token=eyJ&state=abc.def`, 'GW_ERR_STATE_UNKNOWN'],
    ['two codes', `?code=${code}&code=1&state=${state}`, 'GW_ERR_CALLBACK_INVALID'],
    ['a foreign state', `?code=${code}&state=abc.def`, 'GW_ERR_STATE_UNKNOWN'],
    ['a changed state', `?code=${code}&state=${state.slice(0, -1)}_`, 'GW_ERR_STATE_UNKNOWN'],
    ['rubbish', '?code=%00&state=%F0%9F%92%A9', 'GW_ERR_STATE_UNKNOWN'],
  ]
  for (const [name, query, expected] of rows) {
    const answer = await new PlainBrowser().visit(`${url}/oauth2/callback${query}`)
    t.test(name, async t => assertRefused(t, gateway, answer, 400, expected))
  }
  t.equal((await browser.follow(callback.href)).status, 200, 'the right one still works')
  const text = gateway.lines.join('')
  t.notOk(text.includes(code) || text.includes(state), 'neither code nor state in the log')
})

t.test('a state of another browser signs nobody in', async t => {
  const { url } = await testGateway(t)
  const callback = await signInUpToCallback(new PlainBrowser(), `${url}/page`)
  const victim = new PlainBrowser()
  const answer = await victim.visit(callback)
  t.equal(answer.status, 302)
  t.match(answer.location, /\/oauth2\/authorize/, 'a login of its own is begun')
  t.equal((await victim.fetch(`${url}/`)).status, 401)
})

t.test('errors from the hosted UI, with and without state', async t => {
  const gateway = await testGateway(t)
  const rows: [string, number, string][] = [
    ['?error=access_denied&state=x', 403, 'GW_ERR_LOGIN_REFUSED'],
    ['?error=access_denied', 403, 'GW_ERR_LOGIN_REFUSED'],
    [
      '?error_description=invalid_scope&state=S&error=invalid_request',
      500,
      'GW_ERR_LOGIN_MISCONFIGURED',
    ],
    [
      '?error_description=unauthorized_client&error=invalid_request',
      500,
      'GW_ERR_LOGIN_MISCONFIGURED',
    ],
    ['?error=server_error', 503, 'GW_ERR_COGNITO_UNAVAILABLE'],
    ['?error=%3Cscript%3Ealert(1)%3C/script%3E', 403, 'GW_ERR_LOGIN_REFUSED'],
    ['?error=__proto__', 403, 'GW_ERR_LOGIN_REFUSED'],
  ]
  for (const [query, status, code] of rows) {
    const answer = await new PlainBrowser().visit(`${gateway.url}/oauth2/callback${query}`)
    t.test(query, async t => {
      assertRefused(t, gateway, answer, status, code)
      t.notMatch(answer.body, '<script')
    })
  }
})

t.test('a code that was used, and a secret that is wrong', async t => {
  const gateway = await testGateway(t)
  const { url, emulator } = gateway
  const json = { 'content-type': 'application/json' }
  for (const [body, status, code] of [
    ['{"error":"invalid_grant"}', 400, 'GW_ERR_CODE_REFUSED'],
    ['{"error":"invalid_client"}', 500, 'GW_ERR_LOGIN_MISCONFIGURED'],
    ['{"error":"surprise"}', 503, 'GW_ERR_COGNITO_UNAVAILABLE'],
  ] as const) {
    const browser = new PlainBrowser()
    const callback = await signInUpToCallback(browser, `${url}/page`)
    emulator.faults.set('/oauth2/token', { status: 400, body, headers: json })
    const answer = await browser.visit(callback)
    t.test(body, async t => assertRefused(t, gateway, answer, status, code))
    emulator.faults.clear()
  }
})

t.test('cookies full of rubbish are nobody, are cleared, and never an error', async t => {
  const { url, lines } = await testGateway(t)
  const many = Array.from({ length: 600 }, (_, n) => `cgw-session.${n}=x`).join('; ')
  for (const cookie of [
    'cgw-session=',
    'cgw-session=1.rubbish',
    'cgw-session=9.x',
    'cgw-session=10000.x',
    'cgw-session=2.x',
    'cgw-session=__proto__; cgw-login-=x; cgw-rounds=x; cgw-signed-out=x',
    many,
    ';;;=;=;',
  ]) {
    const answer = await new PlainBrowser().visit(`${url}/page`, { headers: { cookie } })
    t.equal(answer.status, 302, cookie.slice(0, 40))
  }
  t.notOk(lines.some(line => line.includes('GW_ERR_INTERNAL')))
})

t.test('what is sealed for one purpose, or shown in another place, is no session', async t => {
  const { url } = await testGateway(t)
  const browser = new PlainBrowser()
  const started = await browser.visit(`${url}/page`)
  const state = new URL(started.location ?? '').searchParams.get('state') ?? ''
  const transaction = /^cgw-login-[^=]+=([^;]+)/.exec(started.setCookies[0] ?? '')?.[1] ?? ''
  await signIn(browser, `${url}/`)
  const cookie = browser.cookieHeader(url)
  const [, session = ''] = /cgw-session=([^;]+)/.exec(cookie) ?? []
  for (const sealed of [transaction, state, session]) t.ok(sealed.length > 60, 'it is there')
  const rows: [string, string, Record<string, string>, string?][] = [
    ['a transaction', '/x', { cookie: `cgw-session=1.${transaction}` }],
    ['a state', '/x', { cookie: `cgw-session=1.${state.split('.')[1]}` }],
    ['the session in the query', `/x?${cookie.replaceAll('; ', '&')}`, {}],
    ['in a header of its own', '/x', { 'cgw-session': session, 'x-session': session }],
    ['as a token', '/x', { authorization: `Bearer ${session}` }],
    ['in the body', '/x', { 'content-type': 'application/x-www-form-urlencoded' }, cookie],
    [
      'under another name',
      '/x',
      { cookie: cookie.replaceAll('cgw-session', '__Host-cgw-session') },
    ],
  ]
  for (const [why, path, headers, body] of rows) {
    const answer = await fetch(url + path, {
      headers: { accept: '*/*', 'sec-fetch-site': 'same-origin', ...headers },
      ...(body === undefined ? {} : { method: 'POST', body }),
    })
    t.equal(answer.status, 401, why)
  }
  t.equal((await fetch(`${url}/x`, { headers: { cookie } })).status, 200, 'in its place')
})

t.test('rd leads to our own origin or nowhere', async t => {
  const gateway = await testGateway(t)
  const { url } = gateway
  const refused = [
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '\\\\evil.example',
    'https://evil.example/',
    'https:evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    `${url}@evil.example/`,
    `http://user@${new URL(url).host}/`,
    '/.//evil.example',
    'http://localhost.evil.example/',
  ]
  for (const rd of refused) {
    const query = new URLSearchParams({ rd })
    for (const path of ['start', 'sign_in', 'sign_out']) {
      const answer = await new PlainBrowser().visit(`${url}/oauth2/${path}?${query}`)
      t.equal(answer.status, 400, `${path} ${rd}`)
      t.match(answer.body, 'GW_ERR_RETURN_TO_REFUSED')
    }
  }
  for (const rd of ['/a?b=c#d', `${url}/a?b=c#d`, '/한국어', 'a?b=c#d']) {
    const answer = await new PlainBrowser().visit(
      `${url}/oauth2/start?${new URLSearchParams({ rd })}`,
    )
    t.equal(answer.status, 302, rd)
  }
  const twice = await new PlainBrowser().visit(`${url}/oauth2/start?rd=/a&rd=//evil.example`)
  t.equal(twice.status, 400)
})

t.test('a head that is too large is 431, bad framing 400, and others are served on', async t => {
  const { url } = await testGateway(t)
  const large = await fetch(`${url}/public`, { headers: { cookie: `a=${'x'.repeat(40_000)}` } })
  t.equal(large.status, 431)
  t.match(await large.text(), 'GW_ERR_HEADERS_TOO_LARGE')
  t.equal((await fetch(`${url}/public`)).status, 200)
})

t.test('who leaves while a code is redeemed breaks nothing', async t => {
  const { url, emulator } = await testGateway(t)
  const browser = new PlainBrowser()
  const callback = await signInUpToCallback(browser, `${url}/page`)
  emulator.faults.set('/oauth2/token', { delayMs: 300, times: 1 })
  const leaving = new AbortController()
  const left = fetch(callback, {
    headers: { cookie: browser.cookieHeader(url), 'sec-fetch-mode': 'navigate' },
    redirect: 'manual',
    signal: leaving.signal,
  }).catch(() => 'left')
  while (emulator.faults.list().length > 0) await new Promise(setImmediate)
  leaving.abort()
  t.equal(await left, 'left')
  const redeemed = () => emulator.calls.some(({ grantType }) => grantType === 'authorization_code')
  while (!redeemed()) await new Promise(setImmediate)
  t.equal((await signIn(new PlainBrowser(), `${url}/page`)).status, 200, 'others sign in')
  t.equal((await browser.follow(callback)).status, 200, 'and so does whoever comes back')
})

t.test('a wrong password stays at the hosted UI', async t => {
  const { url } = await testGateway(t)
  const browser = new PlainBrowser()
  const page = await browser.follow(`${url}/page`)
  const again = await submitLogin(browser, page, 'jane', 'wrong')
  t.equal(again.status, 200)
  t.match(again.body, 'Incorrect username or password.')
})
