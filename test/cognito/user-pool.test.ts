// Tokens leave the room verified, or not at all.
import { createHash } from 'node:crypto'
import t, { type Test } from 'tap'
import { createCall } from '../../src/cognito/call.js'
import { type CognitoClient, createCognitoClient } from '../../src/cognito/client.js'
import { createUserPool } from '../../src/cognito/user-pool.js'
import { createTokenVerifier } from '../../src/cognito/verifier.js'
import type { Session } from '../../src/model.js'
import { frozenClock } from '../fixtures/clock.js'
import { fakePool } from './fixtures/fake-pool.js'
import { assertSilent, failureOf } from './fixtures/leaks.js'
import { accessClaims, clientId, createSigners, idClaims, subject } from './fixtures/signer.js'

const [signer, stranger] = await createSigners('key=', 'key=')
const now = Math.floor(Date.now() / 1000)
const oldRefreshToken = 'old-refresh-token-0123456789'
const newRefreshToken = 'new-refresh-token-0123456789'
const callback = {
  callbackUrl: new URL('https://app.example.com/oauth2/callback?code=the-code-1&state=the-state'),
  state: 'the-state',
  nonce: 'the-nonce',
  codeVerifier: 'verifier-verifier-verifier-verifier-1234567',
}

interface Answer {
  readonly id?: object
  readonly access?: object
  readonly refreshToken?: string
  readonly idSigner?: typeof signer
  readonly accessSigner?: typeof signer
}

async function open(t: Test, answer: Answer = {}) {
  const pool = await fakePool(t)
  const { endpoints } = pool
  const clock = frozenClock(now)
  const { idSigner = signer, accessSigner = signer } = answer
  const accessToken = accessSigner.sign({
    ...accessClaims(endpoints.issuer, now),
    ...answer.access,
  })
  const hash = createHash('sha256').update(accessToken).digest().subarray(0, 16)
  const bound = { at_hash: hash.toString('base64url') }
  const body = {
    id_token: idSigner.sign({ ...idClaims(endpoints.issuer, now), ...bound, ...answer.id }),
    access_token: accessToken,
    refresh_token: answer.refreshToken,
    token_type: 'Bearer',
  }
  pool.answer('/oauth2/token', { body })
  pool.answer('/us-east-1_Test1/.well-known/jwks.json', { body: { keys: [signer.jwk] } })
  const call = createCall({}, 20_000)
  const userPool = createUserPool({
    client: createCognitoClient({
      settings: { clientId, clientSecret: undefined, scopes: ['openid'] },
      endpoints,
      call,
      log: { warn: () => t.fail('no warning expected') },
    }),
    verifier: createTokenVerifier({ endpoints, clientId, call, clock: clock.read }),
    compareClocks: () => {},
  })
  return { pool, userPool, body, clock }
}

function session(tokens: Partial<Session['tokens']> = {}, person = subject): Session {
  const identity = { subject: person } as Session['identity']
  return {
    id: 's',
    identity,
    tokens: {
      idToken: '',
      accessToken: '',
      refreshToken: oldRefreshToken,
      issuedAt: 0,
      expiresAt: 0,
      ...tokens,
    },
    signedInAt: 0,
    seenAt: 0,
  }
}

t.test('a code becomes a person with verified tokens', async t => {
  const { userPool, body, pool } = await open(t, { refreshToken: newRefreshToken })
  const { identity, tokens } = await userPool.redeemCode(callback)
  t.match(identity, { subject, username: 'jane', issuer: pool.endpoints.issuer, groups: ['staff'] })
  t.same(tokens, {
    idToken: body.id_token,
    accessToken: body.access_token,
    refreshToken: newRefreshToken,
    issuedAt: now - 5,
    expiresAt: now + 3600,
  })
})

t.test('what a refresh gives replaces what was, and keeps what it does not give', async t => {
  for (const [given, kept] of [
    [undefined, oldRefreshToken],
    [newRefreshToken, newRefreshToken],
  ] as const) {
    const { userPool } = await open(t, {
      id: { nonce: undefined, 'cognito:groups': ['admins'] },
      ...(given === undefined ? {} : { refreshToken: given }),
    })
    const renewed = await userPool.renewTokens(session())
    t.equal(renewed?.tokens.refreshToken, kept)
    t.same(renewed?.identity.groups, ['admins'], 'groups in force are the new ones')
  }
})

t.test('tokens of one answer that are not of one person, or not of this pool', async t => {
  const rows: [string, Answer][] = [
    ['the access token of another', { access: { sub: 'other' } }],
    ['the ID token of another', { id: { sub: 'other' } }],
    ['an ID token that somebody else signed', { idSigner: stranger }],
    ['an access token that somebody else signed', { accessSigner: stranger }],
    ['an access token of another client', { access: { client_id: 'other' } }],
    ['tokens exchanged', { access: { token_use: 'id', aud: clientId } }],
  ]
  for (const [name, answer] of rows) {
    const { userPool, body } = await open(t, { ...answer, refreshToken: newRefreshToken })
    for (const task of [userPool.redeemCode(callback), userPool.renewTokens(session())]) {
      const failure = await failureOf(task)
      t.equal(failure.code, 'GW_ERR_TOKENS_REFUSED', name)
      t.ok(failure.reason, name)
      assertSilent(t, failure, [body.id_token, body.access_token, newRefreshToken, 'the-code-1'])
    }
  }
})

