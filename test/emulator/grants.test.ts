// Refusals of the token and revocation endpoints that the plain walk does not meet.
import { decodeJwt } from 'jose'
import t from 'tap'
import {
  askToken,
  callbackUrl,
  confidential,
  getCode,
  publicId,
  testPool,
} from '../fixtures/pool-client.js'

const refused = (error: string) => ({ status: 400, body: { error } })
const client = { client_id: publicId }

t.test('what is missing or unknown in a token request', async t => {
  const emulator = await testPool(t)
  const code = { ...client, grant_type: 'authorization_code', redirect_uri: callbackUrl, code: 'x' }
  const refresh = { ...client, grant_type: 'refresh_token', refresh_token: 'x' }
  const rows: [string, Record<string, string>, string][] = [
    ['an unknown code', code, 'invalid_grant'],
    ['an unknown refresh token', refresh, 'invalid_grant'],
    ['no grant type', client, 'invalid_request'],
    ['no code', { ...client, grant_type: 'authorization_code' }, 'invalid_request'],
    ['no redirect_uri', { ...client, grant_type: code.grant_type, code: 'x' }, 'invalid_request'],
    ['no refresh token', { ...client, grant_type: 'refresh_token' }, 'invalid_request'],
    ['another grant', { ...client, grant_type: 'password' }, 'unsupported_grant_type'],
    ['a grant not enabled', { ...client, grant_type: 'client_credentials' }, 'unauthorized_client'],
  ]
  for (const [name, fields, error] of rows) {
    t.strictSame(await askToken(emulator, fields), refused(error), name)
  }
  const json = await fetch(`${emulator.domain}/oauth2/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(refresh),
  })
  t.equal(json.status, 400)
  t.equal(json.headers.get('content-type'), 'application/json;charset=UTF-8')
  t.strictSame(await json.json(), { error: 'invalid_request' }, 'another content type')
})

t.test('a client without the code grant, and a code or token of another client', async t => {
  const emulator = await testPool(t, { responseTypes: ['token'] })
  const fields = { ...client, grant_type: 'authorization_code', redirect_uri: callbackUrl }
  t.strictSame(await askToken(emulator, { ...fields, code: 'x' }), refused('unauthorized_client'))
  const { refresh_token: foreign } = await emulator.administration.tokensFor(
    'jane',
    confidential.id,
  )
  const refresh = { ...client, grant_type: 'refresh_token', refresh_token: foreign }
  t.strictSame(await askToken(emulator, refresh), refused('invalid_grant'))
})

t.test('a verifier without a challenge is refused', async t => {
  const emulator = await testPool(t)
  const fields = { ...client, grant_type: 'authorization_code', redirect_uri: callbackUrl }
  const ask = async (more: Record<string, string>) =>
    (await askToken(emulator, { ...fields, ...more, code: await getCode(emulator) })).status
  t.equal(await ask({ code_verifier: 'x'.repeat(43) }), 400)
  t.equal(await ask({}), 200)
})

t.test('a client that may not read what a scope covers gets no tokens', async t => {
  const ask = async (readAttributes: string[]) => {
    const emulator = await testPool(t, { readAttributes })
    const code = await getCode(emulator)
    const fields = { ...client, grant_type: 'authorization_code', redirect_uri: callbackUrl }
    return askToken(emulator, { ...fields, code })
  }
  t.strictSame(await ask(['email']), refused('invalid_grant'), 'email_verified is not enough')
  const { status, body } = await ask(['email', 'email_verified'])
  t.equal(status, 200)
  t.match(decodeJwt(body.id_token ?? ''), { email: 'jane@example.com', email_verified: true })
})

t.test('of two refreshes at once without grace one is refused', async t => {
  const emulator = await testPool(t, { rotation: { graceSeconds: 0 } })
  const { refresh_token: token } = await emulator.administration.tokensFor('jane', publicId)
  const fields = { ...client, grant_type: 'refresh_token', refresh_token: token }
  const answers = await Promise.all([askToken(emulator, fields), askToken(emulator, fields)])
  t.strictSame(answers.map(({ status }) => status).sort(), [200, 400])
})

t.test('refreshed tokens are of the same sign-in', async t => {
  const clock = { now: 1_700_000_000 }
  const emulator = await testPool(t, {}, { clock: () => clock.now })
  const first = await emulator.administration.tokensFor('jane', publicId)
  clock.now += 60
  const fields = { ...client, grant_type: 'refresh_token', refresh_token: first.refresh_token }
  const { body } = await askToken(emulator, fields)
  const [before, after] = [first.access_token, body.access_token ?? ''].map(decodeJwt)
  for (const name of ['sub', 'origin_jti', 'auth_time', 'scope']) {
    t.equal(after?.[name], before?.[name], name)
  }
  t.not(after?.jti, before?.jti)
  t.equal(after?.iat, 1_700_000_060)
})

t.test('without token revocation, revoke refuses and tokens have no jti', async t => {
  const emulator = await testPool(t, { tokenRevocation: false })
  const { administration, domain } = emulator
  const tokens = await administration.tokensFor('jane', publicId)
  for (const token of [tokens.access_token, tokens.id_token ?? '']) {
    t.notOk('jti' in decodeJwt(token) || 'origin_jti' in decodeJwt(token))
  }
  const body = new URLSearchParams({ ...client, token: tokens.refresh_token })
  const answer = await fetch(`${domain}/oauth2/revoke`, { method: 'POST', body })
  t.equal(answer.status, 400)
  t.strictSame(await answer.json(), { error: 'invalid_request' })
})

t.test(
  'three endpoints are open to scripts, the preflight too; every answer has an id',
  async t => {
    const { domain } = await testPool(t)
    for (const path of ['/oauth2/token', '/oauth2/revoke', '/oauth2/userInfo']) {
      const { status, headers } = await fetch(domain + path, { method: 'OPTIONS' })
      t.equal(status, 200)
      t.equal(headers.get('access-control-allow-origin'), '*', path)
    }
    for (const path of ['/login', '/error', '/nothing', '/logout', '/oauth2/userInfo']) {
      const { headers } = await fetch(domain + path)
      t.match(headers.get('x-amz-cognito-request-id'), /^[0-9a-f-]{36}$/, path)
    }
    const get = await fetch(`${domain}/oauth2/token`)
    t.equal(get.status, 405)
    t.match(get.headers.get('set-cookie'), /^XSRF-TOKEN=/)
  },
)

t.test('a logout_uri that is not registered is refused, whatever else is there', async t => {
  const { domain } = await testPool(t)
  const out = (query: Record<string, string>) =>
    fetch(`${domain}/logout?${new URLSearchParams({ ...client, ...query })}`, {
      redirect: 'manual',
    })
  const other = { response_type: 'code', redirect_uri: callbackUrl }
  t.equal((await out({ ...other, logout_uri: 'https://else.example/' })).status, 400)
  t.equal((await out(other)).status, 302)
  t.match(
    (await out({ ...other, redirect_uri: 'https://else.example/' })).headers.get('location'),
    '/error?error=redirect_mismatch',
  )
})
