// What AWS has not published: the default and the other choice of each switch.
import t from 'tap'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import {
  askToken,
  authorizeUrl,
  basic,
  callbackUrl,
  confidential,
  publicId,
  testPool,
} from '../fixtures/pool-client.js'

t.test('a wrong secret is described, or not', async t => {
  const emulator = await testPool(t)
  const fields = { grant_type: 'refresh_token', refresh_token: 'x' }
  const ask = async () => (await askToken(emulator, fields, basic(confidential.id, 'wrong'))).body
  t.strictSame(await ask(), {
    error: 'invalid_client',
    error_description: 'invalid_client_secret',
  })
  emulator.settings.unpublished.describeWrongSecret = false
  t.strictSame(await ask(), { error: 'invalid_client' })
})

t.test('refusals of authorize: as seen on the wire, or as documented; state or none', async t => {
  const emulator = await testPool(t)
  const { unpublished } = emulator.settings
  const { domain } = emulator
  const location = async (changes: Record<string, string>) =>
    (await new PlainBrowser().visit(authorizeUrl(emulator, changes))).location
  const scope = { scope: 'openid nothing' }
  const type = { response_type: 'token' }
  const seen = 'error_description=invalid_scope&state=S&error=invalid_request'
  t.equal(await location(scope), `${callbackUrl}?${seen}`)
  unpublished.authorizeErrors = 'documented'
  t.equal(await location(scope), `${callbackUrl}?error=invalid_scope&state=S`)
  t.equal(await location(type), `${callbackUrl}?error=unauthorized_client&state=S`)
  unpublished.stateInErrors = false
  t.equal(await location(scope), `${callbackUrl}?error=invalid_scope`)
  const unknown = { client_id: 'nobody' }
  t.equal(await location(unknown), `${domain}/error?error=invalid_request`)
  unpublished.unknownClient = 'redirect_mismatch'
  t.equal(await location(unknown), `${domain}/error?error=redirect_mismatch&client_id=nobody`)
})

t.test('a rotated token in its grace: another new one, or the same one again', async t => {
  const emulator = await testPool(t, { rotation: { graceSeconds: 60 } })
  const { administration, settings } = emulator
  const twice = async () => {
    const { refresh_token: token } = await administration.tokensFor('jane', publicId)
    const fields = { grant_type: 'refresh_token', client_id: publicId, refresh_token: token }
    const answers = await Promise.all([askToken(emulator, fields), askToken(emulator, fields)])
    return new Set(answers.map(({ body }) => body.refresh_token)).size
  }
  t.equal(await twice(), 2)
  settings.unpublished.refreshInGrace = 'same-token'
  t.equal(await twice(), 1)
})

t.test('a rotated token after its grace: refused alone, or with its family', async t => {
  const emulator = await testPool(t, { rotation: { graceSeconds: 0 } })
  const { administration, settings } = emulator
  const ask = (token = '') =>
    askToken(emulator, { grant_type: 'refresh_token', client_id: publicId, refresh_token: token })
  const afterReuse = async () => {
    const { refresh_token: first } = await administration.tokensFor('jane', publicId)
    const { body } = await ask(first)
    t.equal((await ask(first)).status, 400, 'the reuse itself')
    return (await ask(body.refresh_token)).status
  }
  t.equal(await afterReuse(), 200)
  settings.unpublished.reuseAfterGrace = 'family-revoked'
  t.equal(await afterReuse(), 400)
})

t.test('userInfo without openid: invalid_token, or insufficient_scope', async t => {
  const { administration, settings, domain } = await testPool(t, {
    scopes: ['openid', 'orders/read'],
  })
  const { access_token: token, ...rest } = await administration.tokensFor('jane', publicId, [
    'orders/read',
  ])
  t.notOk('id_token' in rest)
  const ask = async () => {
    const headers = { authorization: `Bearer ${token}` }
    const answer = await fetch(`${domain}/oauth2/userInfo`, { headers })
    return [answer.status, answer.headers.get('www-authenticate')]
  }
  t.match(await ask(), [401, /^error="invalid_token"/])
  settings.unpublished.userInfoWithoutOpenid = 'insufficient_scope'
  t.match(await ask(), [403, /^error="insufficient_scope"/])
})

t.test('a logout_uri that is not registered: 400, or the error page', async t => {
  const { settings, domain } = await testPool(t)
  const query = new URLSearchParams({ client_id: publicId, logout_uri: 'https://else.example/' })
  const ask = () => new PlainBrowser().visit(`${domain}/logout?${query}`)
  t.equal((await ask()).status, 400)
  settings.unpublished.unregisteredLogoutUri = 'redirect_mismatch'
  t.equal((await ask()).location, `${domain}/error?error=redirect_mismatch&client_id=${publicId}`)
})