// Both are of one person, and of two sign-ins: which of them gave the right that a route asks for?
t.test('an access token that the ID token is not for is refused, where it says so', async t => {
  const rows: [string, object, boolean][] = [
    ['the right one', {}, true],
    ['another', { at_hash: 'x' }, false],
    ['none: it is optional', { at_hash: undefined }, true],
  ]
  for (const [why, id, accepted] of rows) {
    const { userPool } = await open(t, { id })
    const redeemed = userPool.redeemCode(callback)
    if (accepted) t.ok(await redeemed, why)
    else
      t.match(await failureOf(redeemed), { code: 'GW_ERR_TOKENS_REFUSED', reason: /at_hash/ }, why)
    t.ok(await userPool.renewTokens(session()), `${why}: at a refresh Cognito does not promise it`)
  }
})

t.test('a refresh that gives tokens of somebody else is refused', async t => {
  const { userPool } = await open(t)
  t.match(await failureOf(userPool.renewTokens(session({}, 'other'))), {
    code: 'GW_ERR_TOKENS_REFUSED',
    reason: /sub before and after/,
  })
})

t.test('the nonce is compared in the verified token, whatever was compared before', async t => {
  const { pool, body } = await open(t)
  const { endpoints } = pool
  const verifier = createTokenVerifier({
    endpoints,
    clientId,
    call: createCall({}, 20_000),
    clock: () => now,
  })
  const raw = { idToken: body.id_token, accessToken: body.access_token, refreshToken: null }
  const client = { exchange: async () => raw } as unknown as CognitoClient
  const userPool = createUserPool({ client, verifier, compareClocks: () => {} })
  t.ok(await userPool.redeemCode(callback))
  t.match(await failureOf(userPool.redeemCode({ ...callback, nonce: 'another' })), {
    code: 'GW_ERR_TOKENS_REFUSED',
    reason: /nonce/,
  })
})

t.test('null means refused for good, an exception that nobody knows', async t => {
  const { userPool, pool } = await open(t)
  t.equal(await userPool.renewTokens(session({ refreshToken: null })), null)
  t.equal(pool.seen.length, 0, 'nothing to ask with')
  pool.answer('/oauth2/token', { status: 400, body: { error: 'invalid_grant' } })
  t.equal(await userPool.renewTokens(session()), null)
  pool.answer('/oauth2/token', 'reset')
  t.equal((await failureOf(userPool.renewTokens(session()))).code, 'GW_ERR_COGNITO_UNAVAILABLE')
})

t.test('a refresh that cannot be verified is kept, and told of where it rotated', async t => {
  const { userPool, pool, body, clock } = await open(t, { refreshToken: newRefreshToken })
  const jwks = '/us-east-1_Test1/.well-known/jwks.json'
  const good = { body: { keys: [signer.jwk] } }
  const asked = () => pool.seen.filter(({ path }) => path === '/oauth2/token')
  const rotated: string[] = []
  const renew = (refreshToken = oldRefreshToken) =>
    userPool.renewTokens(session({ refreshToken }), async token => void rotated.push(token))
  pool.answer(jwks, { status: 503 })
  t.equal((await failureOf(renew())).code, 'GW_ERR_COGNITO_UNAVAILABLE')
  t.equal((await failureOf(renew())).code, 'GW_ERR_COGNITO_UNAVAILABLE')
  t.strictSame(rotated, [newRefreshToken])
  t.equal(asked().length, 1, 'the same answer, looked at again')
  pool.answer(jwks, good)
  clock.move(20)
  t.match(await renew(), {
    tokens: { accessToken: body.access_token, refreshToken: newRefreshToken },
  })
  t.equal(asked().length, 1)
  await renew(newRefreshToken)
  t.equal(asked().length, 2, 'and forgotten after that')
})

t.test('of an answer that has expired unverified the refresh token is used', async t => {
  const { userPool, pool, clock } = await open(t, { refreshToken: newRefreshToken })
  const jwks = '/us-east-1_Test1/.well-known/jwks.json'
  pool.answer(jwks, { status: 503 })
  await failureOf(userPool.renewTokens(session()))
  pool.answer(jwks, { body: { keys: [signer.jwk] } })
  clock.move(7200)
  await failureOf(userPool.renewTokens(session()))
  const sent = pool.seen.filter(({ path }) => path === '/oauth2/token').map(({ form }) => form)
  t.strictSame(
    sent.map(({ refresh_token: token }) => token),
    [oldRefreshToken, newRefreshToken],
  )
})
