// The token endpoint, row by row: Cognito's statuses and bodies, not the standard's.
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import t from 'tap'
import {
  askToken,
  basic,
  callbackUrl,
  confidential,
  getCode,
  pkce,
  publicId,
  signInAtPool,
  testPool,
} from '../fixtures/pool-client.js'

const { id, secret } = confidential
const exchange = { grant_type: 'authorization_code', redirect_uri: callbackUrl }
const badClient = { error: 'invalid_client' }
const badSecret = { error: 'invalid_client', error_description: 'invalid_client_secret' }

t.test('client authentication comes before the grant', async t => {
  const emulator = await testPool(t)
  const grant = { ...exchange, code: 'none' }
  const rows: [string, Record<string, string>, string | undefined, Record<string, string>][] = [
    ['secret by Basic', grant, basic(id, secret), { error: 'invalid_grant' }],
    ['the second secret', grant, basic(id, 'secondsecret1'), { error: 'invalid_grant' }],
    [
      'Basic and the same client_id',
      { ...grant, client_id: id },
      basic(id, secret),
      { error: 'invalid_grant' },
    ],
    [
      'Basic and another client_id',
      { ...grant, client_id: publicId },
      basic(id, secret),
      badClient,
    ],
    [
      'secret in the body',
      { ...grant, client_id: id, client_secret: secret },
      undefined,
      { error: 'invalid_grant' },
    ],
    ['secret missing', { ...grant, client_id: id }, undefined, badSecret],
    ['wrong secret', grant, basic(id, 'wrong'), badSecret],
    ['public client', { ...grant, client_id: publicId }, undefined, { error: 'invalid_grant' }],
    [
      'public client with a secret',
      { ...grant, client_id: publicId, client_secret: 'x' },
      undefined,
      badClient,
    ],
    ['public client with an empty Basic password', grant, basic(publicId, ''), badClient],
    ['unknown client', { ...grant, client_id: 'nobody1' }, undefined, badClient],
    ['damaged Basic', grant, 'Basic ???', badClient],
  ]
  for (const [name, fields, authorization, body] of rows) {
    t.strictSame(await askToken(emulator, fields, authorization), { status: 400, body }, name)
  }
})

t.test(
  'a code is good once, for five minutes, for its client, redirect URI and verifier',
  async t => {
    const clock = { now: Math.floor(Date.now() / 1000) }
    const emulator = await testPool(t, {}, { clock: () => clock.now })
    const { verifier, challenge } = pkce()
    const withPkce = { code_challenge: challenge, code_challenge_method: 'S256' }
    const ask = async (
      changes: Record<string, string>,
      authorize: Record<string, string> = {},
      seconds = 0,
    ) => {
      const code = await getCode(emulator, authorize)
      clock.now += seconds
      return askToken(emulator, { ...exchange, client_id: publicId, code, ...changes })
    }
    const refused = { status: 400, body: { error: 'invalid_grant' } }
    t.equal((await ask({})).status, 200)
    t.equal((await ask({}, {}, 300)).status, 200)
    t.strictSame(await ask({}, {}, 301), refused, 'too old')
    t.equal((await ask({ code_verifier: verifier }, withPkce)).status, 200)
    t.strictSame(await ask({}, withPkce), refused, 'no verifier')
    t.strictSame(
      await ask({ code_verifier: `${verifier}x` }, withPkce),
      refused,
      'another verifier',
    )
    t.strictSame(await ask({ redirect_uri: `${callbackUrl}/` }), {
      status: 400,
      body: { error: 'unauthorized_client', error_description: 'invalid_redirect' },
    })
    t.strictSame(await ask({ grant_type: 'password' }), {
      status: 400,
      body: { error: 'unsupported_grant_type' },
    })
    const code = await getCode(emulator)
    t.equal((await askToken(emulator, { ...exchange, client_id: publicId, code })).status, 200)
    t.strictSame(
      await askToken(emulator, { ...exchange, client_id: publicId, code }),
      refused,
      'used',
    )
  },
)

