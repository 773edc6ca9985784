// The token, revocation and authorize endpoints as this gateway uses them, against a pool that answers what
// facts 9.2 and 4.3 list.
import { createHash } from 'node:crypto'
import t, { type Test } from 'tap'
import { createCall } from '../../src/cognito/call.js'
import { createCognitoClient } from '../../src/cognito/client.js'
import { createLog } from '../../src/log.js'
import { type Answer, fakePool } from './fixtures/fake-pool.js'
import { assertSilent, failureOf } from './fixtures/leaks.js'
import { accessClaims, clientId, createSigners, idClaims } from './fixtures/signer.js'

const [signer] = await createSigners('key-1=')
const now = Math.floor(Date.now() / 1000)
const secret = 'firstsecret0000000000000000000000000000000000000001'
const otherSecret = 'othersecret0000000000000000000000000000000000000002'
const code = '2b5f1c1e-3a9d-4d52-9c11-0123456789ab'
const state = 'state-state-state-1234567890'
const nonce = 'the-nonce'
const codeVerifier = 'verifier-verifier-verifier-verifier-1234567'
const refreshToken = 'eyJjdHkiOiJKV1QifQ.refresh-token-0123456789.c.d.e'
const secrets = [secret, otherSecret, code, state, codeVerifier, refreshToken, 'eyJ']
const redirectUri = 'https://app.example.com/oauth2/callback'

interface Options {
  readonly clientId?: string
  readonly clientSecret?: string[]
  readonly internal?: boolean
  readonly timeoutMs?: number
}

async function open(t: Test, options: Options = {}) {
  const { timeoutMs = 20_000, internal = false, ...settings } = options
  const pool = await fakePool(t)
  const lines: string[] = []
  const log = createLog({ level: 'trace' }, { write: line => lines.push(line) })
  const outside = 'https://my-prefix.auth.eu-west-1.amazoncognito.com'
  const endpoints = internal
    ? {
        ...pool.endpoints,
        token: `${outside}/oauth2/token`,
        revocation: `${outside}/oauth2/revoke`,
        authorization: `${outside}/oauth2/authorize`,
      }
    : pool.endpoints
  const client = createCognitoClient({
    settings: { clientId, clientSecret: undefined, scopes: ['openid', 'email'], ...settings },
    endpoints,
    call: createCall(internal ? { internalUrl: pool.origin } : {}, timeoutMs),
    log,
  })
  const callbackUrl = new URL(`${redirectUri}?code=${code}&state=${state}`)
  return {
    client,
    pool,
    lines,
    callbackUrl,
    exchange: (url = callbackUrl) =>
      client.exchange({ callbackUrl: url, state, nonce, codeVerifier }),
    tokens: (claims: object = {}, more: object = {}) =>
      tokenAnswer(pool.endpoints.issuer, claims, more),
  }
}

function tokenAnswer(issuer: string, claims: object, more: object) {
  return {
    id_token: signer.sign({ ...idClaims(issuer, now), ...claims }),
    access_token: signer.sign(accessClaims(issuer, now)),
    refresh_token: refreshToken,
    token_type: 'Bearer',
    expires_in: 3600,
    ...more,
  }
}

