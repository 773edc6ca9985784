import t from 'tap'
import { identitySettings } from '../../../src/identity-headers/settings.js'
import { forwarded } from '../../../src/identity-headers/styles/forwarded.js'
import type { Identity } from '../../../src/model.js'
import { session } from '../../fixtures/session.js'

const identity: Identity = {
  issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example',
  subject: '11111111-2222-3333-4444-555555555555',
  username: 'jane',
  email: 'jane@example.com',
  groups: ['staff', 'admins'],
  scopes: [],
  authenticatedAt: 1_700_000_000,
  claims: { 'custom:employee': 'E-17', 'custom:number': 17, nested: { a: 1 }, flag: true },
}

const jane = { ...session(), identity }
const settings = identitySettings.parse({})

t.test('a person with everything', async t => {
  t.strictSame(forwarded.headers(jane, settings), [
    ['X-Forwarded-User', '11111111-2222-3333-4444-555555555555'],
    ['X-Forwarded-Preferred-Username', 'jane'],
    ['X-Forwarded-Email', 'jane@example.com'],
    ['X-Forwarded-Groups', ['staff', 'admins']],
    ['X-Forwarded-Access-Token', null],
  ])
})

t.test('it sets what it owns and nothing else', async t => {
  const names = forwarded.headers(jane, settings).map(([name]) => name)
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
    t.equal(forwarded.headers(jane, { ...settings, user })[0]?.[1], expected, user)
  }
})
