// Tokens that are good, and tokens that are bad in one thing only; keys that come, change and are away.
import t, { type Test } from 'tap'
import { createCall } from '../../src/cognito/call.js'
import { createTokenVerifier } from '../../src/cognito/verifier.js'
import { fakePool } from './fixtures/fake-pool.js'
import { assertSilent, failureOf } from './fixtures/leaks.js'
import {
  accessClaims,
  clientId,
  createSigners,
  idClaims,
  type Signer,
  signWithPublicKey,
} from './fixtures/signer.js'

const [idSigner, accessSigner, stranger, rotated] = await createSigners(
  'id+key/1=',
  'access-key=',
  'id+key/1=',
  'rotated=',
)
const jwksPath = '/us-east-1_Test1/.well-known/jwks.json'
const now = Math.floor(Date.now() / 1000)

async function open(t: Test, { keys = [idSigner, accessSigner] as Signer[] } = {}) {
  const pool = await fakePool(t)
  const time = { now }
  const publish = (signers: Signer[]) =>
    pool.answer(jwksPath, { body: { keys: signers.map(({ jwk }) => jwk) } })
  publish(keys)
  const { endpoints } = pool
  const verifier = createTokenVerifier({
    endpoints,
    clientId,
    call: createCall({}, 20_000),
    clock: () => time.now,
  })
  const id = (claims: object = {}, header?: object, signer = idSigner) =>
    signer.sign({ ...idClaims(endpoints.issuer, now), ...claims }, header)
  const access = (claims: object = {}, header?: object, signer = accessSigner) =>
    signer.sign({ ...accessClaims(endpoints.issuer, now), ...claims }, header)
  return { pool, time, publish, verifier, id, access, issuer: endpoints.issuer }
}

/** Claims as the first entry of a list. */
class ListOfClaims {
  private readonly claims: object
  constructor(claims: object) {
    this.claims = claims
  }
  toJSON() {
    return [this.claims]
  }
}

t.test('good tokens, each with its own key, and one fetch for both', async t => {
  const { verifier, pool, id, access } = await open(t)
  const [idToken, accessToken] = [id(), access()]
  const [one, other] = await Promise.all([
    verifier.verifyIdToken(idToken, { nonce: 'the-nonce' }),
    verifier.verifyAccessToken(accessToken),
  ])
  t.equal(one.sub, other.sub)
  t.match(one, { token_use: 'id', email: 'jane@example.com' })
  t.equal(pool.seen.length, 1)
  t.ok(verifier.ready())
})

t.test('an ID token that is bad in one thing', async t => {
  const { verifier, id, access, issuer } = await open(t)
  const claims = idClaims(issuer, now)
  const [header, payload, signature] = id().split('.') as [string, string, string]
  const swapped = id({ email: 'root@example.com' }).split('.')[1]
  const rows: [string, string, RegExp][] = [
    ['another client', id({ aud: 'other' }), /audience/],
    ['two clients', id({ aud: [clientId, 'other'] }), /audience/],
    ['no client', id({ aud: undefined }), /audience/],
    ['another issuer', id({ iss: 'https://evil.example' }), /Issuer.*evil/],
    ['the issuer with a slash', id({ iss: `${issuer}/` }), /Issuer/],
    ['the domain as issuer', id({ iss: new URL(issuer).origin }), /Issuer/],
    ['no issuer', id({ iss: undefined }), /[Ii]ssuer/],
    ['an access token', access(), /Token use/],
    ['no token_use', id({ token_use: undefined }), /Token use/],
    ['token_use of another kind', id({ token_use: ['id'] }), /Token use/],
    ['expired', id({ exp: now - 60 }), /expired.*clocks/],
    ['no exp', id({ exp: undefined }), /exp expected/],
    ['exp without end', id({ exp: 1e300 }), /exp expected/],
    ['exp as text', id({ exp: String(now + 60) }), /Web Token/],
    ['exp below zero', id({ exp: -1 }), /expired|exp/],
    ['exp that is null', id({ exp: null }), /Web Token/],
    ['no iat', id({ iat: undefined }), /iat expected/],
    ['not yet valid', id({ nbf: now + 300 }), /before/],
    ['no sub', id({ sub: undefined }), /sub expected/],
    ['empty sub', id({ sub: '' }), /sub expected/],
    ['sub as a number', id({ sub: 1 }), /Web Token/],
    ['unsigned', id({}, { alg: 'none' }), /Web Token/],
    ['unsigned, with a signature', `${id({}, { alg: 'none' })}${signature}`, /algorithm/],
    ['HS256 with the public key', signWithPublicKey(idSigner, claims), /algorithm/],
    ['RS384', id({}, { alg: 'RS384' }), /algorithm/],
    ['no alg', id({}, { alg: undefined }), /algorithm/],
    ['crit', id({}, { crit: ['exp'] }), /crit/],
    ['crit that nobody knows', id({}, { crit: ['x'], x: 1 }), /crit/],
    ['empty crit', id({}, { crit: [] }), /crit/],
    ['a key of its own', id({}, { jwk: stranger.jwk }, stranger), /signature/],
    [
      'addresses of keys',
      id({}, { jku: 'http://127.0.0.1:9/keys', x5u: 'http://127.0.0.1:9/cert' }, stranger),
      /signature/,
    ],
    ['a list for claims', idSigner.sign(new ListOfClaims(claims)), /./],
    ['a stranger’s key of the same name', id({}, {}, stranger), /signature/],
    ['the other key', id({}, { kid: accessSigner.kid }), /signature/],
    ['an unknown kid', id({}, { kid: 'unknown' }), /not found/],
    ['no kid', id({}, { kid: undefined }), /kid/],
    ['claims exchanged', `${header}.${swapped}.${signature}`, /signature/],
    ['signature cut', `${header}.${payload}.${signature.slice(0, -8)}`, /signature/],
    ['two parts', `${header}.${payload}`, /Web Token/],
    ['encrypted', `${header}.a.b.c.d`, /Web Token/],
    ['not JSON', `${Buffer.from('the-secret').toString('base64url')}.x.x`, /Web Token/],
    ['nothing', '', /Web Token/],
  ]
  await verifier.verifyIdToken(id(), { nonce: 'the-nonce' })
  for (const [name, token, reason] of rows) {
    const failure = await failureOf(verifier.verifyIdToken(token))
    t.equal(failure.code, 'GW_ERR_TOKENS_REFUSED', name)
    t.match(failure.reason, reason, name)
    assertSilent(t, failure, ['eyJ', 'the-secret', 'jane@example.com'])
  }
  await verifier.verifyIdToken(id(), { nonce: 'the-nonce' })
})