t.test('the authorize URL: code, PKCE S256, nonce, and nothing that was not asked for', async t => {
  const { client, pool } = await open(t)
  const url = client.authorizationUrl({ redirectUri, state, nonce, codeVerifier })
  t.equal(url.origin + url.pathname, pool.endpoints.authorization)
  t.same(Object.fromEntries(url.searchParams), {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid email',
    state,
    nonce,
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
})

t.test('wishes about the pages go along under Cognito’s names', async t => {
  const { client } = await open(t)
  const url = client.authorizationUrl({
    redirectUri,
    state,
    nonce,
    codeVerifier,
    extra: { lang: 'ko', idp: 'Google', loginHint: 'jane@example.com', screen: 'signup' },
  })
  t.equal(url.pathname, '/signup')
  t.match(Object.fromEntries(url.searchParams), {
    lang: 'ko',
    identity_provider: 'Google',
    login_hint: 'jane@example.com',
    redirect_uri: redirectUri,
  })
})

t.test('a code is exchanged for three tokens', async t => {
  const { exchange, pool, tokens } = await open(t, { clientSecret: [secret] })
  const answer = tokens()
  pool.answer('/oauth2/token', { body: answer })
  t.same(await exchange(), {
    idToken: answer.id_token,
    accessToken: answer.access_token,
    refreshToken,
  })
  t.equal(pool.seen.length, 1)
  t.same(pool.seen[0]?.form, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: codeVerifier,
  })
})

t.test('how the client says who it is', async t => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  const rows: [string, Options, string | undefined, object][] = [
    ['a secret by Basic', { clientSecret: [secret] }, basic(`${clientId}:${secret}`), {}],
    ['no secret: no header, the id in the body', {}, undefined, { client_id: clientId }],
    [
      'a secret that form encoding changes: in the body',
      { clientSecret: ['with_and+'] },
      undefined,
      { client_id: clientId, client_secret: 'with_and+' },
    ],
    [
      'an id that form encoding changes: in the body',
      { clientId: 'my_client', clientSecret: [secret] },
      undefined,
      { client_id: 'my_client', client_secret: secret },
    ],
  ]
  for (const [name, options, authorization, form] of rows) {
    const { client, pool, tokens } = await open(t, options)
    pool.answer('/oauth2/token', { body: tokens({ aud: options.clientId ?? clientId }) })
    pool.answer('/oauth2/revoke', {})
    await client.refresh(refreshToken)
    await client.revoke(refreshToken)
    for (const { path, headers, form: sent } of pool.seen) {
      t.equal(headers.authorization, authorization, `${name}: ${path}`)
      const { client_id, client_secret } = sent
      t.same(JSON.parse(JSON.stringify({ client_id, client_secret })), form, `${name}: ${path}`)
    }
  }
})

t.test('a refresh gives a new refresh token only with rotation', async t => {
  const { client, pool, tokens } = await open(t)
  pool.answer(
    '/oauth2/token',
    { body: tokens({}, { refresh_token: undefined }) },
    { body: tokens() },
  )
  t.equal((await client.refresh(refreshToken))?.refreshToken, null)
  t.equal((await client.refresh(refreshToken))?.refreshToken, refreshToken)
  t.match(pool.seen[0]?.form, { grant_type: 'refresh_token', refresh_token: refreshToken })
})

t.test('a refreshed ID token may have any nonce or none', async t => {
  const { client, pool, tokens } = await open(t)
  pool.answer(
    '/oauth2/token',
    { body: tokens({ nonce: undefined }) },
    { body: tokens({ nonce: 'x' }) },
  )
  t.ok(await client.refresh(refreshToken))
  t.ok(await client.refresh(refreshToken))
})

