import { createPublicKey, verify } from 'node:crypto'
import { createLocalJWKSet, importSPKI, jwtVerify } from 'jose'
import t from 'tap'
import { createSigningRing } from '../../src/lib/signing-ring.js'

const newSecret = Buffer.from(
  '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
  'hex',
)
const oldSecret = Buffer.from(
  'f0f1f2f3f4f5f6f7f8f9fafbfcfdfeffe0e1e2e3e4e5e6e7e8e9eaebecedeeef',
  'hex',
)
const payload = { sub: 'jane' }

t.test(
  'instances with the same secrets have the same keys; every secret and use another',
  async t => {
    const [kid] = createSigningRing([newSecret], 'alb').published.keys()
    const [again] = createSigningRing([newSecret, oldSecret], 'alb').published.keys()
    t.equal(kid, again)
    t.match(kid, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const kids = [
      ...createSigningRing([newSecret, oldSecret], 'alb').published.keys(),
      ...createSigningRing([newSecret, oldSecret], 'assertion').published.keys(),
    ]
    t.equal(new Set(kids).size, 4)
  },
)

t.test('what is signed verifies with the published key, as PEM and as JWK', async t => {
  const ring = createSigningRing([newSecret, oldSecret], 'assertion')
  const token = ring.sign({ typ: 'JWT' }, payload, false)
  const jwks = createLocalJWKSet({
    keys: [...ring.published.values()].map(({ jwk }) => ({ ...jwk })),
  })
  const { payload: seen, protectedHeader } = await jwtVerify(token, jwks)
  t.strictSame(seen, payload)
  t.equal(protectedHeader.alg, 'ES256')
  const { pem } = ring.published.get(protectedHeader.kid ?? '') ?? { pem: '' }
  t.ok(await jwtVerify(token, await importSPKI(pem, 'ES256')))
  const damaged = ring.sign({}, payload, false).replace(/.$/, last => (last === 'A' ? 'Q' : 'A'))
  await t.rejects(jwtVerify(damaged, jwks))
})

t.test('after a rotation the old key is still published, and no longer signs', async t => {
  const before = createSigningRing([oldSecret], 'alb')
  const after = createSigningRing([newSecret, oldSecret], 'alb')
  const [oldKid = ''] = before.published.keys()
  t.same(after.published.get(oldKid), before.published.get(oldKid))
  const header = after.sign({}, payload, false).split('.')[0] ?? ''
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }
  t.equal(kid, [...after.published.keys()][0])
  t.not(kid, oldKid)
})

t.test('no private part is published', async t => {
  for (const { pem, jwk } of createSigningRing([newSecret], 'alb').published.values()) {
    t.notOk('d' in jwk)
    t.equal(createPublicKey(pem).type, 'public')
    t.notMatch(pem, /PRIVATE/)
  }
})

t.test('padded: every part is padded base64url, and the signature is over that text', async t => {
  const ring = createSigningRing([newSecret], 'alb')
  const [[, key]] = ring.published as unknown as [[string, { pem: string }]]
  for (const sub of ['a', 'ab', 'abc', '운영']) {
    const [header = '', body = '', signature = ''] = ring.sign({}, { sub }, true).split('.')
    for (const part of [header, body, signature]) t.match(part, /^[\w-]+={0,2}$/)
    for (const part of [header, body, signature]) t.equal(part.length % 4, 0)
    t.equal(signature.length, 88)
    const bytes = Buffer.from(signature, 'base64url')
    const options = { key: key.pem, dsaEncoding: 'ieee-p1363' } as const
    t.ok(verify('sha256', Buffer.from(`${header}.${body}`), options, bytes), sub)
  }
})
