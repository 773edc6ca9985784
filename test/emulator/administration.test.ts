// What an administrator does to users, and what tokens show of it.
import { decodeJwt } from 'jose'
import t from 'tap'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import {
  askToken,
  authorizeUrl,
  confidential,
  getCode,
  publicId,
  testPool,
} from '../fixtures/pool-client.js'

const refusedGrant = { status: 400, body: { error: 'invalid_grant' } }

t.test('tokens without a sign-in are as good as those with one', async t => {
  const emulator = await testPool(t)
  const { administration, domain } = emulator
  const tokens = await administration.tokensFor('jane', publicId, ['openid', 'email'])
  t.match(decodeJwt(tokens.access_token), { username: 'jane', scope: 'openid email' })
  const authorization = `Bearer ${tokens.access_token}`
  const info = await fetch(`${domain}/oauth2/userInfo`, { headers: { authorization } })
  t.equal(info.status, 200)
  const fields = { grant_type: 'refresh_token', client_id: publicId }
  const refreshed = await askToken(emulator, { ...fields, refresh_token: tokens.refresh_token })
  t.equal(refreshed.status, 200)
  await t.rejects(administration.tokensFor('nobody', publicId), RangeError)
  await t.rejects(administration.tokensFor('jane', 'nobody'), RangeError)
})

const acts = {
  'a disabled user': { enabled: false },
  'a deleted user': 'remove',
  'a user signed out everywhere': 'signOutEverywhere',
} as const

for (const [name, act] of Object.entries(acts)) {
  t.test(`${name} gets no refresh and no userInfo; a neighbour does`, async t => {
    const emulator = await testPool(t)
    const { administration, domain } = emulator
    const jane = await administration.tokensFor('jane', publicId)
    const admin = await administration.tokensFor('admin', publicId)
    if (typeof act === 'string') administration[act]('jane')
    else administration.update('jane', act)
    const refresh = (token: string) =>
      askToken(emulator, { grant_type: 'refresh_token', client_id: publicId, refresh_token: token })
    const info = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` }
      return (await fetch(`${domain}/oauth2/userInfo`, { headers })).status
    }
    t.strictSame(await refresh(jane.refresh_token), refusedGrant)
    t.equal(await info(jane.access_token), 401)
    t.equal((await refresh(admin.refresh_token)).status, 200)
    t.equal(await info(admin.access_token), 200)
  })
}

t.test('new groups show at the next refresh, and none leaves the claim out', async t => {
  const emulator = await testPool(t)
  const { administration } = emulator
  const { refresh_token: token } = await administration.tokensFor('jane', publicId)
  const groups = async () => {
    const fields = { grant_type: 'refresh_token', client_id: publicId, refresh_token: token }
    const { body } = await askToken(emulator, fields)
    return [decodeJwt(body.id_token ?? ''), decodeJwt(body.access_token ?? '')].map(
      claims => claims['cognito:groups'],
    )
  }
  t.strictSame(await groups(), [['staff'], ['staff']])
  administration.update('jane', { groups: ['staff', 'admins'] })
  t.strictSame(await groups(), [
    ['staff', 'admins'],
    ['staff', 'admins'],
  ])
  administration.update('jane', { groups: [] })
  t.strictSame(await groups(), [undefined, undefined])
})

t.test('a code of a user who was disabled meanwhile is refused', async t => {
  const emulator = await testPool(t)
  const code = await getCode(emulator)
  emulator.administration.update('jane', { enabled: false })
  const fields = {
    grant_type: 'authorization_code',
    client_id: publicId,
    redirect_uri: 'http://localhost:3000/oauth2/callback',
  }
  t.strictSame(await askToken(emulator, { ...fields, code }), refusedGrant)
})

t.test('a pool that forgets has no sessions, codes and tokens', async t => {
  const emulator = await testPool(t)
  const browser = new PlainBrowser()
  await getCode(emulator, {}, browser)
  t.match((await browser.visit(authorizeUrl(emulator))).location, '?code=')
  const { refresh_token: token } = await emulator.administration.tokensFor('jane', publicId)
  emulator.administration.forget()
  t.match((await browser.visit(authorizeUrl(emulator))).location, '/login?')
  const fields = { grant_type: 'refresh_token', client_id: publicId, refresh_token: token }
  t.strictSame(await askToken(emulator, fields), refusedGrant)
})

t.test('roles of groups are in the ID token; a shared best precedence prefers none', async t => {
  const emulator = await testPool(t)
  const { administration, settings } = emulator
  const roles = async (groups: typeof settings.groups) => {
    settings.groups.splice(0, settings.groups.length, ...groups)
    const { id_token, access_token } = await administration.tokensFor('admin', confidential.id)
    t.notOk('cognito:roles' in decodeJwt(access_token))
    const claims = decodeJwt(id_token ?? '')
    return [claims['cognito:roles'], claims['cognito:preferred_role']]
  }
  const [a, b] = ['arn:aws:iam::1:role/a', 'arn:aws:iam::1:role/b']
  t.strictSame(await roles([]), [undefined, undefined])
  t.strictSame(
    await roles([
      { name: 'admins', roleArn: a, precedence: 2 },
      { name: 'staff', roleArn: b, precedence: 1 },
    ]),
    [[a, b], b],
  )
  t.strictSame(
    await roles([
      { name: 'admins', roleArn: a, precedence: 1 },
      { name: 'staff', roleArn: b, precedence: 1 },
    ]),
    [[a, b], undefined],
  )
})

t.test(
  'every change of a user is told once, by the name of the operation that makes it',
  async t => {
    const { administration, onUserChange, settings } = await testPool(t)
    const heard: string[] = []
    const stop = onUserChange(({ operation, username, groupName }) =>
      heard.push(`${operation} ${username} ${groupName ?? ''}`.trim()),
    )
    administration.update('jane', { enabled: false })
    administration.update('jane', { enabled: false })
    administration.update('jane', { enabled: true, groups: ['admins'] })
    administration.update('jane', { attributes: { email: 'j@example.com' } })
    administration.update('jane', { password: 'Other-pass1' })
    administration.signOutEverywhere('jane')
    administration.remove('jane')
    stop()
    administration.remove('admin')
    t.strictSame(heard, [
      'AdminDisableUser jane',
      'AdminEnableUser jane',
      'AdminRemoveUserFromGroup jane staff',
      'AdminAddUserToGroup jane admins',
      'AdminUpdateUserAttributes jane',
      'AdminSetUserPassword jane',
      'AdminUserGlobalSignOut jane',
      'AdminDeleteUser jane',
    ])
    t.strictSame(settings.users, [])
  },
)

t.test('attributes of a user are bounded', async t => {
  const { administration } = await testPool(t)
  const attributes = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`custom:a${n}`, 'x']))
  administration.update('jane', { attributes: attributes(70) })
  t.throws(() => administration.update('jane', { attributes: attributes(71) }), {
    name: 'LimitExceededException',
  })
})