t.test('an access token that is bad in one thing', async t => {
  const { verifier, id, access } = await open(t)
  const rows: [string, string, RegExp][] = [
    ['another client', access({ client_id: 'other' }), /Client ID/],
    ['no client, but an audience', access({ client_id: undefined, aud: clientId }), /Client ID/],
    ['an ID token', id(), /Token use/],
    ['expired', access({ exp: now - 60 }), /expired/],
    ['no exp', access({ exp: undefined }), /exp expected/],
    ['no sub', access({ sub: undefined }), /sub expected/],
    ['crit', access({}, { crit: ['x'], x: 1 }), /crit/],
  ]
  await verifier.verifyAccessToken(access())
  for (const [name, token, reason] of rows) {
    const failure = await failureOf(verifier.verifyAccessToken(token))
    t.equal(failure.code, 'GW_ERR_TOKENS_REFUSED', name)
    t.match(failure.reason, reason, name)
  }
})

t.test('what Cognito may add is no fault', async t => {
  const { verifier, id, access } = await open(t)
  t.ok(await verifier.verifyAccessToken(access({ aud: 'https://api.example' })), 'resource binding')
  t.ok(await verifier.verifyIdToken(id({ 'cognito:groups': undefined, x: { y: [1] } })))
  t.ok(await verifier.verifyIdToken(id({}, { typ: 'JWT' })))
})

t.test('the nonce is that of the sign-in', async t => {
  const { verifier, id } = await open(t)
  const rows: [string, object, { nonce?: string } | undefined, boolean][] = [
    ['the same', {}, { nonce: 'the-nonce' }, true],
    ['another', { nonce: 'the-other' }, { nonce: 'the-nonce' }, false],
    ['none', { nonce: undefined }, { nonce: 'the-nonce' }, false],
    ['after a refresh, any', { nonce: 'the-other' }, undefined, true],
    ['after a refresh, none', { nonce: undefined }, {}, true],
  ]
  for (const [name, claims, expected, accepted] of rows) {
    const verified = verifier.verifyIdToken(id(claims), expected)
    if (accepted) t.ok(await verified, name)
    else {
      const failure = await failureOf(verified)
      t.match(failure, { code: 'GW_ERR_TOKENS_REFUSED', reason: /nonce/ }, name)
      assertSilent(t, failure, ['the-nonce', 'the-other'])
    }
  }
})

t.test('clocks may be a minute apart', async t => {
  const { verifier, id, time } = await open(t)
  const token = id({ exp: now + 100 })
  time.now = now + 100 + 59
  t.ok(await verifier.verifyIdToken(token))
  time.now = now + 100 + 60
  t.match(await failureOf(verifier.verifyIdToken(token)), {
    code: 'GW_ERR_TOKENS_REFUSED',
    reason: /exp expected after/,
  })
})

t.test('a flood of unknown kids fetches once in 10 seconds, and known keys serve on', async t => {
  const { verifier, pool, id, time } = await open(t)
  await verifier.hydrate()
  for (const round of [1, 2, 3]) {
    const failures = await Promise.all(
      Array.from({ length: 300 }, (_, n) =>
        failureOf(verifier.verifyIdToken(id({}, { kid: `unknown-${round}-${n}` }))),
      ),
    )
    const late = await failureOf(verifier.verifyIdToken(id({}, { kid: 'late' })))
    t.equal(late.code, 'GW_ERR_COGNITO_UNAVAILABLE', 'nobody knows whether it is good')
    t.equal(late.retryAfterSeconds, 10)
    t.equal(failures[0]?.code, 'GW_ERR_TOKENS_REFUSED', 'looked for, and not there')
    t.ok(await verifier.verifyIdToken(id()))
    t.equal(pool.seen.length, 1 + round)
    time.now += 10
  }
})

