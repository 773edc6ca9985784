// Calls to Cognito are bounded, go to one place, and happen once.
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { createCall } from '../../src/cognito/call.js'
import { selfSigned } from '../proxy/fixtures/certificate.js'
import { fakePool } from './fixtures/fake-pool.js'

/** Longer than a busy machine needs: not what these tests are about. */
const patience = 20_000

t.test('a call goes to the internal origin, with path, query and body', async t => {
  const pool = await fakePool(t)
  pool.answer('/oauth2/token?x=1', { body: { ok: true } })
  const call = createCall({ internalUrl: pool.origin }, patience)
  const answer = await call('https://login.example.com/oauth2/token?x=1', {
    method: 'POST',
    body: new URLSearchParams({ a: 'b' }),
  })
  t.same(await answer.json(), { ok: true })
  t.match(pool.seen, [{ method: 'POST', path: '/oauth2/token?x=1', form: { a: 'b' } }])
})

t.test('a redirect is an answer, and is not followed', async t => {
  const pool = await fakePool(t)
  pool.answer('/a', { status: 307, headers: { location: `${pool.origin}/b` } })
  const answer = await createCall({}, patience)(`${pool.origin}/a`, {
    method: 'POST',
    body: 'secret',
  })
  t.equal(answer.status, 307)
  t.same(
    pool.seen.map(({ path }) => path),
    ['/a'],
  )
})

t.test('an answer of 1 MB is taken, a larger one is not', async t => {
  const pool = await fakePool(t)
  const call = createCall({}, patience)
  pool.answer('/fits', { body: 'x'.repeat(1024 * 1024) })
  pool.answer('/large', { body: 'x'.repeat(1024 * 1024 + 1) })
  t.equal((await (await call(`${pool.origin}/fits`)).text()).length, 1024 * 1024)
  await t.rejects(call(`${pool.origin}/large`), { message: /larger than 1048576 bytes/ })
})

t.test('answers that have no body', async t => {
  const pool = await fakePool(t)
  for (const status of [204, 205, 304]) {
    pool.answer('/none', { status })
    const answer = await createCall({}, patience)(`${pool.origin}/none`)
    t.equal(answer.status, status)
    t.equal(await answer.text(), '')
  }
})

t.test('the time limit holds for the whole answer', async t => {
  const pool = await fakePool(t)
  pool.answer('/slow', 'hang')
  await t.rejects(createCall({}, 30)(`${pool.origin}/slow`), { name: 'TimeoutError' })
})

t.test(
  'calls whose time is over leave their connections, and those that waited for one too',
  async t => {
    const pool = await fakePool(t)
    pool.answer('/slow', 'hang')
    pool.answer('/next', { body: { ok: true } })
    const call = createCall({}, 300)
    const slow = Array.from({ length: 70 }, () => call(`${pool.origin}/slow`))
    for (const one of slow) await t.rejects(one, { name: 'TimeoutError' })
    // 300 ms are not much on a busy machine: the first that is answered is enough.
    let answer = null
    for (let tries = 0; answer === null && tries < 50; tries++) {
      answer = await call(`${pool.origin}/next`).catch(() => null)
    }
    t.same(await answer?.json(), { ok: true })
  },
)

t.test('what a head says beside the status, and a body in pieces', async t => {
  const pool = await fakePool(t)
  pool.answer('/busy', {
    status: 429,
    headers: { 'Retry-After': '7' },
    body: { text: 'y'.repeat(200_000) },
  })
  const answer = await createCall({}, patience)(`${pool.origin}/busy`)
  t.equal(answer.status, 429)
  t.equal(answer.headers.get('retry-after'), '7')
  t.equal(((await answer.json()) as { text: string }).text.length, 200_000)
})

t.test('a request whose connection breaks is not sent again', async t => {
  const pool = await fakePool(t)
  const call = createCall({}, patience)
  pool.answer('/warm', { body: 'so that the connection is one that was used before' })
  await call(`${pool.origin}/warm`)
  pool.answer('/token', 'reset')
  await t.rejects(call(`${pool.origin}/token`, { method: 'POST', body: 'code=1' }), TypeError)
  t.equal(pool.seen.filter(({ path }) => path === '/token').length, 1)
})

// What is set for another program of the same environment would have opened the way to whoever answers for Cognito.
t.test(
  'the certificate of the pool is checked, also with NODE_TLS_REJECT_UNAUTHORIZED=0',
  async t => {
    let asked = 0
    const server = createServer(selfSigned('localhost'), (_request, response) => {
      asked++
      response.end('{}')
    }).listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    t.teardown(() => {
      server.closeAllConnections()
      server.close()
    })
    const url = `https://localhost:${(server.address() as AddressInfo).port}/oauth2/token`
    t.teardown(() => delete process.env.NODE_TLS_REJECT_UNAUTHORIZED)
    for (const value of [undefined, '0']) {
      if (value !== undefined) process.env.NODE_TLS_REJECT_UNAUTHORIZED = value
      const failure = await createCall({}, patience)(url, { method: 'POST', body: 'code=1' }).catch(
        (error: unknown) => error,
      )
      t.match((failure as Error).cause, { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, `${value}`)
    }
    t.equal(asked, 0)
  },
)
