import { randomBytes } from 'node:crypto'
import t from 'tap'
import { toIdentity } from '../../../src/cognito/claims.js'
import { createSealer } from '../../../src/lib/sealer.js'
import { createCookieStore } from '../../../src/session/stores/cookie.js'
import { session } from '../../fixtures/session.js'
import { testStore } from '../../fixtures/store-contract.js'

const [oldKey, newKey] = [randomBytes(32), randomBytes(32)]
const open = (...keys: Buffer[]) =>
  createCookieStore({ sealer: createSealer(keys), readIdentity: toIdentity })

testStore(t, 'cookie store', async () => open(newKey))

t.test('another process with the same key opens the cookie, one without it does not', async t => {
  const { reference } = await open(newKey).create('here', session(), 60)
  t.strictSame((await open(newKey).read('here', reference))?.session, session())
  t.equal(await open(oldKey).read('here', reference), null)
})

t.test('a session sealed with the older key opens and wants to be sealed again', async t => {
  const { reference } = await open(oldKey).create('here', session(), 60)
  t.match(await open(newKey, oldKey).read('here', reference), { stale: true })
})

t.test('what a newer version wrote is nobody', async t => {
  const sealer = createSealer([newKey])
  for (const content of ['[2,"id"]', '{}', 'null', '"x"', '\u0002binary']) {
    t.equal(await open(newKey).read('here', sealer.seal('session', 'here', content)), null, content)
  }
})
