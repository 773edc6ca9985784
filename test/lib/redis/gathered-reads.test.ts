// Reads that are sent together, against real redis-servers.
import { execFileSync } from 'node:child_process'
import { setImmediate } from 'node:timers/promises'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { connectRedis, type RedisConnection } from '../../../src/lib/redis.js'
import { parseRedisUrl } from '../../../src/session/stores/redis-url.js'
import { redisCluster } from '../../fixtures/redis-cluster.js'
import { redisServer } from '../../fixtures/redis-server.js'

/** Longer than any machine is busy. */
const patient = 30_000

function connect(t: Test, url: string, timeoutMs = patient) {
  const ends: boolean[] = []
  const redis = connectRedis({
    ...parseRedisUrl(url),
    tls: null,
    timeoutMs,
    onError: () => {},
    onCommandEnd: (_ms, answered) => void ends.push(answered),
  })
  t.teardown(() => redis.close())
  return { redis, ends }
}

function observer(t: Test, url: string) {
  const client = new Redis(url)
  t.teardown(() => client.disconnect())
  const figure = async (section: string, pattern: RegExp) =>
    Number(pattern.exec(await client.info(section))?.[1] ?? 0)
  return {
    client,
    gets: () => figure('commandstats', /cmdstat_get:calls=(\d+)/),
    socketReads: () => figure('stats', /total_reads_processed:(\d+)/),
  }
}

const repeated = (redis: RedisConnection, key: string, times: number) =>
  Array.from({ length: times }, () => redis.read(key))

t.test('whoever asks for a key in one turn is answered by one GET', async t => {
  const { url } = await redisServer(t)
  const { redis, ends } = connect(t, url)
  const { gets } = observer(t, url)
  await redis.set('a', 'one', 60)
  ends.length = 0
  const asked = [...repeated(redis, 'a', 5), redis.read('none'), ...repeated(redis, 'a', 2)]
  t.strictSame(await Promise.all(asked), ['one', 'one', 'one', 'one', 'one', null, 'one', 'one'])
  t.equal(await gets(), 2)
  t.strictSame(ends, [true, true], 'what was sent is counted, not who asked')
  t.equal(await redis.read('a'), 'one')
  t.equal(await gets(), 3, 'and whoever asks later by another')
})

t.test('reads of one turn reach the server in one piece', async t => {
  const { url } = await redisServer(t)
  const { redis } = connect(t, url)
  const { socketReads } = observer(t, url)
  const keys = Array.from({ length: 100 }, (_, n) => `key-${n}`)
  for (const key of keys) await redis.set(key, `of ${key}`, 60)
  const before = await socketReads()
  const answers = await Promise.all(keys.map(key => redis.read(key)))
  t.strictSame(
    answers,
    keys.map(key => `of ${key}`),
  )
  t.ok((await socketReads()) - before < 20, 'each by itself would be a hundred')
})

t.test('nobody is answered by what was sent before they asked', async t => {
  const { url, port } = await redisServer(t)
  const { redis } = connect(t, url)
  await redis.set('a', 'one', 60)
  const early = redis.read('a')
  await setImmediate()
  // Redis has the question by now, and its answer comes while this process cannot look.
  execFileSync('redis-cli', ['-p', String(port), 'del', 'a'])
  const late = redis.read('a')
  t.strictSame(await Promise.all([early, late]), ['one', null])
})

t.test('another kind of value is empty text, for all who ask', async t => {
  const { url } = await redisServer(t)
  const { redis } = connect(t, url)
  await observer(t, url).client.rpush('list', 'a')
  t.strictSame(await Promise.all(repeated(redis, 'list', 2)), ['', ''])
})

t.test('a server that says nothing: all who asked are told, and it is one failure', async t => {
  const server = await redisServer(t)
  const { redis, ends } = connect(t, server.url, 200)
  await redis.set('a', 'one', 60)
  server.pause()
  ends.length = 0
  const asked = [...repeated(redis, 'a', 3), redis.read('b')]
  const answers = await Promise.allSettled(asked)
  for (const answer of answers) {
    t.match(answer, { status: 'rejected', reason: { message: /no answer from Redis within 200/ } })
  }
  t.strictSame(ends, [false, false])
  server.resume()
  let back: string | null = null
  while (back === null) back = await redis.read('a').catch(() => null)
  t.equal(back, 'one')
})

t.test('a connection that breaks before the answer: sent once more, for all who asked', async t => {
  const server = await redisServer(t, { persistent: true })
  const { redis, ends } = connect(t, server.url)
  await redis.set('a', 'one', 60)
  server.pause()
  ends.length = 0
  const asked = repeated(redis, 'a', 3)
  await setImmediate()
  await server.kill()
  await server.start()
  t.strictSame(await Promise.all(asked), ['one', 'one', 'one'])
  t.equal(await observer(t, server.url).gets(), 1)
  t.strictSame(ends, [true])
})

t.test('so many may wait, and no more; their place is free again afterwards', async t => {
  const { url } = await redisServer(t)
  const { redis } = connect(t, url)
  const asked = repeated(redis, 'a', 10_000)
  await t.rejects(redis.read('a'), { message: /10000 reads/ })
  await t.rejects(redis.read('b'), { message: /10000 reads/ })
  await Promise.all(asked)
  t.equal(await redis.read('a'), null)
})

t.test('what was asked before the end is answered', async t => {
  const { url } = await redisServer(t)
  const { redis } = connect(t, url)
  await redis.set('a', 'one', 60)
  const asked = redis.read('a')
  await redis.close()
  t.equal(await asked, 'one')
})

t.test('keys of all nodes of a cluster at once', async t => {
  const { url } = await redisCluster(t)
  const { redis } = connect(t, url)
  const keys = Array.from({ length: 30 }, (_, n) => `key-${n}`)
  await Promise.all(keys.map(key => redis.set(key, `of ${key}`, 60)))
  const answers = await Promise.all([...keys, 'none', 'key-0'].map(key => redis.read(key)))
  t.strictSame(answers, [...keys.map(key => `of ${key}`), null, 'of key-0'])
})
