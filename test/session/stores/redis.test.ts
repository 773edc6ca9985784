// The Redis store against a real redis-server.
import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { toIdentity } from '../../../src/cognito/claims.js'
import { connectRedis, type RedisConnection } from '../../../src/lib/redis.js'
import { createSealer } from '../../../src/lib/sealer.js'
import { createEndedSessions } from '../../../src/session/ended.js'
import { createRedisStore } from '../../../src/session/stores/redis.js'
import { parseRedisUrl } from '../../../src/session/stores/redis-url.js'
import { frozenClock } from '../../fixtures/clock.js'
import { redisServer } from '../../fixtures/redis-server.js'
import { session } from '../../fixtures/session.js'
import { testStore } from '../../fixtures/store-contract.js'

const key = randomBytes(32)
const place = 'https://a.example session'
const clock = frozenClock().read

function connect(t: Test, url: string, timeoutMs = 500): RedisConnection {
  const redis = connectRedis({ ...parseRedisUrl(url), tls: null, timeoutMs, onError: () => {} })
  t.teardown(() => redis.close())
  return redis
}

function storeOn(
  redis: RedisConnection,
  secret = key,
  warnings: unknown[] = [],
  now: () => number = clock,
) {
  return createRedisStore({
    redis,
    sealer: createSealer([secret]),
    readIdentity: toIdentity,
    prefix: 'test:',
    ended: createEndedSessions(now),
    maxSeconds: 43_200,
    clock: now,
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

t.test('living sessions are counted, whoever began them, until they end or are over', async t => {
  const { url } = await redisServer(t)
  const time = frozenClock()
  const [here, there] = [0, 1].map(() => storeOn(connect(t, url), key, [], time.read))
  const [jane, admin, guest] = ['jane', 'admin', 'guest'].map(id => session({ id }))
  if (!here || !there || !jane || !admin || !guest) throw new Error('the row is complete')
  const { reference } = await here.create(place, jane, 100)
  await there.create(place, admin, 100)
  await there.create(place, guest, 100)
  t.equal(await there.count(), 3)
  await here.write(place, jane, 300, reference)
  await here.destroy(admin, 100)
  t.equal(await here.count(), 2)
  time.move(100)
  t.equal(await here.count(), 1, 'who is idle is over')
  time.move(200)
  t.equal(await here.count(), 0)
  await here.create(place, session({ id: 'next' }), 100)
  const client = new Redis(url)
  t.teardown(() => client.disconnect())
  t.equal(await client.zcard('test:living'), 1, 'those that are over take no room')
})

t.test('who may not count is asked once in a process, and told what to allow', async t => {
  const { url } = await redisServer(t, {
    args: ['--user', 'default', 'on', 'nopass', '~*', '+@all', '-zcount'],
  })
  const warnings: unknown[][] = []
  const redis = connect(t, url)
  let asked = 0
  const counting: RedisConnection = {
    ...redis,
    countMembers(...given) {
      asked++
      return redis.countMembers(...given)
    },
  }
  const store = storeOn(counting, key, warnings)
  await store.create(place, session(), 100)
  t.strictSame(await Promise.all([store.count(), store.count()]), [null, null])
  t.equal(store.count(), null)
  t.equal(asked, 2)
  t.match(warnings, [[{ command: 'zcount' }, /\+zcount/]])
  t.equal(warnings.length, 1)
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

t.test('values that cannot be read are nobody, are kept, and are logged once', async t => {
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
  const newer = `1800000000 ${createSealer([key]).seal('session', `${name} 1800000000`, '[2]')}`
  for (const damaged of ['', 'rubbish']) {
    await redis.set(name, damaged, 60)
    t.equal(await store.read(place, reference), null)
    t.equal(await redis.get(name), damaged)
  }
  await redis.set(name, newer, 60)
  await t.rejects(async () => store.read(place, reference), { message: /newer version/ })
  t.equal(await redis.get(name), newer)
  t.equal(warnings.length, 1, 'told once, however often it is read')
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

// A process that was held up for longer than the deadline found its timers first, and the answers that had long been
// there only after them: a burst of requests looked like a Redis that was away.
t.test('an answer that waits to be read is not too late', async t => {
  const redis = connect(t, (await redisServer(t)).url, 100)
  await redis.set('here', 'there', 60)
  const asked = redis.get('here')
  // It has been sent then, and nothing was read yet.
  await new Promise<void>(resolve => process.nextTick(resolve))
  const until = performance.now() + 300
  while (performance.now() < until);
  t.equal(await asked, 'there')
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

t.test(
  'a key that holds something else than text is nobody, is kept, and is logged once',
  async t => {
    const { url } = await redisServer(t)
    const warnings: unknown[] = []
    const store = storeOn(connect(t, url), key, warnings)
    const { reference } = await store.create(place, session(), 3600)
    const other = new Redis(url)
    t.teardown(() => other.disconnect())
    const [name = ''] = await other.keys('test:session:*')
    await other.del(name)
    await other.rpush(name, 'a', 'b')
    t.equal(await store.read(place, reference), null)
    t.equal(await store.write(place, session(), 3600, reference), null)
    t.equal(await other.llen(name), 2)
    t.equal(warnings.length, 1)
    await store.destroy(session(), 3600)
    t.equal(await other.exists(name), 0, 'ending it ends it')
  },
)

t.test('a write of an older session leaves what another process refreshed', async t => {
  const { url } = await redisServer(t)
  const [one, other] = [storeOn(connect(t, url)), storeOn(connect(t, url))]
  const { reference } = await one.create(place, session(), 3600)
  const tokens = { ...session().tokens, issuedAt: 1_800_000_300, refreshToken: 'rotated' }
  const refreshed = session({ tokens, seenAt: 1_800_000_300 })
  await other.write(place, refreshed, 3600, reference)

  const touched = await one.write(place, session({ seenAt: 1_800_000_301 }), 3600, reference)
  t.strictSame(touched?.session, refreshed, 'and is given what is there')
  t.equal(touched?.reference, reference)
  t.strictSame((await one.read(place, reference))?.session, refreshed)

  const later = session({ tokens, seenAt: 1_800_000_360 })
  t.strictSame(
    (await one.write(place, later, 3600, reference))?.session,
    later,
    'its own is written',
  )
})

t.test('a version that was changed in Redis is damage', async t => {
  const { url } = await redisServer(t)
  const store = storeOn(connect(t, url))
  const { reference } = await store.create(place, session(), 3600)
  const redis = connect(t, url)
  const other = new Redis(url)
  t.teardown(() => other.disconnect())
  const [name = ''] = await other.keys('test:session:*')
  const value = (await redis.get(name)) ?? ''
  t.match(value, /^1800000000 /)
  await redis.set(name, value.replace('1800000000', '1900000000'), 60)
  t.equal(await store.read(place, reference), null)
  await redis.set(name, value, 60)
  t.ok(await store.read(place, reference))
})

t.test('a refresh that could not be written is written when Redis is back', async t => {
  const server = await redisServer(t)
  const store = storeOn(connect(t, server.url))
  const { reference } = await store.create(place, session(), 3600)
  const tokens = { ...session().tokens, issuedAt: 1_800_000_300, refreshToken: 'rotated' }
  const refresh = store.exclusively(session(), async () => {
    server.pause()
    return store.write(place, session({ tokens }), 3600, reference)
  })
  await t.rejects(refresh, { code: 'GW_ERR_SESSION_UNAVAILABLE' })
  const waiting = storeOn(connect(t, server.url, 5000))
  const next = waiting.exclusively(session(), async stored => stored?.tokens.refreshToken)
  server.resume()
  t.equal(await next, 'rotated', 'before another process has its turn')
})

t.test('a refresh that a failover lost is written again; an ended session is not', async t => {
  const { url } = await redisServer(t)
  const store = storeOn(connect(t, url))
  const { reference } = await store.create(place, session(), 3600)
  const other = new Redis(url)
  t.teardown(() => other.disconnect())
  const [name = ''] = await other.keys('test:session:*')
  const before = (await other.get(name)) ?? ''
  const tokens = { ...session().tokens, issuedAt: 1_800_000_300, refreshToken: 'rotated' }
  const refreshed = session({ tokens })
  await store.exclusively(session(), () => store.write(place, refreshed, 3600, reference))

  await other.set(name, before)
  t.strictSame((await store.read(place, reference))?.session, refreshed)
  const elsewhere = await storeOn(connect(t, url)).read(place, reference)
  t.strictSame(elsewhere?.session, refreshed, 'for the others as well')

  await other.set(name, before)
  t.equal((await store.destroy(session(), 3600)).tokens.refreshToken, 'rotated')
  t.equal(await store.read(place, reference), null)
  t.equal(await other.exists(name), 0)
})

t.test('the list of a user has what lives, and nothing that was ended', async t => {
  const store = storeOn(connect(t, (await redisServer(t)).url))
  const { subject } = session().identity
  const idsOf = async (of: string | null) => {
    const ids: string[] = []
    for await (const { id } of store.list(of) ?? []) ids.push(id)
    return ids.sort()
  }
  await store.create(place, session({ id: 'one' }), 3600)
  const two = await store.create(place, session({ id: 'two' }), 3600)
  await store.create(place, session({ id: 'three' }, { sub: 'joe-sub' }), 3600)
  t.strictSame(await idsOf(subject), ['one', 'two'])
  t.strictSame(await idsOf(null), ['one', 'three', 'two'])
  t.strictSame(await idsOf('nobody'), [])
  await store.destroy(two.session, 3600)
  t.strictSame(await idsOf(subject), ['one'])
  const ended = await store.destroyMany({ subject, begunBefore: clock() + 1 })
  t.strictSame(
    ended.map(({ id }) => id),
    ['one'],
  )
  t.strictSame(await idsOf(null), ['three'])
})

// lua-resty and mod_auth_openidc: the end of an older session took the list of the newer one with it.
t.test('ending the older of two sessions leaves the newer one in the list', async t => {
  const store = storeOn(connect(t, (await redisServer(t)).url))
  const older = await store.create(place, session({ id: 'older', signedInAt: clock() - 600 }), 60)
  await store.create(place, session({ id: 'newer' }), 3600)
  await store.destroy(older.session, 60)
  const ids: string[] = []
  for await (const { id } of store.list(session().identity.subject) ?? []) ids.push(id)
  t.strictSame(ids, ['newer'])
})

/** A store whose session is there, opened, and the key that it has in Redis. */
async function openedStore(t: Test) {
  const { url } = await redisServer(t)
  const warnings: unknown[] = []
  const store = storeOn(connect(t, url, 30_000), key, warnings)
  const client = new Redis(url)
  t.teardown(() => client.disconnect())
  const { reference } = await store.create(place, session(), 3600)
  const [name = ''] = await client.keys('test:session:*')
  const read = async (at = place) => (await store.read(at, reference))?.session ?? null
  const first = await read()
  return { url, store, warnings, client, reference, name, read, first }
}

t.test('a session stays the very same for as long as Redis has the same text', async t => {
  const { url, store, client, reference, name, read, first } = await openedStore(t)
  t.strictSame(first, session(), 'with its tokens')
  t.equal(await read(), first)
  t.strictSame(store.memoryUse(), { hits: 1, misses: 1, kept: 1 })
  const text = (await client.get(name)) ?? ''
  const changed = session({ seenAt: 1_800_000_060 })
  await storeOn(connect(t, url)).write(place, changed, 3600, reference)
  const next = await read()
  t.strictSame(next, changed)
  t.equal(await read(), next)
  await client.set(name, text)
  t.strictSame(await read(), session(), 'what was written back counts as well')
})

t.test('reads of one turn ask Redis once, and each later one anew', async t => {
  const { client, read, first } = await openedStore(t)
  const gets = async () =>
    Number(/cmdstat_get:calls=(\d+)/.exec(await client.info('commandstats'))?.[1])
  const before = await gets()
  t.ok((await Promise.all([read(), read(), read()])).every(found => found === first))
  t.equal((await gets()) - before, 1)
  await read()
  await read()
  t.equal((await gets()) - before, 3)
})

t.test('what is remembered serves nobody once Redis has it no more', async t => {
  const { url, store, client, name, read, first } = await openedStore(t)
  const text = (await client.get(name)) ?? ''
  t.equal(await read('https://b.example session'), null, 'nor ever at another place')
  const [early, late] = [
    read(),
    storeOn(connect(t, url))
      .destroy(session(), 3600)
      .then(() => read()),
  ]
  t.equal(await early, first)
  t.equal(await late, null, 'ended by another process')
  t.equal(store.memoryUse()?.kept, 0)
  await client.set(name, text)
  t.ok(await read())
  await client.del(name)
  t.equal(await read(), null)
})

t.test('what is remembered does not cover damage, nor hide a text of a newer version', async t => {
  const { client, warnings, name, reference, store, read, first } = await openedStore(t)
  const text = (await client.get(name)) ?? ''
  const middle = text.length >> 1
  for (const damaged of [
    `${text.slice(0, middle)}${text[middle] === 'A' ? 'B' : 'A'}${text.slice(middle + 1)}`,
    text.slice(0, -1),
    `${text} `.slice(1),
  ]) {
    await client.set(name, damaged)
    t.equal(await read(), null)
    t.equal(await read(), null)
  }
  t.equal(warnings.length, 1, 'told once')
  const newer = `1800000000 ${createSealer([key]).seal('session', `${name} 1800000000`, '[2]')}`
  await client.set(name, newer)
  for (let turn = 0; turn < 2; turn++) {
    await t.rejects(async () => store.read(place, reference), { message: /newer version/ })
  }
  await client.set(name, text)
  t.strictSame(await read(), first)
})

t.test('a session that ends here is remembered no longer, also as one of many', async t => {
  const { store, client, name, read } = await openedStore(t)
  const text = (await client.get(name)) ?? ''
  await store.destroyMany({ subject: null, begunBefore: session().signedInAt + 1 })
  t.equal(store.memoryUse()?.kept, 0)
  await client.set(name, text)
  t.equal(await read(), null, 'nor does a text that comes back')
})

t.test('a ticket and a session of an older secret stay known as such', async t => {
  const { url } = await redisServer(t)
  const old = randomBytes(32)
  const { reference } = await storeOn(connect(t, url), old).create(place, session(), 3600)
  const store = createRedisStore({
    redis: connect(t, url),
    sealer: createSealer([key, old]),
    readIdentity: toIdentity,
    prefix: 'test:',
    ended: createEndedSessions(clock),
    maxSeconds: 43_200,
    clock,
    log: { warn: () => {} } as never,
  })
  for (let turn = 0; turn < 2; turn++) t.match(await store.read(place, reference), { stale: true })
  const written = await store.write(place, session(), 3600, reference)
  t.not(written?.reference, reference)
  t.match(await store.read(place, reference), { stale: true }, 'the ticket of before')
  t.match(await store.read(place, written?.reference ?? ''), { stale: false })
})
