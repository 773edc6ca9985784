// Discovery, keys, settings and faults.
import t from 'tap'
import { tooManyRequests } from '../../src/emulator/faults.js'
import { parsePool, readPool } from '../../src/emulator/pool.js'
import { testPool } from '../fixtures/pool-client.js'

t.test('discovery has the keys of the real one, and no others', async t => {
  const { domain, issuer } = await testPool(t)
  const answer = await fetch(`${issuer}/.well-known/openid-configuration`)
  t.strictSame(await answer.json(), {
    authorization_endpoint: `${domain}/oauth2/authorize`,
    end_session_endpoint: `${domain}/logout`,
    id_token_signing_alg_values_supported: ['RS256'],
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: ['code', 'token'],
    revocation_endpoint: `${domain}/oauth2/revoke`,
    scopes_supported: ['openid', 'email', 'phone', 'profile'],
    subject_types_supported: ['public'],
    token_endpoint: `${domain}/oauth2/token`,
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    userinfo_endpoint: `${domain}/oauth2/userInfo`,
  })
})

t.test('issuer and domain may be two origins, each with its own paths only', async t => {
  const emulator = await testPool(t, {}, { issuerOrigin: 'http://127.0.0.1:0' })
  const { port } = new URL(emulator.domain)
  const issuer = `http://127.0.0.1:${port}`
  t.equal(emulator.domain, `http://localhost:${port}`)
  t.equal(emulator.issuer, `${issuer}/us-east-1_Emulator1`)
  const keys = '/us-east-1_Emulator1/.well-known/jwks.json'
  const status = async (url: string) => (await fetch(url)).status
  t.equal(await status(`${issuer}${keys}`), 200)
  t.equal(await status(`${emulator.domain}${keys}`), 404)
  t.equal(await status(`${emulator.domain}/oauth2/token`), 405)
  t.equal(await status(`${issuer}/oauth2/token`), 404)
})

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
