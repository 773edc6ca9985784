import t from 'tap'
import { compileAccess } from '../../src/access/policy.js'
import { accessSettings } from '../../src/access/settings.js'
import { toIdentity } from '../../src/cognito/claims.js'

const member = (...groups: string[]) => toIdentity({ sub: 's', 'cognito:groups': groups })

t.test('who may pass', async t => {
  const rows: [Parameters<typeof compileAccess>[0], ReturnType<typeof member> | null, string][] = [
    ['public', null, 'allow'],
    ['public', member(), 'allow'],
    ['signed-in', null, 'login'],
    ['signed-in', member(), 'allow'],
    ['deny', null, 'refuse'],
    ['deny', member('admins'), 'refuse'],
    [{ groups: ['admins'] }, null, 'login'],
    [{ groups: ['admins'] }, member('admins'), 'allow'],
    [{ groups: ['admins', 'staff'] }, member('x', 'staff'), 'allow'],
    [{ groups: ['admins'] }, member(), 'refuse'],
    [{ groups: ['admins'] }, member('admin'), 'refuse'],
    [{ groups: ['admins'] }, member('Admins'), 'refuse'],
    [{ groups: ['admins'] }, member('admins,x'), 'refuse'],
  ]
  for (const [settings, identity, outcome] of rows) {
    t.equal(compileAccess(settings).decide(identity).outcome, outcome, JSON.stringify(settings))
  }
})

t.test('only rules about people need one', async t => {
  t.equal(compileAccess('public').needsUser, false)
  t.equal(compileAccess('deny').needsUser, false)
  t.equal(compileAccess('signed-in').needsUser, true)
  t.equal(compileAccess({ groups: ['a'] }).needsUser, true)
})

t.test('a rule that is not understood is no rule', async t => {
  for (const good of ['public', 'signed-in', 'deny', { groups: ['a'] }]) {
    t.equal(accessSettings.safeParse(good).success, true)
  }
  for (const bad of [
    'Public',
    '',
    'everyone',
    {},
    { groups: [] },
    { groups: [''] },
    { groups: 'a' },
    { groups: ['a'], x: 1 },
    null,
    true,
  ]) {
    t.equal(accessSettings.safeParse(bad).success, false, JSON.stringify(bad))
  }
})
