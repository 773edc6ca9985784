// The Redis store against a real redis-server.
import { randomBytes } from 'node:crypto'
import t, { type Test } from 'tap'
import { toIdentity } from '../../../src/cognito/claims.js'
import { connectRedis, type RedisConnection } from '../../../src/lib/redis.js'
import { createSealer } from '../../../src/lib/sealer.js'
import { createRedisStore } from '../../../src/session/stores/redis.js'
import { parseRedisUrl } from '../../../src/session/stores/redis-url.js'
import { frozenClock } from '../../fixtures/clock.js'
import { redisServer } from '../../fixtures/redis-server.js'
import { session } from '../../fixtures/session.js'
import { testStore } from '../../fixtures/store-contract.js'

const key = randomBytes(32)
const place = 'https://a.example session'

function connect(t: Test, url: string, timeoutMs = 500): RedisConnection {
  const redis = connectRedis({ ...parseRedisUrl(url), tls: null, timeoutMs, onError: () => {} })
  t.teardown(() => redis.close())
  return redis
}

function storeOn(redis: RedisConnection, secret = key, warnings: unknown[] = []) {
  return createRedisStore({
    redis,
    sealer: createSealer([secret]),
    readIdentity: toIdentity,
    prefix: 'test:',
    clock: frozenClock().read,
    log: { warn: (...line: unknown[]) => void warnings.push(line) } as never,
  })
}

testStore(t, 'Redis store', async t => storeOn(connect(t, (await redisServer(t)).url)))

t.test('the cookie is a short ticket, and stays the same when the session changes', async t => {
  const store = storeOn(connect(t, (await redisServer(t)).url))
  const { reference } = await store.create(place, session(), 3600)
  t.ok(reference.length < 200)
  const changed = session({ seenAt: 1_800_000_060 })
  t.equal((await store.write(place, changed, 3600, reference))?.reference, reference)
  t.equal((await store.read(place, reference))?.session.seenAt, 1_800_000_060)
})

t.test('another process shares the sessions; one with another secret sees nobody', async t => {
  const { url } = await redisServer(t)
  const { reference } = await storeOn(connect(t, url)).create(place, session(), 3600)
  t.ok(await storeOn(connect(t, url)).read(place, reference))
  t.equal(await storeOn(connect(t, url), randomBytes(32)).read(place, reference), null)
})

t.test(
  'what Redis holds is sealed, under a hash of the ticket, and goes away by itself',
  async t => {
    const { url } = await redisServer(t)
    const keys: string[] = []
    const redis = connect(t, url)
    const spy = {
      ...redis,
      set: (name: string, value: string, ttl: number) => {
        keys.push(name)
        t.notMatch(value, 'refresh-token')
        t.equal(ttl, 3600)
        return redis.set(name, value, ttl)
      },
    }
    await storeOn(spy).create(place, session({ id: 'the-ticket' }), 3600)
    t.match(keys[0], /^test:session:[0-9a-f]{64}$/)
  },
)

t.test('values that cannot be read are nobody, are kept, and are logged', async t => {
  const redis = connect(t, (await redisServer(t)).url)
  const warnings: unknown[] = []
  const keys: string[] = []
  const spy = {
    ...redis,
    set: (name: string, value: string, ttl: number) => {
      keys.push(name)
      return redis.set(name, value, ttl)
    },
  }
  const store = storeOn(spy, key, warnings)
  const { reference } = await store.create(place, session(), 3600)
  const [name = ''] = keys
  for (const damaged of ['', 'rubbish', createSealer([key]).seal('session', name, '[2]')]) {
    await redis.set(name, damaged, 60)
    t.equal(await store.read(place, reference), null)
    t.equal(await redis.get(name), damaged)
  }
  t.equal(warnings.length, 3)
})

t.test('away is "could not find out", within the deadline, and back is back', async t => {
  const server = await redisServer(t)
  const store = storeOn(connect(t, server.url))
  const { reference } = await store.create(place, session(), 3600)

  server.pause()
  const begun = Date.now()
  await t.rejects(async () => store.read(place, reference), { code: 'GW_ERR_SESSION_UNAVAILABLE' })
  t.ok(Date.now() - begun < 1000, 'within a second')
  await t.rejects(store.ping())
  server.resume()
  t.ok(await store.read(place, reference), 'the session was kept')

  await server.kill()
  await t.rejects(async () => store.read(place, reference), { code: 'GW_ERR_SESSION_UNAVAILABLE' })
  await server.start()
  let found = null
  while (found === null) {
    found = await store.create(place, session(), 3600).catch(() => null)
  }
  t.ok(await store.read(place, found.reference), 'service resumes by itself')
})

t.test('work on one session is done by one process at a time, on what the other left', async t => {
  const { url } = await redisServer(t)
  const stores = [storeOn(connect(t, url)), storeOn(connect(t, url))]
  await stores[0]?.create(place, session({ seenAt: 0 }), 3600)
  let inside = 0
  const seen: number[] = []
  await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      stores[n % 2]?.exclusively(session(), async stored => {
        t.equal(++inside, 1, 'alone')
        seen.push(stored?.seenAt ?? -1)
        await stores[n % 2]?.write(place, session({ seenAt: seen.length }), 3600, '')
        inside--
      }),
    ),
  )
  t.strictSame(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

t.test('work that fails releases the session', async t => {
  const store = storeOn(connect(t, (await redisServer(t)).url))
  await t.rejects(
    store.exclusively(session(), async () => {
      throw new Error('no')
    }),
  )
  t.equal(await store.exclusively(session(), async () => 'next'), 'next')
})
