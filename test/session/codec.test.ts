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
