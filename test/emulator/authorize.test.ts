// Parameters of an authorization request beyond the plain ones, and the implicit grant.
import { decodeJwt } from 'jose'
import t from 'tap'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import {
  askToken,
  authorizeUrl,
  callbackUrl,
  getCode,
  publicId,
  testPool,
} from '../fixtures/pool-client.js'

const bare = `${callbackUrl}?error=invalid_request&state=S`
const scopeRefused = `${callbackUrl}?error_description=invalid_scope&state=S&error=invalid_request`
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

/** null: on to the sign-in page. */
const rows: [string, Record<string, string | null>, string | null][] = [
  ['PKCE by S256', { code_challenge: challenge, code_challenge_method: 'S256' }, null],
  ['PKCE by plain', { code_challenge: challenge, code_challenge_method: 'plain' }, bare],
  ['a challenge without method', { code_challenge: challenge }, bare],
  ['a method without challenge', { code_challenge_method: 'S256' }, bare],
  ['no scope: all of the client', { scope: null }, null],
  ['openid alone', { scope: 'openid' }, null],
  ['email without openid', { scope: 'email' }, scopeRefused],
  ['offline_access', { scope: 'openid offline_access' }, scopeRefused],
  ['no response type', { response_type: null }, bare],
  ['no state, nothing wrong', { state: null }, null],
  [
    'no state, a bad scope',
    { state: null, scope: 'x' },
    `${callbackUrl}?error_description=invalid_scope&error=invalid_request`,
  ],
  ['the own provider', { identity_provider: 'COGNITO' }, null],
  ['a provider that is not there', { identity_provider: 'Google' }, bare],
  ['a resource', { resource: 'https://api.example.com/' }, null],
  ['a resource that is no URL', { resource: 'api' }, bare],
  ['a resource over plain http', { resource: 'http://api.example.com/' }, bare],
  ['an unknown language', { lang: 'xx' }, null],
]

t.test('each parameter is judged by itself', async t => {
  const emulator = await testPool(t)
  for (const [name, changes, refused] of rows) {
    const { status, location } = await new PlainBrowser().visit(authorizeUrl(emulator, changes))
    t.equal(status, 302, name)
    if (refused === null) t.match(location, `${emulator.domain}/login?`, name)
    else t.equal(location, refused, name)
  }
})

t.test('the sign-in page gets the query as it was sent', async t => {
  const emulator = await testPool(t)
  const url = `${authorizeUrl(emulator)}&x=a%20b+c%2F`
  const { location } = await new PlainBrowser().visit(url)
  t.equal(location, url.replace('/oauth2/authorize', '/login'))
})

t.test('a code is a UUID, and comes with the state as it was sent', async t => {
  const emulator = await testPool(t)
  const browser = new PlainBrowser()
  t.match(await getCode(emulator, {}, browser), /^[0-9a-f-]{36}$/)
  const state = '{"a":1}&é+'
  const back = new URL((await browser.visit(authorizeUrl(emulator, { state }))).location ?? '')
  t.strictSame([...back.searchParams.keys()], ['code', 'state'])
  t.equal(back.searchParams.get('state'), state)
})

t.test('a session is used, or not, as prompt and max_age say', async t => {
  const clock = { now: 1_700_000_000 }
  const emulator = await testPool(t, {}, { clock: () => clock.now })
  const browser = new PlainBrowser()
  await getCode(emulator, {}, browser)
  clock.now += 100
  const goes = async (changes: Record<string, string>) =>
    (await browser.visit(authorizeUrl(emulator, changes))).location?.split('?')[0]
  const login = `${emulator.domain}/login`
  t.equal(await goes({ prompt: 'none' }), callbackUrl)
  t.equal(await goes({ prompt: 'select_account' }), callbackUrl, 'only forwarded to providers')
  t.equal(await goes({ prompt: 'login' }), login)
  t.equal(await goes({ prompt: 'select_account login' }), login)
  t.equal(await goes({ max_age: '100' }), callbackUrl)
  t.equal(await goes({ max_age: '99' }), login)
  const asked = await browser.follow(authorizeUrl(emulator, { prompt: 'login' }))
  t.notMatch(asked.body, 'Sign in as', 'the page does not offer what was refused')
})

t.test('resource is the audience of the access token, at refresh too', async t => {
  const emulator = await testPool(t)
  const resource = 'https://api.example.com/'
  const code = await getCode(emulator, { resource })
  const { body } = await askToken(emulator, {
    grant_type: 'authorization_code',
    client_id: publicId,
    redirect_uri: callbackUrl,
    code,
  })
  t.equal(decodeJwt(body.access_token ?? '').aud, resource)
  t.equal(decodeJwt(body.id_token ?? '').aud, publicId)
  const refreshed = await askToken(emulator, {
    grant_type: 'refresh_token',
    client_id: publicId,
    refresh_token: body.refresh_token ?? '',
  })
  t.equal(decodeJwt(refreshed.body.access_token ?? '').aud, resource)
})

t.test('the implicit grant answers in the fragment, without a refresh token', async t => {
  const emulator = await testPool(
    t,
    { responseTypes: ['code', 'token'], scopes: ['openid', 'email', 'orders/read'] },
    {},
    { resourceServers: [{ identifier: 'orders', scopes: ['read'] }] },
  )
  const browser = new PlainBrowser()
  await getCode(emulator, {}, browser)
  const fragment = async (changes: Record<string, string>) => {
    const query = { response_type: 'token', ...changes }
    const { hash } = new URL((await browser.visit(authorizeUrl(emulator, query))).location ?? '')
    return new URLSearchParams(hash.slice(1))
  }
  const tokens = await fragment({ nonce: 'N' })
  t.strictSame(
    [...tokens.keys()],
    ['id_token', 'access_token', 'expires_in', 'token_type', 'state'],
  )
  t.equal(decodeJwt(tokens.get('id_token') ?? '').nonce, 'N')
  t.notOk((await fragment({ scope: 'orders/read' })).has('id_token'), 'only with openid')
  t.equal(
    String(await fragment({ scope: 'nothing' })),
    'error_description=invalid_scope&state=S&error=invalid_request',
  )
})
