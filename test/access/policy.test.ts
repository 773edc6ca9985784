import t from 'tap'
import { compileAccess, type Policy } from '../../src/access/policy.js'
import type { AccessSettings } from '../../src/access/settings.js'
import type { Identity } from '../../src/model.js'

t.test('who may pass', async t => {
  const rows: [AccessSettings, Identity | null, string, string][] = [
    ['public', null, 'allow', 'everybody'],
    ['public', member(), 'allow', 'people too'],
    ['signed-in', null, 'login', 'nobody'],
    ['signed-in', member(), 'allow', 'somebody, without any group'],
    ['deny', null, 'refuse', 'nobody: signing in would not help'],
    ['deny', member('admins'), 'refuse', 'somebody'],
    [{ groups: ['admins'] }, null, 'login', 'nobody, who may be a member'],
    [{ groups: ['admins'] }, member('admins'), 'allow', 'a member'],
    [{ groups: ['admins', 'staff'] }, member('x', 'staff'), 'allow', 'a member of one of them'],
    [{ groups: ['admins'] }, member(), 'refuse', 'a member of nothing'],
    [{ groups: ['admins'] }, member('admin'), 'refuse', 'the beginning of the name'],
    [{ groups: ['admins'] }, member('admins-eu'), 'refuse', 'more than the name'],
    [{ groups: ['admins'] }, member('Admins'), 'refuse', 'another case'],
    [{ groups: ['admins'] }, member('admins '), 'refuse', 'a space behind'],
    [{ groups: ['admins'] }, member('admins,x'), 'refuse', 'a name with a comma'],
    [{ groups: ['a,b'] }, member('a', 'b'), 'refuse', 'a comma in the rule makes no list'],
    [{ groups: ['a,b'] }, member('a,b'), 'allow', 'it belongs to the name'],
    [{ groups: ['admins'] }, member('__proto__', 'constructor'), 'refuse', 'names of objects'],
  ]
  for (const [settings, identity, outcome, why] of rows) {
    t.equal(compileAccess(settings).decide(identity).outcome, outcome, why)
  }
})

t.test('only rules about people need one', async t => {
  t.equal(compileAccess('public').needsUser, false)
  t.equal(compileAccess('deny').needsUser, false)
  t.equal(compileAccess('signed-in').needsUser, true)
  t.equal(compileAccess({ groups: ['a'] }).needsUser, true)
})

t.test('a refusal names the requirement', async t => {
  const refused = (policy: Policy) => policy.decide(member())
  t.strictSame(refused(compileAccess('deny')), { outcome: 'refuse', reason: 'deny' })
  t.strictSame(refused(compileAccess({ groups: ['a', 'b'] })), {
    outcome: 'refuse',
    reason: 'groups: a, b',
  })
})

t.test('a rule that is not understood lets nobody through', async t => {
  const rows: unknown[] = [
    ...['Public', 'toString', 'constructor', '__proto__', 'groups', '', null, undefined, true, {}],
    ...[{ groups: 'admins' }, { groups: [] }, { groups: ['admins'], not: [] }, { all: [] }],
  ]
  for (const settings of rows) {
    const policy = compileAccess(settings as AccessSettings)
    for (const identity of [null, member('admins', 'a')]) {
      t.strictSame(
        policy.decide(identity),
        { outcome: 'refuse', reason: 'access setting not understood' },
        JSON.stringify(settings),
      )
    }
  }
})

t.test('what is no identity is nobody whom a rule could allow', async t => {
  const rows: unknown[] = [undefined, {}, new Error('store down'), { ...member('a'), subject: '' }]
  for (const settings of ['signed-in', { groups: ['a'] }] as const) {
    for (const identity of rows) {
      const decision = compileAccess(settings as AccessSettings).decide(identity as Identity)
      t.equal(decision.outcome, 'refuse', String(identity))
    }
    t.equal(
      compileAccess(settings as AccessSettings).decide(member('a')).outcome,
      'allow',
      'their neighbour',
    )
  }
})

function member(...groups: string[]): Identity {
  return {
    issuer: 'https://issuer.example',
    subject: 'aaaaaaaa-bbbb',
    username: 'jane',
    email: null,
    groups,
    authenticatedAt: null,
    claims: {},
  }
}