/** Facts 4.3 and 9.2: what is answered, what it means for a code, and for a refresh token. */
const refusals: [string, Answer, string, string | null][] = [
  ['invalid_grant', error('invalid_grant'), 'GW_ERR_CODE_REFUSED', null],
  [
    'invalid_client',
    error('invalid_client'),
    'GW_ERR_LOGIN_MISCONFIGURED',
    'GW_ERR_LOGIN_MISCONFIGURED',
  ],
  [
    'invalid_client, as described today',
    error('invalid_client', 400, { error_description: 'invalid_client_secret' }),
    'GW_ERR_LOGIN_MISCONFIGURED',
    'GW_ERR_LOGIN_MISCONFIGURED',
  ],
  [
    'invalid_client of a standard server',
    error('invalid_client', 401),
    'GW_ERR_LOGIN_MISCONFIGURED',
    'GW_ERR_LOGIN_MISCONFIGURED',
  ],
  [
    'a challenge',
    { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } },
    'GW_ERR_LOGIN_MISCONFIGURED',
    'GW_ERR_LOGIN_MISCONFIGURED',
  ],
  [
    'unauthorized_client',
    error('unauthorized_client', 400, { error_description: 'invalid_redirect' }),
    'GW_ERR_LOGIN_MISCONFIGURED',
    'GW_ERR_LOGIN_MISCONFIGURED',
  ],
  [
    'invalid_scope',
    error('invalid_scope'),
    'GW_ERR_LOGIN_MISCONFIGURED',
    'GW_ERR_LOGIN_MISCONFIGURED',
  ],
  [
    'invalid_request',
    error('invalid_request'),
    'GW_ERR_LOGIN_MISCONFIGURED',
    'GW_ERR_LOGIN_MISCONFIGURED',
  ],
  [
    'unsupported_grant_type',
    error('unsupported_grant_type'),
    'GW_ERR_LOGIN_MISCONFIGURED',
    'GW_ERR_LOGIN_MISCONFIGURED',
  ],
  ...temporary(
    ['an error that is in no table', error('TooManyRequestsException')],
    ['400 without an error', { status: 400, body: { message: 'Rate exceeded' } }],
    ['400 HTML', { status: 400, headers: { 'content-type': 'text/html' }, body: '<p>no</p>' }],
    ['403 that names invalid_grant', error('invalid_grant', 403)],
    ['401 that names invalid_grant', error('invalid_grant', 401)],
    ['429 JSON', error('invalid_grant', 429)],
    ['429 HTML', { status: 429, headers: { 'content-type': 'text/html' }, body: '<p>no</p>' }],
    ['500 that names invalid_grant', error('invalid_grant', 500)],
    ['503 HTML', { status: 503, headers: { 'content-type': 'text/html' }, body: '<p>no</p>' }],
    ['405 without a body', { status: 405 }],
    ['200 HTML', { headers: { 'content-type': 'text/html' }, body: '<p>sign in</p>' }],
    [
      '200 cut off',
      { headers: { 'content-type': 'application/json' }, body: '{"id_token":"eyJhbG' },
    ],
    [
      '200 with a bare token',
      { headers: { 'content-type': 'application/json' }, body: 'eyJhbGciOi' },
    ],
    ['a redirect', { status: 302, headers: { location: '/login' } }],
    ['more than 1 MB', { body: { x: 'x'.repeat(1024 * 1024) } }],
    ['a reset', 'reset'],
    ['no answer', 'hang'],
  ),
  [
    'no access token',
    { body: { token_type: 'Bearer', id_token: 'eyJ' } },
    'GW_ERR_TOKENS_REFUSED',
    'GW_ERR_TOKENS_REFUSED',
  ],
]

t.test('what the token endpoint refuses, and what it only fails to do', async t => {
  for (const [name, answer, forCode, forRefresh] of refusals) {
    const { client, exchange, pool, lines } = await open(t, {
      clientSecret: [secret],
      timeoutMs: answer === 'hang' ? 50 : 20_000,
    })
    pool.answer('/oauth2/token', answer)
    const failure = await failureOf(exchange())
    t.equal(failure.code, forCode, `${name}: exchange`)
    t.ok(failure.reason, `${name}: says why`)
    // A deadline may pass before the request has left.
    if (answer !== 'hang') t.equal(pool.seen.length, 1, `${name}: the code is sent once`)
    assertSilent(t, failure, secrets)

    if (forRefresh === null) t.equal(await client.refresh(refreshToken), null, `${name}: refresh`)
    else {
      const refused = await failureOf(client.refresh(refreshToken))
      t.equal(refused.code, forRefresh, `${name}: refresh`)
      assertSilent(t, refused, secrets)
    }
    t.same(lines, [], `${name}: no log line`)
  }
})

t.test('a reason says what the operator can do', async t => {
  const rows: [Options, RegExp][] = [
    [{ clientSecret: [secret] }, /unset COGNITO_CLIENT_SECRET/],
    [{}, /set COGNITO_CLIENT_SECRET \(received: invalid_client, invalid_client_secret\)/],
  ]
  for (const [options, expected] of rows) {
    const { exchange, pool } = await open(t, options)
    pool.answer(
      '/oauth2/token',
      error('invalid_client', 400, { error_description: 'invalid_client_secret' }),
    )
    t.match((await failureOf(exchange())).reason, expected)
  }
})

t.test('a description that repeats what was sent is not repeated', async t => {
  const { exchange, pool } = await open(t, { clientSecret: [secret] })
  const echo = `code ${code} secret ${secret} verifier ${codeVerifier}\nforged line`
  pool.answer('/oauth2/token', error('invalid_grant', 400, { error_description: echo }))
  const failure = await failureOf(exchange())
  assertSilent(t, failure, [...secrets, '\n    forged'])
  t.match(failure.reason, /received: invalid_grant, code … secret … verifier …\?forged line/)
})

