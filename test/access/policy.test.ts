import t from 'tap'
import { compileAccess, type Policy, reportOnly } from '../../src/access/policy.js'
import type { AccessSettings } from '../../src/access/settings.js'
import type { Identity } from '../../src/model.js'

const now = 1_800_000_000
const clock = () => now

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
    t.equal(compileAccess(settings, clock).decide(identity).outcome, outcome, why)
  }
})

t.test('only rules about people need one', async t => {
  t.equal(compileAccess('public', clock).needsUser, false)
  t.equal(compileAccess('deny', clock).needsUser, false)
  t.equal(compileAccess('signed-in', clock).needsUser, true)
  t.equal(compileAccess({ groups: ['a'] }, clock).needsUser, true)
})

t.test('a refusal names the requirement', async t => {
  const refused = (policy: Policy) => policy.decide(member())
  t.strictSame(refused(compileAccess('deny', clock)), { outcome: 'refuse', reason: 'deny' })
  t.strictSame(refused(compileAccess({ groups: ['a', 'b'] }, clock)), {
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
    const policy = compileAccess(settings as AccessSettings, clock)
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
      const decision = compileAccess(settings as AccessSettings, clock).decide(identity as Identity)
      t.equal(decision.outcome, 'refuse', String(identity))
    }
    t.equal(
      compileAccess(settings as AccessSettings, clock).decide(member('a')).outcome,
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
    scopes: [],
    authenticatedAt: null,
    claims: {},
  }
}

/** Somebody with these claims, groups and scopes. */
function person(changes: Partial<Identity>): Identity {
  return { ...member('staff'), authenticatedAt: now - 600, ...changes }
}

t.test('requirements on a person, each beside one who does not meet it', async t => {
  const verified = { email_verified: true }
  const jane = person({
    email: 'jane@example.com',
    scopes: ['openid', 'notes/read'],
    claims: { ...verified, 'custom:level': '3', department: 'sales', list: ['a', 'b'] },
  })
  const mail = (email: string, claims: object = verified) =>
    person({ email, claims: { ...claims } })
  const rows: [AccessSettings, Identity, string, string][] = [
    ['optional', jane, 'allow', 'somebody'],
    [{ scopes: ['notes/read'] }, jane, 'allow', 'a scope'],
    [{ scopes: ['openid', 'notes/read'] }, jane, 'allow', 'all of them'],
    [{ scopes: ['openid', 'notes/write'] }, jane, 'refuse', 'one is missing'],
    [{ scopes: ['notes'] }, jane, 'refuse', 'the beginning of a scope'],
    [{ claims: { department: 'sales' } }, jane, 'allow', 'a value'],
    [{ claims: { department: 'sale' } }, jane, 'refuse', 'the beginning of a value'],
    [{ claims: { department: ['it', 'sales'] } }, jane, 'allow', 'one of'],
    [{ claims: { department: ['it'] } }, jane, 'refuse', 'none of'],
    [{ claims: { 'custom:level': 3 } }, jane, 'allow', 'a number that Cognito writes as text'],
    [{ claims: { 'custom:level': 4 } }, jane, 'refuse', 'another number'],
    [{ claims: { email_verified: true } }, jane, 'allow', 'a switch'],
    [{ claims: { list: { contains: 'a' } } }, jane, 'allow', 'in a list'],
    [{ claims: { list: { contains: 'c' } } }, jane, 'refuse', 'not in a list'],
    [{ claims: { department: { contains: 'sales' } } }, jane, 'refuse', 'text is no list'],
    [{ claims: { list: 'a,b' } }, jane, 'refuse', 'a list is no text'],
    [{ claims: { missing: 'undefined' } }, jane, 'refuse', 'a claim that is not there'],
    [{ claims: { constructor: 'x', __proto__: 'x' } }, jane, 'refuse', 'names of objects'],
    [{ emailDomains: ['example.com'] }, jane, 'allow', 'a domain'],
    [{ emailDomains: ['other.example', 'example.com'] }, jane, 'allow', 'one of'],
    [{ emailDomains: ['example.com'] }, mail('JANE@Example.COM'), 'allow', 'without case'],
    [{ emailDomains: ['example.com'] }, mail('jane@evil-example.com'), 'refuse', 'its end'],
    [{ emailDomains: ['example.com'] }, mail('jane@sub.example.com'), 'refuse', 'below it'],
    [{ emailDomains: ['example.com'] }, mail('jane@evil.com@example.com'), 'refuse', 'two @'],
    [{ emailDomains: ['example.com'] }, mail('"jane@evil.com"@example.com'), 'refuse', 'quotes'],
    [{ emailDomains: ['example.com'] }, mail('jane@example.com', {}), 'refuse', 'not verified'],
    [
      { emailDomains: ['example.com'] },
      mail('jane@example.com', { email_verified: false }),
      'refuse',
      'said so',
    ],
    [{ emailDomains: ['example.com'] }, person({ email: null }), 'refuse', 'no address'],
    [{ maxAuthAge: 600 }, jane, 'allow', 'young enough'],
    [{ maxAuthAge: 599 }, jane, 'login', 'too old: a new sign-in helps'],
    [{ maxAuthAge: 600 }, person({ authenticatedAt: null }), 'login', 'nobody knows when'],
    [{ groups: ['admins'], maxAuthAge: 60 }, jane, 'refuse', 'a new sign-in would not help'],
    [{ groups: ['staff'], scopes: ['openid'] }, jane, 'allow', 'several: all of them'],
    [{ groups: ['staff'], scopes: ['x'] }, jane, 'refuse', 'several: one is missing'],
    [{ any: [{ groups: ['admins'] }, { scopes: ['openid'] }] }, jane, 'allow', 'any'],
    [{ any: [{ groups: ['admins'] }, { scopes: ['x'] }] }, jane, 'refuse', 'none'],
    [{ any: [{ groups: ['admins'] }, { maxAuthAge: 60 }] }, jane, 'login', 'any, after a sign-in'],
    [{ all: [{ groups: ['staff'] }, { scopes: ['openid'] }] }, jane, 'allow', 'all'],
    [{ all: [{ groups: ['staff'] }, { scopes: ['x'] }] }, jane, 'refuse', 'not all'],
    [{ not: { groups: ['contractors'] } }, jane, 'allow', 'not a member'],
    [{ not: { groups: ['staff'] } }, jane, 'refuse', 'a member'],
    [{ not: { maxAuthAge: 60 } }, jane, 'refuse', 'what is not certain is not denied'],
    [{ all: [{ any: [{ not: { groups: ['x'] } }] }] }, jane, 'allow', 'in each other'],
  ]
  for (const [settings, identity, outcome, why] of rows) {
    t.equal(
      compileAccess(settings, clock).decide(identity).outcome,
      outcome,
      `${JSON.stringify(settings)}: ${why}`,
    )
    const nobody = compileAccess(settings, clock).decide(null).outcome
    t.equal(nobody, settings === 'optional' ? 'allow' : 'login', 'nobody')
  }
})

t.test('a policy that only reports allows, and says what it would have done', async t => {
  const policy = reportOnly(compileAccess({ groups: ['admins'] }, clock))
  t.strictSame(policy.decide(member('admins')), { outcome: 'allow' })
  t.strictSame(policy.decide(null), { outcome: 'allow', reported: { outcome: 'login' } })
  t.match(policy.decide(member()), { outcome: 'allow', reported: { outcome: 'refuse' } })
  t.equal(policy.needsUser, true)
})