t.test('a rotated key is picked up at once, or 10 seconds after an unknown one', async t => {
  const { verifier, pool, publish, id, time } = await open(t)
  await verifier.verifyIdToken(id())
  publish([idSigner, accessSigner, rotated])
  t.ok(await verifier.verifyIdToken(id({}, {}, rotated)), 'at once')
  t.equal(pool.seen.length, 2)

  const second = await open(t)
  await second.verifier.verifyIdToken(second.id())
  await failureOf(second.verifier.verifyIdToken(second.id({}, { kid: 'unknown' })))
  second.publish([rotated])
  const fresh = second.id({}, {}, rotated)
  second.time.now += 9
  t.equal(
    (await failureOf(second.verifier.verifyIdToken(fresh))).code,
    'GW_ERR_COGNITO_UNAVAILABLE',
  )
  second.time.now += 1
  t.ok(await second.verifier.verifyIdToken(fresh), 'after 10 seconds')
  second.time.now += 10
  const withdrawn = await failureOf(second.verifier.verifyIdToken(second.id()))
  t.equal(withdrawn.code, 'GW_ERR_TOKENS_REFUSED', 'and a withdrawn key is trusted no more')
  t.equal(time.now, now)
})

t.test('keys that are away at first, then there', async t => {
  const { verifier, pool, publish, id, time } = await open(t)
  for (const answer of ['reset', { status: 500 }, { body: '<p>proxy</p>' }] as const) {
    pool.answer(jwksPath, answer)
    const failure = await failureOf(verifier.verifyIdToken(id()))
    t.equal(failure.code, 'GW_ERR_COGNITO_UNAVAILABLE')
    t.ok(failure.retryAfterSeconds)
    t.equal((await failureOf(verifier.hydrate())).code, 'GW_ERR_COGNITO_UNAVAILABLE')
    t.notOk(verifier.ready())
    time.now += 10
  }
  t.equal(pool.seen.length, 3, 'once a round')
  publish([idSigner])
  await verifier.hydrate()
  t.ok(verifier.ready())
  t.ok(await verifier.verifyIdToken(id()))
  await verifier.hydrate()
  t.equal(pool.seen.length, 4, 'hydrating again costs nothing')
})

t.test(
  'known keys serve while the pool is away, and an error page does not replace them',
  async t => {
    const { verifier, pool, id, time } = await open(t)
    await verifier.hydrate()
    for (const answer of ['reset', { body: { keys: [] } }, { status: 503 }] as const) {
      pool.answer(jwksPath, answer)
      const unknown = await failureOf(verifier.verifyIdToken(id({}, { kid: 'unknown' })))
      t.equal(unknown.code, 'GW_ERR_COGNITO_UNAVAILABLE')
      t.ok(await verifier.verifyIdToken(id()))
      time.now += 10
    }
    t.ok(verifier.ready())
  },
)

t.test('a key that is not for signing, or no key at all', async t => {
  const { verifier, pool, id } = await open(t)
  pool.answer(jwksPath, { body: { keys: [{ ...idSigner.jwk, use: 'enc' }] } })
  t.equal((await failureOf(verifier.verifyIdToken(id()))).code, 'GW_ERR_TOKENS_REFUSED')

  const other = await open(t)
  other.pool.answer(jwksPath, { body: { keys: [{ kid: idSigner.kid }] } })
  const failure = await failureOf(other.verifier.verifyIdToken(other.id()))
  t.equal(failure.code, 'GW_ERR_COGNITO_UNAVAILABLE', 'the fault is not the token’s')
})

t.test('a key set without alg does not let other algorithms in', async t => {
  const { verifier, pool, id } = await open(t)
  const { alg: _, ...jwk } = idSigner.jwk
  pool.answer(jwksPath, { body: { keys: [jwk] } })
  t.ok(await verifier.verifyIdToken(id()))
  for (const alg of ['RS384', 'RS512']) {
    const failure = await failureOf(verifier.verifyIdToken(id({}, { alg })))
    t.match(failure, { code: 'GW_ERR_TOKENS_REFUSED', reason: /RS256/ }, alg)
  }
})

t.test('keys come through the internal origin', async t => {
  const pool = await fakePool(t)
  pool.answer(jwksPath, { body: { keys: [idSigner.jwk] } })
  const issuer = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Test1'
  const verifier = createTokenVerifier({
    endpoints: { issuer, jwksUri: `${issuer}/.well-known/jwks.json` },
    clientId,
    call: createCall({ internalUrl: pool.origin }, 20_000),
    clock: () => now,
  })
  t.ok(await verifier.verifyIdToken(idSigner.sign(idClaims(issuer, now))))
})