t.test('tokens have exactly the claims and the header of Cognito', async t => {
  const emulator = await testPool(t)
  const code = await getCode(emulator, { nonce: 'N' })
  const { body } = await askToken(emulator, { ...exchange, client_id: publicId, code })
  t.strictSame(Object.keys(body).sort(), [
    'access_token',
    'expires_in',
    'id_token',
    'refresh_token',
    'token_type',
  ])
  const keys = createRemoteJWKSet(new URL(`${emulator.issuer}/.well-known/jwks.json`))
  const id = await jwtVerify(body.id_token ?? '', keys, {
    issuer: emulator.issuer,
    audience: publicId,
  })
  const access = await jwtVerify(body.access_token ?? '', keys, { issuer: emulator.issuer })
  t.strictSame(Object.keys(id.payload).sort(), [
    'at_hash',
    'aud',
    'auth_time',
    'cognito:groups',
    'cognito:username',
    'email',
    'email_verified',
    'event_id',
    'exp',
    'iat',
    'iss',
    'jti',
    'nonce',
    'origin_jti',
    'sub',
    'token_use',
  ])
  t.strictSame(Object.keys(access.payload).sort(), [
    'auth_time',
    'client_id',
    'cognito:groups',
    'event_id',
    'exp',
    'iat',
    'iss',
    'jti',
    'origin_jti',
    'scope',
    'sub',
    'token_use',
    'username',
    'version',
  ])
  t.match(id.payload, { token_use: 'id', nonce: 'N', email_verified: true })
  t.match(access.payload, { token_use: 'access', version: 2, scope: 'openid email' })
  t.equal(id.payload.sub, access.payload.sub)
  t.strictSame(Object.keys(id.protectedHeader).sort(), ['alg', 'kid'])
  t.match(id.protectedHeader.kid, /^[A-Za-z0-9+/]{43}=$/)
  t.not(id.protectedHeader.kid, access.protectedHeader.kid, 'two keys')
  t.equal(body.refresh_token?.split('.').length, 5)
  t.match(decodeProtectedHeader(body.refresh_token ?? ''), {
    cty: 'JWT',
    enc: 'A256GCM',
    alg: 'RSA-OAEP',
  })
  const size = body.refresh_token?.length ?? 0
  t.ok(size > 1500 && size < 1900, `${size} bytes`)
})

t.test(
  'a refresh without rotation gives no new refresh token, and the old one stays good',
  async t => {
    const emulator = await testPool(t)
    const { refresh_token: token = '' } = await signInAtPool(emulator)
    for (let n = 0; n < 2; n++) {
      const { status, body } = await askToken(emulator, {
        grant_type: 'refresh_token',
        client_id: publicId,
        refresh_token: token,
      })
      t.equal(status, 200)
      t.strictSame(Object.keys(body).sort(), [
        'access_token',
        'expires_in',
        'id_token',
        'token_type',
      ])
    }
  },
)

t.test(
  'with rotation the old token is good for the grace period, and the end does not move',
  async t => {
    const clock = { now: Math.floor(Date.now() / 1000) }
    const emulator = await testPool(
      t,
      { rotation: { graceSeconds: 10 }, refreshTokenSeconds: 3600 },
      { clock: () => clock.now },
    )
    const refresh = (token: string) =>
      askToken(emulator, { grant_type: 'refresh_token', client_id: publicId, refresh_token: token })
    const { refresh_token: first = '' } = await signInAtPool(emulator)
    const { body } = await refresh(first)
    t.not(body.refresh_token, first)
    clock.now += 9
    t.equal((await refresh(first)).status, 200, 'within the grace period')
    clock.now += 1
    t.strictSame(await refresh(first), { status: 400, body: { error: 'invalid_grant' } })
    clock.now += 3600
    t.equal((await refresh(body.refresh_token ?? '')).status, 400, 'the first one would have ended')
  },
)

t.test('GET is 405, every answer has a request id, scripts of any origin may call', async t => {
  const { domain } = await testPool(t)
  const answer = await fetch(`${domain}/oauth2/token`)
  t.equal(answer.status, 405)
  t.equal(await answer.text(), '')
  t.match(answer.headers.get('x-amz-cognito-request-id'), /^[0-9a-f-]{36}$/)
  t.equal(answer.headers.get('access-control-allow-origin'), '*')
})
