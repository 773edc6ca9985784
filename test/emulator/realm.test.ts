// Discovery, keys, settings and faults.
import t from 'tap'
import { tooManyRequests } from '../../src/emulator/faults.js'
import { parsePool, readPool } from '../../src/emulator/pool.js'
import { testPool } from '../fixtures/pool-client.js'

t.test(
  'discovery has the keys of the real one, and issuer and domain may be two origins',
  async t => {
    const emulator = await testPool(t, {}, { issuerOrigin: 'http://issuer.example' })
    const answer = await fetch(
      `${emulator.domain}/us-east-1_Emulator1/.well-known/openid-configuration`,
    )
    const document = (await answer.json()) as Record<string, unknown>
    t.strictSame(Object.keys(document).sort(), [
      'authorization_endpoint',
      'end_session_endpoint',
      'id_token_signing_alg_values_supported',
      'issuer',
      'jwks_uri',
      'response_types_supported',
      'revocation_endpoint',
      'scopes_supported',
      'subject_types_supported',
      'token_endpoint',
      'token_endpoint_auth_methods_supported',
      'userinfo_endpoint',
    ])
    t.equal(document.issuer, 'http://issuer.example/us-east-1_Emulator1')
    t.equal(document.token_endpoint, `${emulator.domain}/oauth2/token`)
  },
)

t.test('keys have six fields, and rotate with or without the old ones', async t => {
  const { issuer, keys } = await testPool(t)
  const read = async () => {
    const answer = await fetch(`${issuer}/.well-known/jwks.json`)
    return ((await answer.json()) as { keys: { kid: string }[] }).keys
  }
  const before = await read()
  t.equal(before.length, 2)
  t.strictSame(Object.keys(before[0] ?? {}).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
  await keys.rotate()
  const both = await read()
  t.equal(both.length, 4)
  t.ok(both.some(({ kid }) => kid === before[0]?.kid))
  await keys.rotate({ withdraw: true })
  t.equal((await read()).length, 2)
})

t.test('faults happen as often as asked, and can be cleared', async t => {
  const { domain, faults } = await testPool(t)
  const ask = async () => (await fetch(`${domain}/oauth2/token`)).status
  faults.set('/oauth2/token', { ...tooManyRequests, times: 2 })
  t.strictSame([await ask(), await ask(), await ask()], [429, 429, 405])
  faults.set('/oauth2/token', { reset: true })
  await t.rejects(ask())
  faults.clear()
  t.equal(await ask(), 405)
  faults.set('/oauth2/token', { loseAnswer: true })
  await t.rejects(ask())
})

t.test('the pool that comes with the package is good; a bad one names every fault', async t => {
  t.equal(readPool().clients.length, 2)
  t.throws(
    () => parsePool({ users: [], clients: [{ id: 'a b' }], extra: 1 }),
    /users[\s\S]*clients\.0\.id[\s\S]*extra/,
  )
})
