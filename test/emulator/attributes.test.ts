import t from 'tap'
import { mayReadCovered, readableAttributes } from '../../src/emulator/attributes.js'

const attributes = {
  email: 'jane@example.com',
  email_verified: true,
  phone_number: '+10000000',
  phone_number_verified: false,
  name: 'Jane',
  'custom:dept': 'x',
}
const email = ['email', 'email_verified']
const phone = ['phone_number', 'phone_number_verified']
const profile = ['name', 'custom:dept']

const rows: [string, string, string[] | undefined, string[]][] = [
  ['openid alone gives all', 'openid', undefined, [...email, ...phone, ...profile]],
  ['email limits to its own', 'openid email', undefined, email],
  ['profile limits to its own', 'openid profile', undefined, profile],
  ['two scopes give their union', 'openid email phone', undefined, [...email, ...phone]],
  ['a custom scope limits nothing', 'openid a/b', undefined, [...email, ...phone, ...profile]],
  ['read permission limits further', 'openid email', ['email', 'name'], ['email']],
]

for (const [name, scopes, readAttributes, expected] of rows) {
  t.test(name, async t => {
    const found = readableAttributes({ attributes }, { readAttributes }, scopes.split(' '))
    t.strictSame(Object.keys(found), expected)
  })
}

t.test('a scope needs all that it covers', async t => {
  t.equal(mayReadCovered({ readAttributes: ['email'] }, ['openid', 'email']), false)
  t.equal(mayReadCovered({ readAttributes: email }, ['openid', 'email']), true)
  t.equal(mayReadCovered({ readAttributes: email }, ['openid', 'phone']), false)
  t.equal(mayReadCovered({ readAttributes: [] }, ['openid']), true)
  t.equal(mayReadCovered({ readAttributes: undefined }, ['openid', 'phone']), true)
})
