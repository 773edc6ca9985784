import t from 'tap'
import { identitySettings } from '../../src/identity-headers/settings.js'

t.test('X-Forwarded-User carries sub unless told otherwise', async t => {
  t.equal(identitySettings.parse({}).user, 'sub')
})

t.test('names of claims, and what is none', async t => {
  for (const user of ['sub', 'username', 'email', 'custom:employee_id', 'preferred_username']) {
    t.ok(identitySettings.safeParse({ user }).success, user)
  }
  for (const user of ['', 'a b', 'a,b', 'a\r\n', 'x'.repeat(65), 7]) {
    t.notOk(identitySettings.safeParse({ user }).success, String(user))
  }
  t.notOk(identitySettings.safeParse({ users: 'sub' }).success, 'an unknown key')
})