t.test('Retry-After is honoured, within bounds', async t => {
  const rows: [Record<string, string>, number][] = [
    [{ 'retry-after': '7' }, 7],
    [{ 'retry-after': '86400' }, 60],
    [{}, 5],
  ]
  for (const [headers, expected] of rows) {
    const { exchange, client, pool } = await open(t)
    pool.answer('/oauth2/token', { status: 429, headers })
    t.equal((await failureOf(exchange())).retryAfterSeconds, expected)
    pool.answer('/oauth2/token', { status: 503, headers, body: { error: 'x' } })
    t.equal((await failureOf(client.refresh(refreshToken))).retryAfterSeconds, expected)
  }
})

t.test('the cause of an unreachable pool stays readable', async t => {
  const { client, pool } = await open(t)
  pool.answer('/oauth2/token', 'reset')
  const { cause } = await failureOf(client.refresh(refreshToken))
  t.match((cause as Error).message, /fetch failed/)
  t.ok(((cause as Error).cause as { code?: string }).code, 'with the code of the socket')
})

t.test('an ID token that is not ours, each beside the one that is', async t => {
  const rows: [string, object, RegExp | null][] = [
    ['ours', {}, null],
    ['another nonce', { nonce: 'other' }, /"nonce"/],
    ['no nonce', { nonce: undefined }, /"nonce"/],
    [
      'another audience',
      { aud: 'other' },
      /"aud".*expected "1testclient0000000000000001", seen "other"/,
    ],
    ['another issuer', { iss: 'https://evil.example' }, /"iss".*seen "https:\/\/evil.example"/],
    ['expired', { exp: now - 300 }, /"exp"/],
    ['no exp', { exp: undefined }, /"exp"/],
    ['no sub', { sub: undefined }, /"sub"/],
  ]
  for (const [name, claims, reason] of rows) {
    const { exchange, pool, tokens } = await open(t)
    const body = tokens(claims)
    pool.answer('/oauth2/token', { body })
    if (reason === null) {
      t.equal((await exchange()).idToken, body.id_token, name)
      continue
    }
    const failure = await failureOf(exchange())
    t.equal(failure.code, 'GW_ERR_TOKENS_REFUSED', name)
    t.match(failure.reason, reason, name)
    assertSilent(t, failure, [...secrets, nonce, body.id_token])
  }
})

t.test('an answer without an ID token is refused', async t => {
  const { client, exchange, pool, tokens } = await open(t)
  pool.answer('/oauth2/token', { body: tokens({}, { id_token: undefined }) })
  t.equal((await failureOf(exchange())).code, 'GW_ERR_TOKENS_REFUSED')
  t.match((await failureOf(client.refresh(refreshToken))).reason, /scope openid/)
})

t.test('a callback that is odd is refused before anything is sent', async t => {
  const { exchange, pool, tokens } = await open(t)
  pool.answer('/oauth2/token', { body: tokens() })
  const issuer = encodeURIComponent(pool.endpoints.issuer)
  const rows: [string, string | null][] = [
    [`iss=${issuer}`, null],
    ['iss=https%3A%2F%2Fevil.example', 'GW_ERR_TOKENS_REFUSED'],
    [`iss=${issuer}&iss=${issuer}`, 'GW_ERR_CALLBACK_INVALID'],
    [`code=${code}`, 'GW_ERR_CALLBACK_INVALID'],
    [`state=${state}`, 'GW_ERR_CALLBACK_INVALID'],
    ['id_token=x', 'GW_ERR_CALLBACK_INVALID'],
    ['response=x', 'GW_ERR_CALLBACK_INVALID'],
    ['error=access_denied', 'GW_ERR_LOGIN_REFUSED'],
  ]
  for (const [more, expected] of rows) {
    const asked = pool.seen.length
    const url = new URL(`${redirectUri}?code=${code}&state=${state}&${more}`)
    if (expected === null) t.ok(await exchange(url), more)
    else {
      const failure = await failureOf(exchange(url))
      t.equal(failure.code, expected, more)
      assertSilent(t, failure, secrets)
    }
    t.equal(pool.seen.length - asked, expected === null ? 1 : 0, more)
  }
  const foreign = new URL(`${redirectUri}?code=${code}&state=other`)
  t.equal((await failureOf(exchange(foreign))).code, 'GW_ERR_TOKENS_REFUSED', 'another state')
})

