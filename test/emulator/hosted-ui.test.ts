// The hosted UI: authorize, login, logout, the error page, userInfo and revocation.
import t from 'tap'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import {
  askToken,
  authorizeUrl,
  basic,
  callbackUrl,
  confidential,
  getCode,
  logoutUrl,
  publicId,
  signInAtPool,
  testPool,
} from '../fixtures/pool-client.js'

/** As it stands in HTML. */
const missing = 'Required String parameter &#39;redirect_uri&#39; is not present'

t.test(
  "what is wrong with an authorize request comes back in Cognito's words and order",
  async t => {
    const emulator = await testPool(t)
    const error = (description: string) =>
      `${callbackUrl}?error_description=${description}&state=S&error=invalid_request`
    const rows: [string, Record<string, string | null>, string][] = [
      ['a scope that is not enabled', { scope: 'openid offline_access' }, error('invalid_scope')],
      ['implicit that is not enabled', { response_type: 'token' }, error('unauthorized_client')],
      [
        'plain PKCE',
        { code_challenge: 'x', code_challenge_method: 'plain' },
        `${callbackUrl}?error=invalid_request&state=S`,
      ],
      [
        'a challenge without method',
        { code_challenge: 'x' },
        `${callbackUrl}?error=invalid_request&state=S`,
      ],
      ['nobody for prompt=none', { prompt: 'none' }, `${callbackUrl}?error=login_required&state=S`],
      [
        'another redirect URI',
        { redirect_uri: `${callbackUrl}/` },
        `${emulator.domain}/error?error=redirect_mismatch&client_id=${publicId}`,
      ],
      [
        'another case',
        { redirect_uri: callbackUrl.toUpperCase() },
        `${emulator.domain}/error?error=redirect_mismatch&client_id=${publicId}`,
      ],
      [
        'an unknown client',
        { client_id: 'nobody' },
        `${emulator.domain}/error?error=invalid_request`,
      ],
    ]
    for (const [name, changes, location] of rows) {
      const answer = await new PlainBrowser().visit(authorizeUrl(emulator, changes))
      t.equal(answer.status, 302, name)
      t.equal(answer.location, location, name)
    }
    const good = await new PlainBrowser().visit(authorizeUrl(emulator))
    t.match(good.location, `${emulator.domain}/login?`)
    const absent = await new PlainBrowser().visit(authorizeUrl(emulator, { redirect_uri: null }))
    t.equal(absent.status, 400)
    t.match(absent.body, missing)
    const page = await new PlainBrowser().visit(`${emulator.domain}/error?error=redirect_mismatch`)
    t.equal(page.status, 400)
    t.match(page.body, 'An error was encountered with the requested page.')
    t.match(page.body, 'Local Cognito emulator')
  },
)

t.test('the hosted UI signs in silently for an hour from the interactive sign-in', async t => {
  const clock = { now: Math.floor(Date.now() / 1000) }
  const emulator = await testPool(t, {}, { clock: () => clock.now })
  const browser = new PlainBrowser()
  await getCode(emulator, {}, browser)
  clock.now += 3599
  const silent = await browser.visit(authorizeUrl(emulator))
  t.match(silent.location, `${callbackUrl}?code=`)
  t.match((await browser.visit(authorizeUrl(emulator, { prompt: 'login' }))).location, '/login?')
  const direct = await browser.visit(authorizeUrl(emulator).replace('/oauth2/authorize', '/login'))
  t.match(direct.body, 'Sign in as jane')
  clock.now += 1
  t.match((await browser.visit(authorizeUrl(emulator))).location, '/login?')
})

t.test('a form without its token is shown again', async t => {
  const emulator = await testPool(t)
  const browser = new PlainBrowser()
  const page = await browser.follow(authorizeUrl(emulator))
  const answer = await browser.visit(page.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ _csrf: 'x', username: 'jane', password: 'Jane-pass1' }).toString(),
  })
  t.equal(answer.status, 200)
  t.match(answer.body, 'too old')
})

t.test('logout knows two shapes, ends the session, and appends nothing', async t => {
  const emulator = await testPool(t)
  const browser = new PlainBrowser()
  await getCode(emulator, {}, browser)
  const out = (query: Record<string, string>) =>
    browser.visit(`${emulator.domain}/logout?${new URLSearchParams(query)}`)
  t.match(await out({ client_id: publicId, logout_uri: `${logoutUrl}?x` }), {
    status: 400,
    body: missing,
  })
  t.match(await out({ client_id: publicId }), { status: 400, body: missing })
  t.match(await out({ client_id: 'nobody', logout_uri: logoutUrl }), { status: 400 })
  t.match((await browser.visit(authorizeUrl(emulator))).location, '?code=', 'still signed in')
  t.equal(
    (await out({ client_id: publicId, logout_uri: logoutUrl, state: 'x' })).location,
    logoutUrl,
  )
  t.match((await browser.visit(authorizeUrl(emulator))).location, '/login?', 'signed out')
  const again = await out({ client_id: publicId, redirect_uri: callbackUrl, response_type: 'code' })
  t.match(again.location, `${emulator.domain}/login?client_id=`)
})

t.test('userInfo answers strings, and refuses with a challenge without a scheme', async t => {
  const emulator = await testPool(t)
  const {
    access_token: access = '',
    id_token: id = '',
    refresh_token: refresh = '',
  } = await signInAtPool(emulator)
  const ask = (authorization?: string) =>
    fetch(`${emulator.domain}/oauth2/userInfo`, { headers: authorization ? { authorization } : {} })
  const good = await ask(`Bearer ${access}`)
  t.match(await good.json(), {
    username: 'jane',
    email: 'jane@example.com',
    email_verified: 'true',
  })
  t.equal((await ask()).status, 400)
  const wrong = await ask(`Bearer ${id}`)
  t.equal(wrong.status, 401)
  t.match(wrong.headers.get('www-authenticate'), /^error="invalid_token", /)
  await fetch(`${emulator.domain}/oauth2/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ token: refresh, client_id: publicId }),
  })
  t.equal((await ask(`Bearer ${access}`)).status, 401, 'revoked with its refresh token')
})

t.test('revocation: 200 and empty, 400, and 401 for the client', async t => {
  const emulator = await testPool(t)
  const { access_token: access = '', refresh_token: refresh = '' } = await signInAtPool(emulator)
  const revoke = async (fields: Record<string, string>, authorization?: string) => {
    const answer = await fetch(`${emulator.domain}/oauth2/revoke`, {
      method: 'POST',
      headers: authorization ? { authorization } : {},
      body: new URLSearchParams(fields),
    })
    return [answer.status, await answer.text()]
  }
  const client = { client_id: publicId }
  t.strictSame(await revoke(client), [400, '{"error":"invalid_request"}'])
  t.strictSame(await revoke({ ...client, token: access }), [
    400,
    '{"error":"unsupported_token_type"}',
  ])
  t.strictSame(await revoke({ token: refresh, client_id: confidential.id }), [
    401,
    '{"error":"invalid_client"}',
  ])
  t.strictSame(await revoke({ token: refresh }, basic(confidential.id, confidential.secret)), [
    200,
    '',
  ])
  const again = { grant_type: 'refresh_token', ...client, refresh_token: refresh }
  t.equal((await askToken(emulator, again)).status, 200, "another client's call revokes nothing")
  t.strictSame(await revoke({ ...client, token: refresh }), [200, ''])
  t.strictSame(await revoke({ ...client, token: refresh }), [200, ''])
  t.equal((await askToken(emulator, again)).status, 400)
})
