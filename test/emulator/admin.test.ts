// The admin page and its JSON API: what they show, what they do, and who may not.
import t from 'tap'
import { isBack } from '../fixtures/hosted-ui.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { authorizeUrl, getCode, publicId, testPool } from '../fixtures/pool-client.js'

function apiOf({ domain }: { domain: string }) {
  return async (
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ) => {
    const answer = await fetch(`${domain}/emulator/api/${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) }
  }
}

t.test('users by JSON: listed without passwords, made, changed, signed out, deleted', async t => {
  const emulator = await testPool(t)
  const api = apiOf(emulator)
  const heard: string[] = []
  emulator.onUserChange(({ operation }) => heard.push(operation))
  const { body: users } = await api('GET', 'users')
  t.match(users, [{ username: 'admin', groups: ['admins', 'staff'] }, { username: 'jane' }])
  t.notMatch(JSON.stringify(users), /Jane-pass1|"password"/)
  const made = await api('POST', 'users', { username: 'new', password: 'New-pass1', groups: ['a'] })
  t.equal(made.status, 201)
  t.match(made.body, { username: 'new', groups: ['a'], status: 'CONFIRMED', sub: /-/ })
  const changed = await api('PATCH', 'users/new', { enabled: false, groups: ['b'] })
  t.match(changed.body, { enabled: false, groups: ['b'] })
  t.equal((await api('POST', 'users/new/sign-out')).status, 204)
  t.equal((await api('DELETE', 'users/new')).status, 204)
  t.match(
    heard.join(' '),
    'AdminCreateUser AdminDisableUser AdminRemoveUserFromGroup AdminAddUserToGroup',
  )
  t.match(await api('PATCH', 'users/new', {}), { status: 400 })
  t.match(await api('PATCH', 'users/jane', { admin: true }), { status: 400 })
  t.match(await api('POST', 'users', { username: 'jane', password: 'x' }), {
    status: 400,
    body: { error: 'UsernameExistsException' },
  })
})

t.test('tokens and sessions without a click', async t => {
  const emulator = await testPool(t)
  const api = apiOf(emulator)
  const { body: tokens } = await api('POST', 'tokens', {
    username: 'jane',
    clientId: publicId,
    scope: 'openid',
  })
  const headers = { authorization: `Bearer ${tokens.access_token}` }
  t.equal((await fetch(`${emulator.domain}/oauth2/userInfo`, { headers })).status, 200)
  const { body: session } = await api('POST', 'sessions', { username: 'jane' })
  const browser = new PlainBrowser()
  browser.jar.set('localhost', new Map([[session.cookie.name, session.cookie.value]]))
  t.ok(isBack(await browser.visit(authorizeUrl(emulator))))
  const { body: signIns } = await api('GET', 'sign-ins')
  t.match(signIns, [{ username: 'jane', clientId: publicId, state: 'current' }])
  t.notMatch(JSON.stringify(signIns), tokens.refresh_token)
  t.match(await api('POST', 'tokens', { username: 'nobody' }), { status: 400 })
})

t.test('groups, clients, outbox and faults', async t => {
  const emulator = await testPool(t)
  const api = apiOf(emulator)
  t.match((await api('GET', 'groups')).body, [
    { name: 'admins', members: 1 },
    { name: 'staff', members: 2 },
  ])
  const { body: clients } = await api('GET', 'clients')
  t.match(clients, [
    { id: 'confidential1', isPublic: false },
    { id: publicId, isPublic: true },
  ])
  t.notMatch(JSON.stringify(clients), 'secretsecret1')
  t.strictSame((await api('GET', 'outbox')).body, [])
  t.equal(
    (await api('PUT', 'faults', { path: '/oauth2/authorize', status: 503, times: 2 })).status,
    204,
  )
  t.strictSame((await api('GET', 'faults')).body, [
    { path: '/oauth2/authorize', kind: 'status', left: 2 },
  ])
  t.equal((await fetch(authorizeUrl(emulator))).status, 503)
  t.equal((await api('DELETE', 'faults')).status, 204)
  t.strictSame((await api('GET', 'faults')).body, [])
  t.match(await api('PUT', 'faults', { path: '/x', delayMs: -1 }), { status: 400 })
  const { body: before } = await api('GET', '../../us-east-1_Emulator1/.well-known/jwks.json')
  await api('POST', 'keys/rotate')
  const { body: after } = await api('GET', '../../us-east-1_Emulator1/.well-known/jwks.json')
  t.equal(after.keys.length, 4)
  t.not(after.keys[0].kid, before.keys[0].kid)
})

t.test('pages from elsewhere may do nothing', async t => {
  const emulator = await testPool(t)
  const api = apiOf(emulator)
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'http://localhost:3000' },
  ] as Record<string, string>[]) {
    t.equal((await api('GET', 'users', undefined, headers)).status, 403)
    t.equal((await api('DELETE', 'users/jane', undefined, headers)).status, 403)
    const form = await fetch(`${emulator.domain}/emulator`, { method: 'POST', headers })
    t.equal(form.status, 403)
  }
  t.equal((await api('GET', 'users', undefined, { origin: emulator.domain })).status, 200)
  t.equal(emulator.settings.users.length, 2)
})

t.test('the page shows the pool and does what its buttons say', async t => {
  const emulator = await testPool(t)
  await getCode(emulator)
  const browser = new PlainBrowser()
  const page = await browser.visit(`${emulator.domain}/emulator`)
  t.match(page.body, 'jane@example.com')
  t.notMatch(page.body, /Jane-pass1|secretsecret1/)
  const [, csrf = ''] = /name="_csrf" value="([^"]+)"/.exec(page.body) ?? []
  const press = (fields: Record<string, string>) =>
    browser.visit(page.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ _csrf: csrf, ...fields }).toString(),
    })
  const jane = () => emulator.settings.users.find(({ username }) => username === 'jane')
  t.equal((await press({ act: 'disable', username: 'jane' })).status, 303)
  t.equal(jane()?.enabled, false)
  await press({ act: 'enable', username: 'jane' })
  t.equal(jane()?.enabled, true)
  await press({ act: 'fault', path: '/oauth2/token', fault: 'throttle' })
  t.match((await browser.visit(page.url)).body, '<code>/oauth2/token</code>: throttle')
  await press({ act: 'clear-faults' })
  t.strictSame(emulator.faults.list(), [])
  t.equal((await press({ _csrf: 'guessed', act: 'delete', username: 'jane' })).status, 400)
  await press({ act: 'delete', username: 'jane' })
  t.equal(jane(), undefined)
})
