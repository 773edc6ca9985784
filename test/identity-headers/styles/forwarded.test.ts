import t from 'tap'
import { forwarded } from '../../../src/identity-headers/styles/forwarded.js'
import type { Identity } from '../../../src/model.js'

const jane: Identity = {
  issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example',
  subject: '11111111-2222-3333-4444-555555555555',
  username: 'jane',
  email: 'jane@example.com',
  groups: ['staff', 'admins'],
  authenticatedAt: 1_700_000_000,
  claims: { 'custom:employee': 'E-17', 'custom:number': 17, nested: { a: 1 }, flag: true },
}

t.test('a person with everything', async t => {
  t.strictSame(forwarded.headers(jane, { user: 'sub' }), [
    ['X-Forwarded-User', '11111111-2222-3333-4444-555555555555'],
    ['X-Forwarded-Preferred-Username', 'jane'],
    ['X-Forwarded-Email', 'jane@example.com'],
    ['X-Forwarded-Groups', ['staff', 'admins']],
  ])
})

t.test('it sets what it owns and nothing else', async t => {
  const names = forwarded.headers(jane, { user: 'sub' }).map(([name]) => name)
  t.strictSame(names, forwarded.owns)
})

t.test('X-Forwarded-User carries what the setting names', async t => {
  const rows: [string, string | null][] = [
    ['sub', '11111111-2222-3333-4444-555555555555'],
    ['username', 'jane'],
    ['email', 'jane@example.com'],
    ['custom:employee', 'E-17'],
    ['custom:number', '17'],
    ['nested', null],
    ['flag', null],
    ['missing', null],
    ['__proto__', null],
    ['constructor', null],
  ]
  for (const [user, expected] of rows) {
    t.equal(forwarded.headers(jane, { user })[0]?.[1], expected, user)
  }
})
