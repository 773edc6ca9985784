import t from 'tap'
import { toIdentity } from '../../src/cognito/claims.js'
import { decodeSession, encodeSession } from '../../src/session/codec.js'
import { session } from '../fixtures/session.js'

const decode = (text: string) => decodeSession(Buffer.from(text), toIdentity)

t.test('a session is written and read as it was', async t => {
  const groups = { 'cognito:groups': ['admins', '관리자'], name: 'Jané \u{1f600}', auth_time: 1 }
  const without = { ...session().tokens, refreshToken: null }
  const none = { ...without, idToken: null, accessToken: null }
  for (const written of [
    session(),
    session({}, groups),
    session({ tokens: without }),
    session({ tokens: none }, groups),
  ]) {
    t.strictSame(decode(encodeSession(written)), written)
  }
})

t.test('what the tokens say is not written twice', async t => {
  const text = encodeSession(session({}, { 'cognito:groups': ['admins'] }))
  t.notMatch(text, 'admins')
  t.notMatch(text, 'jane-sub')
})

t.test(
  'of tokens that are not kept, their claims are: every one of the ID token, scopes',
  async t => {
    const { refreshToken, issuedAt, expiresAt, ...both } = session().tokens
    const payload = { iss: 'i', sub: 'jane-sub', 'custom:team': 'a', aud: 'client', ' ': null }
    const access = { scope: 'openid reports/read', username: 'jane' }
    const identity = toIdentity(payload, access)
    for (const given of [{ idToken: null }, { accessToken: null }]) {
      const tokens = { ...both, refreshToken, issuedAt, expiresAt, ...given }
      const ofAccess = Buffer.from(JSON.stringify(access)).toString('base64url')
      const ofId = Buffer.from(JSON.stringify(payload)).toString('base64url')
      const accessToken = tokens.accessToken && `e30.${ofAccess}.c2ln`
      const idToken = tokens.idToken && `e30.${ofId}.c2ln`
      const written = session({ identity, tokens: { ...tokens, idToken, accessToken } })
      t.strictSame(decode(encodeSession(written)), written)
    }
    const none = { refreshToken, issuedAt, expiresAt, idToken: null, accessToken: null }
    const written = session({ identity, tokens: none })
    t.strictSame(decode(encodeSession(written)), written)
    t.strictSame(decode(encodeSession(written))?.identity.scopes, ['openid', 'reports/read'])
  },
)

t.test('what belongs to one sign-in or one token is not written', async t => {
  const tokens = { ...session().tokens, idToken: null, accessToken: null }
  const text = encodeSession(session({ tokens }, { nonce: 'n-1', at_hash: 'h-1', jti: 'j-1' }))
  t.notMatch(text, /n-1|h-1/)
  t.match(text, 'j-1', 'the others are: a header may carry any of them')
})

/** As sessions were read when all tokens were kept, whose gateways may still be there while instances are replaced. */
function decodeAsBefore(text: string) {
  const [, id, idToken, accessToken, refreshToken, , expiresAt, , , kept] = JSON.parse(text)
  const claimsOf = (jwt: unknown) => {
    const [, payload = ''] = String(jwt).split('.')
    return payload === '' ? null : JSON.parse(Buffer.from(payload, 'base64url').toString())
  }
  const claims = idToken === null ? kept : claimsOf(idToken)
  return { id, identity: toIdentity(claims, claimsOf(accessToken) ?? {}), refreshToken, expiresAt }
}

t.test('a gateway of before reads what is written now, and loses nothing of it', async t => {
  const tokens = { ...session().tokens, idToken: null, accessToken: null }
  const identity = toIdentity(
    { iss: 'i', sub: 'jane-sub', 'cognito:username': 'jane', 'cognito:groups': ['staff'] },
    { scope: 'openid reports/read' },
  )
  const written = session({ identity, tokens })
  const before = decodeAsBefore(encodeSession(written))
  const { id, refreshToken, expiresAt } = before
  t.strictSame([id, refreshToken, expiresAt], [written.id, 'refresh-token', tokens.expiresAt])
  t.match(before.identity, { subject: 'jane-sub', username: 'jane', groups: ['staff'] })
  // It writes a session that is used again, with all claims that it knows.
  const [...encoded] = JSON.parse(encodeSession(written))
  const again = JSON.stringify([...encoded.slice(0, 9), before.identity.claims])
  t.strictSame(decode(again), written)
})

t.test('times far away and odd stay what they are', async t => {
  for (const expiresAt of [0, 2_147_483_648, 4_102_444_800, 1e300]) {
    const written = session({ tokens: { ...session().tokens, expiresAt } })
    t.equal(decode(encodeSession(written))?.tokens.expiresAt, expiresAt)
  }
})

t.test('claims called like parts of every object are claims', async t => {
  const payload = '{"iss":"i","sub":"jane-sub","__proto__":{"admin":true},"constructor":"x"}'
  const idToken = `e30.${Buffer.from(payload).toString('base64url')}.c2ln`
  const read = decode(encodeSession(session({ tokens: { ...session().tokens, idToken } })))
  t.equal(read?.identity.subject, 'jane-sub')
  t.equal(read?.identity.claims.admin, undefined)
  t.equal(({} as { admin?: unknown }).admin, undefined)
})

t.test('what another version wrote, and what is no session, is none', async t => {
  const good = JSON.parse(encodeSession(session())) as unknown[]
  const changed = (at: number, value: unknown) => JSON.stringify(good.with(at, value))
  const rows = [
    changed(0, 0),
    changed(0, '1'),
    changed(0, null),
    changed(1, null),
    changed(2, null),
    changed(2, 7),
    changed(2, ''),
    changed(2, 'no-jwt'),
    JSON.stringify([...good.with(2, null), {}]),
    JSON.stringify([...good.with(2, null), { 'cognito-gateway:access': { sub: 'jane-sub' } }]),
    changed(2, 'e30.bm8.c2ln'),
    changed(2, `e30.${Buffer.from('null').toString('base64url')}.c2ln`),
    changed(2, `e30.${Buffer.from('7').toString('base64url')}.c2ln`),
    '[1]',
    '[]',
    '{"0":1}',
    '{"__proto__":[1]}',
    'null',
    '1',
    '',
    '[1,',
    '\u0000\u0001',
    encodeSession(session()).slice(0, -1),
  ]
  for (const text of rows) t.equal(decode(text), null, text.slice(0, 60))
  t.ok(decode(JSON.stringify(good)), 'the neighbour')
})

t.test('what a newer version wrote is told from damage', async t => {
  const good = JSON.parse(encodeSession(session())) as unknown[]
  for (const newer of [JSON.stringify(good.with(0, 2)), '[2]', '[2,{"all":"else"}]']) {
    t.throws(() => decode(newer), { message: 'written by a newer version' })
  }
})
