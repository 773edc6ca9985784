import t from 'tap'
import { chooseRole, type RoleChoice } from '../../src/aws/role.js'
import { session } from '../fixtures/session.js'

const arn = (name: string) => `arn:aws:iam::123456789012:role/${name}`
const rules = [
  {
    matches: ({ groups }: { groups: readonly string[] }) => groups.includes('admins'),
    role: arn('admin'),
  },
]

t.test('the first rule that matches, then the role of everybody, then nobody chooses', async t => {
  const rows: [string, Record<string, unknown>, RoleChoice, string | null][] = [
    ['a rule', { 'cognito:groups': ['admins'] }, { rules, role: arn('user') }, arn('admin')],
    ['no rule matches', { 'cognito:groups': ['staff'] }, { rules, role: arn('user') }, arn('user')],
    ['nothing is said', {}, { rules: [] }, null],
    ['a rule, nothing else', { 'cognito:groups': ['staff'] }, { rules }, null],
  ]
  for (const [why, claims, choice, expected] of rows) {
    t.equal(chooseRole(session({}, claims).identity, choice), expected, why)
  }
})

t.test('token: the preferred role, or the only one, and never one of several', async t => {
  const rows: [string, Record<string, unknown>, string | null][] = [
    [
      'preferred',
      { 'cognito:preferred_role': arn('a'), 'cognito:roles': [arn('a'), arn('b')] },
      arn('a'),
    ],
    ['the only one', { 'cognito:roles': [arn('b')] }, arn('b')],
    ['two of the same rank', { 'cognito:roles': [arn('a'), arn('b')] }, null],
    ['none', {}, null],
    ['not a list', { 'cognito:roles': arn('a') }, null],
    ['not text', { 'cognito:preferred_role': 7 }, null],
  ]
  for (const [why, claims, expected] of rows) {
    t.equal(chooseRole(session({}, claims).identity, { rules: [], role: 'token' }), expected, why)
  }
})
