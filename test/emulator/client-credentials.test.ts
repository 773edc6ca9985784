// Programs that sign in as themselves: custom scopes of resource servers, and who may not.
import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import { startEmulator } from '../../src/emulator/app.js'
import { parsePool } from '../../src/emulator/pool.js'
import { users } from '../fixtures/gateway.js'
import { askToken, basic } from '../fixtures/pool-client.js'

const robot = { id: 'robot1', secrets: ['robotsecret1'], clientCredentials: true }
const resourceServers = [
  { identifier: 'notes', scopes: ['read', 'write'] },
  { identifier: 'https://api.example.com', scopes: ['all'] },
]
const scopes = ['notes/read', 'https://api.example.com/all']

async function setUp(t: Test) {
  const pool = parsePool({
    users,
    resourceServers,
    clients: [
      { ...robot, scopes },
      { id: 'people1', secrets: ['x1'], callbackUrls: [] },
    ],
  })
  const emulator = await startEmulator({ pool })
  t.teardown(() => emulator.close())
  const ask = (fields: Record<string, string> = {}, id = 'robot1', secret = 'robotsecret1') =>
    askToken(emulator, { grant_type: 'client_credentials', ...fields }, basic(id, secret))
  return { emulator, ask }
}

t.test('an access token alone, with the claims of a program', async t => {
  const { emulator, ask } = await setUp(t)
  const { status, body } = await ask()
  t.equal(status, 200)
  t.strictSame(Object.keys(body), ['access_token', 'expires_in', 'token_type'])
  const claims = decodeJwt(body.access_token ?? '')
  t.match(claims, {
    sub: 'robot1',
    client_id: 'robot1',
    token_use: 'access',
    version: 2,
    iss: emulator.issuer,
    scope: 'notes/read https://api.example.com/all',
  })
  for (const name of ['username', 'origin_jti', 'cognito:groups']) t.notOk(name in claims, name)
  const one = await ask({ scope: 'notes/read' })
  t.equal(decodeJwt(one.body.access_token ?? '').scope, 'notes/read')
})

t.test('scopes that the client lacks, and clients without the grant, are refused', async t => {
  const { ask } = await setUp(t)
  t.strictSame(await ask({ scope: 'notes/write' }), {
    status: 400,
    body: { error: 'invalid_scope' },
  })
  t.match(await ask({ scope: 'openid' }), { body: { error: 'invalid_scope' } })
  t.match(await ask({}, 'people1', 'x1'), { body: { error: 'unauthorized_client' } })
  t.match(await ask({}, 'robot1', 'wrong'), { body: { error: 'invalid_client' } })
})

t.test('a pool with a client that cannot be is refused', async t => {
  const broken = (client: object) => () => parsePool({ users, clients: [{ ...robot, ...client }] })
  t.doesNotThrow(broken({}))
  t.throws(broken({ responseTypes: ['code'] }), /excludes every response type/)
  t.throws(broken({ secrets: [] }), /needs a client with a secret/)
  const clients = [{ ...robot, scopes: ['notes/delete'] }]
  t.throws(() => parsePool({ users, resourceServers, clients }), /no resource server has/)
})
