import t from 'tap'
import { toIdentity } from '../../src/cognito/claims.js'

t.test('the person of an ID token', async t => {
  const claims = {
    iss: 'https://issuer.example',
    sub: 'aaaa',
    'cognito:username': 'jane',
    'cognito:groups': ['staff', 'admins'],
    email: 'jane@example.com',
    auth_time: 1_700_009_400,
  }
  t.same(toIdentity(claims), {
    issuer: 'https://issuer.example',
    subject: 'aaaa',
    username: 'jane',
    email: 'jane@example.com',
    groups: ['staff', 'admins'],
    scopes: [],
    authenticatedAt: 1_700_009_400,
    claims,
  })
})

t.test('the name of an access token serves when the ID token has none', async t => {
  const id = { iss: 'i', sub: 's' }
  t.equal(toIdentity(id, { username: 'Google_1' }).username, 'Google_1')
  t.equal(toIdentity({ ...id, username: 'jane' }).username, 'jane', 'an access token alone')
  t.equal(toIdentity({ ...id, 'cognito:username': 'a' }, { username: 'b' }).username, 'a')
  t.equal(toIdentity(id).username, null)
})

t.test('claims of another type than Cognito’s count as absent', async t => {
  const rows: [string, object, object][] = [
    ['email as a list', { email: ['a@example.com'] }, { email: null }],
    ['empty email', { email: '' }, { email: null }],
    ['groups as text', { 'cognito:groups': 'admins' }, { groups: [] }],
    [
      'groups with others among them',
      { 'cognito:groups': ['a', 1, null, ['b'], {}] },
      { groups: ['a'] },
    ],
    ['groups as an object', { 'cognito:groups': { 0: 'admins', length: 1 } }, { groups: [] }],
    ['name as an object', { 'cognito:username': {} }, { username: null }],
    ['auth_time as text', { auth_time: '1700009400' }, { authenticatedAt: null }],
    ['auth_time without end', { auth_time: Number.POSITIVE_INFINITY }, { authenticatedAt: null }],
  ]
  for (const [name, claims, expected] of rows) {
    const claimed = { iss: 'i', sub: 's', ...claims }
    t.same(
      toIdentity(claimed),
      { ...toIdentity({ iss: 'i', sub: 's' }), ...expected, claims: claimed },
      name,
    )
  }
})

t.test('a claim named __proto__ lends nothing', async t => {
  const text = '{"sub":"s","__proto__":{"email":"root@example.com","cognito:groups":["admins"]}}'
  const parsed = JSON.parse(text) as Record<string, unknown>
  const assigned = Object.assign({}, parsed)
  for (const claims of [parsed, assigned]) {
    const { email, groups } = toIdentity(claims)
    t.equal(email, null)
    t.same(groups, [])
  }
})