t.test('the redirect_uri that is sent is the configured one, whatever the query', async t => {
  const { exchange, pool, tokens } = await open(t)
  pool.answer('/oauth2/token', { body: tokens() })
  await exchange(new URL(`${redirectUri}?code=${code}&state=${state}&redirect_uri=https://evil`))
  t.equal(pool.seen[0]?.form.redirect_uri, redirectUri)
})

t.test('with two secrets the second is tried, kept, and told of once', async t => {
  const { client, exchange, pool, tokens, lines } = await open(t, {
    clientSecret: [secret, otherSecret],
  })
  pool.answer('/oauth2/token', error('invalid_client'), { body: tokens() })
  await exchange()
  await client.refresh(refreshToken)
  const sent = pool.seen.map(({ headers }) =>
    Buffer.from(headers.authorization?.slice(6) ?? '', 'base64').toString(),
  )
  t.same(sent, [
    `${clientId}:${secret}`,
    `${clientId}:${otherSecret}`,
    `${clientId}:${otherSecret}`,
  ])
  t.equal(pool.seen[0]?.form.code, pool.seen[1]?.form.code, 'the code was not used up')
  t.equal(lines.length, 1)
  t.match(JSON.parse(lines[0] ?? ''), { level: 40, clientId, msg: /remove the refused one/ })
  assertSilent(t, lines, secrets)
})

t.test('with two secrets nothing else is sent twice', async t => {
  for (const answer of [error('invalid_grant'), error('x', 503), 'reset' as const]) {
    const { exchange, pool, lines } = await open(t, { clientSecret: [secret, otherSecret] })
    pool.answer('/oauth2/token', answer)
    await failureOf(exchange())
    t.equal(pool.seen.length, 1)
    t.same(lines, [])
  }
})

t.test('with two wrong secrets both are tried, and the operator is told', async t => {
  const { exchange, pool, lines } = await open(t, { clientSecret: [secret, otherSecret] })
  pool.answer('/oauth2/token', error('invalid_client'))
  t.equal((await failureOf(exchange())).code, 'GW_ERR_LOGIN_MISCONFIGURED')
  t.equal(pool.seen.length, 2)
  t.same(lines, [])
})

t.test('revoking: confirmed, refused, not found out', async t => {
  const rows: [string, Answer, string | null, RegExp?][] = [
    ['confirmed', {}, null],
    ['invalid_client', error('invalid_client', 401), 'GW_ERR_LOGIN_MISCONFIGURED'],
    ['switched off', error('invalid_request'), 'GW_ERR_LOGIN_MISCONFIGURED', /Enable token revoc/],
    ['an access token', error('unsupported_token_type'), 'GW_ERR_LOGIN_MISCONFIGURED'],
    ['429', { status: 429 }, 'GW_ERR_COGNITO_UNAVAILABLE'],
    ['a reset', 'reset', 'GW_ERR_COGNITO_UNAVAILABLE'],
  ]
  for (const [name, answer, expected, reason = /./] of rows) {
    const { client, pool } = await open(t)
    pool.answer('/oauth2/revoke', answer)
    if (expected === null) await client.revoke(refreshToken)
    else {
      const failure = await failureOf(client.revoke(refreshToken))
      t.equal(failure.code, expected, name)
      t.match(failure.reason, reason, name)
      assertSilent(t, failure, secrets)
    }
    t.same(pool.seen[0]?.form, { token: refreshToken, client_id: clientId }, name)
  }
})

t.test('own calls go to the internal origin, browsers do not', async t => {
  const { client, exchange, pool, tokens } = await open(t, { internal: true })
  pool.answer('/oauth2/token', { body: tokens() })
  pool.answer('/oauth2/revoke', {})
  await exchange()
  await client.refresh(refreshToken)
  await client.revoke(refreshToken)
  t.same(
    pool.seen.map(({ path }) => path),
    ['/oauth2/token', '/oauth2/token', '/oauth2/revoke'],
  )
  const { origin } = client.authorizationUrl({ redirectUri, state, nonce, codeVerifier })
  t.equal(origin, 'https://my-prefix.auth.eu-west-1.amazoncognito.com')
})

function error(code: string, status = 400, more: object = {}): Answer {
  return { status, body: { error: code, ...more } }
}

function temporary(...answers: [string, Answer][]): [string, Answer, string, string][] {
  const code = 'GW_ERR_COGNITO_UNAVAILABLE'
  return answers.map(([name, answer]) => [name, answer, code, code])
}
