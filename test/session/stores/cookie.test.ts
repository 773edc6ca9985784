import { randomBytes } from 'node:crypto'
import t from 'tap'
import { toIdentity } from '../../../src/cognito/claims.js'
import { createSealer } from '../../../src/lib/sealer.js'
import { createEndedSessions } from '../../../src/session/ended.js'
import { createCookieStore } from '../../../src/session/stores/cookie.js'
import { frozenClock } from '../../fixtures/clock.js'
import { session } from '../../fixtures/session.js'
import { testStore } from '../../fixtures/store-contract.js'

const clock = frozenClock().read
const [oldKey, newKey] = [randomBytes(32), randomBytes(32)]
const open = (...keys: Buffer[]) =>
  createCookieStore({
    sealer: createSealer(keys),
    readIdentity: toIdentity,
    ended: createEndedSessions(clock),
    maxSeconds: 43_200,
    clock,
  })

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

t.test('what is no session is nobody', async t => {
  const sealer = createSealer([newKey])
  for (const content of ['[0,"id"]', '{}', 'null', '"x"', '\u0002binary']) {
    t.equal(await open(newKey).read('here', sealer.seal('session', 'here', content)), null, content)
  }
})

t.test(
  'an opened session is remembered by its whole reference, never by the end of it',
  async t => {
    const store = open(newKey)
    const { reference } = await store.create('here', session(), 60)
    const begun = await store.read('here', reference)
    t.equal(await store.read('here', reference), begun, 'the very same')
    const other = `${reference[0] === 'A' ? 'B' : 'A'}${reference.slice(1)}`
    t.equal(await store.read('here', other), null)
    t.equal(await store.read('here', reference.slice(-22)), null)
    t.equal(await store.read('here', reference), begun)
  },
)

t.test('a session is kept open from its second sight on, not at its first', async t => {
  const { reference } = await open(newKey).create('here', session(), 60)
  const store = open(newKey)
  const seen = []
  for (let n = 0; n < 3; n++) seen.push(await store.read('here', reference))
  const [first, second, third] = seen
  t.strictSame(first?.session, session())
  t.not(second, first, 'opened again')
  t.equal(third, second, 'the very same')
  t.match(store.memoryUse(), { kept: 1, hits: 1, misses: 2 })
})

t.test(
  'the state before the last stays opened, since requests with it are on their way',
  async t => {
    const store = open(newKey)
    const first = await store.create('here', session(), 60)
    const second = await store.write(
      'here',
      session({ seenAt: 1_800_000_060 }),
      60,
      first.reference,
    )
    const opened = await store.read('here', first.reference)
    t.equal(await store.read('here', first.reference), opened, 'the very same')
    t.equal(await store.read('here', second?.reference ?? ''), second)
    const third = await store.write('here', session({ seenAt: 1_800_000_120 }), 60, first.reference)
    t.equal(await store.read('here', third?.reference ?? ''), third)
    t.not(await store.read('here', first.reference), opened, 'that of long ago takes no room')
  },
)

t.test(
  'a session is ended for this process: another one with the same key does not know',
  async t => {
    const [one, other] = [open(newKey), open(newKey)]
    const { reference } = await one.create('here', session(), 60)
    await one.destroy(session(), 60)
    t.equal(await one.read('here', reference), null)
    t.ok(await other.read('here', reference))
  },
)

t.test('a cookie from before the last change is ended with the session', async t => {
  const store = open(newKey)
  const { reference } = await store.create('here', session(), 60)
  const written = await store.write('here', session({ seenAt: 1_800_000_060 }), 60, reference)
  t.not(written?.reference, reference)
  await store.destroy(session(), 60)
  t.equal(await store.read('here', reference), null)
  t.equal(await store.read('here', written?.reference ?? ''), null)
})
