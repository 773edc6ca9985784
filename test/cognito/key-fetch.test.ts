// How often the keys are asked for, by a clock that the test moves.
import t from 'tap'
import { createKeyFetch } from '../../src/cognito/key-fetch.js'
import { failureOf } from './fixtures/leaks.js'

const keys = { keys: [{ kid: 'a' }] }

function subject() {
  const pool = { now: 1_000_000, asked: 0, answer: () => Response.json(keys) as Response }
  const fetchKeys = createKeyFetch({
    jwksUri: 'https://issuer.example/jwks',
    clock: () => pool.now,
    call: async () => {
      pool.asked++
      return pool.answer()
    },
  })
  return { pool, fetchKeys }
}

t.test('keys come as the bytes that were sent', async t => {
  const { fetchKeys } = subject()
  t.same(JSON.parse(new TextDecoder().decode(await fetchKeys())), keys)
})

t.test('while there are no keys, the pauses grow from 1 to 10 seconds', async t => {
  const { pool, fetchKeys } = subject()
  pool.answer = () => new Response('', { status: 503 })
  for (const pause of [1, 2, 4, 8, 10, 10]) {
    t.equal((await failureOf(fetchKeys())).retryAfterSeconds, pause)
    const { asked } = pool
    pool.now += pause - 1
    if (pause > 1) t.equal((await failureOf(fetchKeys())).retryAfterSeconds, 1)
    t.equal(pool.asked, asked, 'not asked while the pause lasts')
    pool.now += 1
  }
  pool.answer = () => Response.json(keys)
  t.ok(await fetchKeys(), 'and it is asked as soon as the pause is over')
})

t.test('once there are keys, 10 seconds lie between two looks, failed or not', async t => {
  for (const answer of [() => Response.json(keys), () => new Response('', { status: 500 })]) {
    const { pool, fetchKeys } = subject()
    await fetchKeys()
    pool.answer = answer
    await fetchKeys().catch(() => {})
    t.equal(pool.asked, 2, 'the first look is not delayed')
    pool.now += 9
    t.equal((await failureOf(fetchKeys())).code, 'GW_ERR_COGNITO_UNAVAILABLE')
    t.equal(pool.asked, 2)
    pool.now += 1
    await fetchKeys().catch(() => {})
    t.equal(pool.asked, 3)
  }
})

t.test('a clock that is set back does not lock the keys away', async t => {
  const { pool, fetchKeys } = subject()
  await fetchKeys()
  await fetchKeys()
  pool.now -= 3600
  t.ok(await fetchKeys())
})

t.test('what is no set of keys counts as a failure', async t => {
  const rows: [string, () => Response][] = [
    ['a redirect', () => new Response(null, { status: 302 })],
    ['keys with another status', () => Response.json(keys, { status: 500 })],
    ['HTML', () => new Response('<p>proxy</p>')],
    ['no keys', () => Response.json({})],
    ['an empty set', () => Response.json({ keys: [] })],
    ['null', () => Response.json(null)],
  ]
  for (const [name, answer] of rows) {
    const { pool, fetchKeys } = subject()
    pool.answer = answer
    const failure = await failureOf(fetchKeys())
    t.equal(failure.code, 'GW_ERR_COGNITO_UNAVAILABLE', name)
    t.match(failure.reason, 'https://issuer.example/jwks', name)
    await failureOf(fetchKeys())
    t.equal(pool.asked, 1, `${name}: and is followed by a pause`)
  }
})
