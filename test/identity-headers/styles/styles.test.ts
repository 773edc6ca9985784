// What each style says of the same caller.
import t from 'tap'
import { identitySettings } from '../../../src/identity-headers/settings.js'
import type { StyleSettings } from '../../../src/identity-headers/style.js'
import { claimHeaders } from '../../../src/identity-headers/styles/claim-headers.js'
import { type StyleName, styles } from '../../../src/identity-headers/styles/table.js'
import { session } from '../../fixtures/session.js'

const jane = session(
  {},
  {
    email: 'jane@example.com',
    'cognito:groups': ['staff', 'team-red', 'team-blue', 'admins'],
    'custom:employee': '42',
    list: ['a', 'b'],
    mixed: ['a', 1],
    object: { a: 1 },
  },
)
const nobodysTokens = { ...jane.tokens, idToken: null, accessToken: null }
const settings = (changes: Partial<StyleSettings> = {}): StyleSettings => ({
  ...identitySettings.parse({}),
  ...changes,
})
const headersOf = (name: StyleName, changes: Partial<StyleSettings> = {}) =>
  Object.fromEntries(styles[name].headers(jane, settings(changes)))

t.test('every style sets what it owns, and nothing else', async t => {
  for (const style of [...Object.values(styles), claimHeaders({ 'X-A': 'sub' })]) {
    const names = style.headers(jane, settings()).map(([name]) => name)
    t.strictSame([...names].sort(), [...style.owns].sort(), style.name)
  }
})

t.test('auth-request says what forwarded says, under its own names', async t => {
  const { 'X-Auth-Request-Email': email, 'X-Auth-Request-Groups': groups } =
    headersOf('auth-request')
  t.equal(email, 'jane@example.com')
  t.strictSame(groups, ['staff', 'team-red', 'team-blue', 'admins'])
  const values = (name: StyleName) => Object.values(headersOf(name, { accessToken: true }))
  t.strictSame(values('auth-request'), values('forwarded'))
})

t.test('the access token goes out on request alone', async t => {
  t.equal(headersOf('forwarded')['X-Forwarded-Access-Token'], null)
  t.equal(headersOf('forwarded', { accessToken: true })['X-Forwarded-Access-Token'], 'access-token')
})

t.test('groups.only: whole names, and beginnings that end in a star', async t => {
  const rows: [string[], string[]][] = [
    [['staff'], ['staff']],
    [
      ['staff', 'team-*'],
      ['staff', 'team-red', 'team-blue'],
    ],
    [['team'], []],
    [['STAFF'], []],
    [['adm*'], ['admins']],
  ]
  for (const [onlyGroups, expected] of rows) {
    t.strictSame(headersOf('forwarded', { onlyGroups })['X-Forwarded-Groups'], expected)
  }
})

t.test('bearer: the token that was chosen, or nothing', async t => {
  t.strictSame(headersOf('bearer'), { Authorization: 'Bearer access-token' })
  t.strictSame(headersOf('bearer', { token: 'id' }), {
    Authorization: `Bearer ${jane.tokens.idToken}`,
  })
  const without = styles.bearer.headers({ ...jane, tokens: nobodysTokens }, settings())
  t.strictSame(without, [['Authorization', null]])
})

t.test('basic: the name and the password of all, and no name with a colon', async t => {
  const password = 'correct horse battery'
  const { Authorization: line } = headersOf('basic', { user: 'email', password })
  t.equal(Buffer.from(String(line).slice(6), 'base64').toString(), `jane@example.com:${password}`)
  t.equal(headersOf('basic').Authorization, null, 'without a password nobody')
  const odd = session({}, { sub: 'a:b' })
  t.strictSame(styles.basic.headers(odd, settings({ password })), [['Authorization', null]])
})

t.test('headers of the operator: text, numbers, lists; nothing for the rest', async t => {
  const style = claimHeaders({
    'X-Employee': 'custom:employee',
    'X-Mail': 'email',
    'X-List': 'list',
    'X-Mixed': 'mixed',
    'X-Object': 'object',
    'X-None': 'nothing',
    'X-Proto': '__proto__',
  })
  t.strictSame(Object.fromEntries(style.headers(jane, settings())), {
    'X-Employee': '42',
    'X-Mail': 'jane@example.com',
    'X-List': ['a', 'b'],
    'X-Mixed': null,
    'X-Object': null,
    'X-None': null,
    'X-Proto': null,
  })
})
