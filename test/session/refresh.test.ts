import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { GatewayError } from '../../src/errors.js'
import type { Session } from '../../src/model.js'
import { createBackOff } from '../../src/session/back-off.js'
import { createRefresher, type Refreshed, type RenewTokens } from '../../src/session/refresh.js'
import { session, signedInAt } from '../fixtures/session.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const stored = (changes: Partial<Session> = {}) => ({
  session: session(changes),
  reference: 'ref',
  stale: false,
})

const fresh = (at: number) => ({ ...session().tokens, issuedAt: at, expiresAt: at + 3600 })

const here = { origin: 'http://localhost:3000', secure: false, cookies: [] }

/** What a refresh has made of the session. */
const storedIn = (refreshed: Refreshed) => (typeof refreshed === 'string' ? null : refreshed)

type End = Extract<Awaited<ReturnType<RenewTokens>>, string>

function setUp(renew: (session: Session) => Promise<Session['tokens'] | End>) {
  const clock = { now: signedInAt + 3400 }
  let calls = 0
  const refresher = createRefresher({
    store: {
      exclusively: (found, work) => work(found),
      write: async (_place, written) => ({
        session: written,
        reference: `ref-${calls}`,
        stale: false,
      }),
    },
    renewTokens: async old => {
      calls++
      const tokens = await renew(old)
      return typeof tokens === 'string' ? tokens : { identity: old.identity, tokens }
    },
    revoke: async () => {},
    ttlSeconds: () => 60,
    backOff: createBackOff({ clock: () => clock.now, random: () => 1 }),
    clock: () => clock.now,
  })
  return { refresher, clock, calls: () => calls }
}

t.test('1,000 callers at once ask Cognito once and get the same session', async t => {
  const { refresher, clock, calls } = setUp(async () => fresh(clock.now))
  const all = await Promise.all(
    Array.from({ length: 1000 }, () => refresher.refresh(here, stored())),
  )
  t.equal(calls(), 1)
  t.equal(new Set(all).size, 1)
})

t.test('50 sessions are refreshed 50 times, each as itself', async t => {
  const { refresher, clock, calls } = setUp(async () => fresh(clock.now))
  const all = await Promise.all(
    Array.from({ length: 1000 }, (_, n) => refresher.refresh(here, stored({ id: `s${n % 50}` }))),
  )
  t.equal(calls(), 50)
  for (const [n, fresh] of all.entries()) t.equal(storedIn(fresh)?.session.id, `s${n % 50}`)
})

t.test(
  'a failure reaches everybody who waited, and the next one tries again after a pause',
  async t => {
    let fail = true
    const { refresher, clock, calls } = setUp(async () => {
      if (fail) throw new Error('away')
      return fresh(clock.now)
    })
    const results = await Promise.allSettled([1, 2, 3].map(() => refresher.refresh(here, stored())))
    t.strictSame(
      results.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    )
    t.equal(calls(), 1)
    await t.rejects(refresher.refresh(here, stored()), 'within the pause nobody asks again')
    t.equal(calls(), 1)
    fail = false
    clock.now += 1
    t.ok(await refresher.refresh(here, stored()))
    t.equal(calls(), 2)
  },
)

t.test('pauses grow, honour Retry-After, and are over after a success', async t => {
  const clock = { now: 0 }
  const backOff = createBackOff({ clock: () => clock.now, random: () => 1 })
  const pause = (error: unknown) => {
    backOff.failed('id', error)
    const begun = clock.now
    for (;;) {
      try {
        backOff.check('id')
        return clock.now - begun
      } catch {
        clock.now++
      }
    }
  }
  t.strictSame(
    [1, 2, 3, 4].map(() => pause(new Error('away'))),
    [1, 2, 4, 8],
  )
  const busy = new GatewayError('GW_ERR_COGNITO_UNAVAILABLE', { retryAfterSeconds: 30 })
  t.equal(pause(busy), 30)
  for (let n = 0; n < 10; n++) pause(new Error('away'))
  t.equal(pause(new Error('away')), 60, 'a minute at most')
  backOff.succeeded('id')
  t.equal(pause(new Error('away')), 1)
})

t.test('what a session has become is remembered for a minute', async t => {
  const { refresher, clock } = setUp(async () => fresh(clock.now))
  t.equal(refresher.successor(session()), null)
  const became = storedIn(await refresher.refresh(here, stored()))
  t.equal(refresher.successor(session()), became)
  if (became) t.equal(refresher.successor(became.session), null, 'the newest has no successor')
  clock.now += 60
  t.equal(refresher.successor(session()), null)
})

t.test('no fresh tokens for good is told with why, and is not remembered', async t => {
  const { refresher } = setUp(async () => 'not_admitted')
  t.equal(await refresher.refresh(here, stored()), 'not_admitted')
  t.equal(refresher.successor(session()), null)
})

t.test(
  'what the store says is the truth: ended stays ended, and newer needs no refresh',
  async t => {
    const newer = session({ tokens: fresh(signedInAt + 3000) })
    const rows: [string, Session | null, Session | null, number][] = [
      ['ended', null, null, 0],
      ['refreshed by another process', newer, newer, 0],
      ['as it was', session(), session({ tokens: fresh(signedInAt + 3400) }), 1],
    ]
    for (const [why, inStore, expected, expectedCalls] of rows) {
      let calls = 0
      const refresher = createRefresher({
        store: {
          exclusively: (_found, work) => work(inStore),
          write: async (_place, written, _ttl, reference) => ({
            session: written,
            reference,
            stale: false,
          }),
        },
        renewTokens: async old => {
          calls++
          return { identity: old.identity, tokens: fresh(signedInAt + 3400) }
        },
        revoke: async () => {},
        ttlSeconds: () => 60,
        backOff: createBackOff({ clock: () => signedInAt }),
        clock: () => signedInAt + 3400,
      })
      const result = storedIn(await refresher.refresh(here, stored()))
      t.strictSame(result?.session.tokens, expected?.tokens, why)
      t.equal(calls, expectedCalls, why)
    }
  },
)

t.test('a session that is ended while its tokens are fetched stays ended', async t => {
  const clock = { now: signedInAt + 3400 }
  const refresher = createRefresher({
    store: { exclusively: (found, work) => work(found), write: async () => null },
    renewTokens: async old => ({ identity: old.identity, tokens: fresh(clock.now) }),
    revoke: async () => {},
    ttlSeconds: () => 60,
    backOff: createBackOff({ clock: () => clock.now }),
    clock: () => clock.now,
  })
  t.equal(await refresher.refresh(here, stored()), null)
  t.equal(refresher.successor(session()), null, 'and nothing is remembered')
})

t.test(
  'a store that fails reaches everybody who waited, and the next one asks it again',
  async t => {
    let fail = true
    let asked = 0
    const clock = { now: signedInAt + 3400 }
    const refresher = createRefresher({
      store: {
        exclusively: async (found, work) => {
          asked++
          if (fail) throw new GatewayError('GW_ERR_SESSION_UNAVAILABLE')
          return work(found)
        },
        write: async (_place, written) => ({ session: written, reference: 'new', stale: false }),
      },
      renewTokens: async old => ({ identity: old.identity, tokens: fresh(clock.now) }),
      revoke: async () => {},
      ttlSeconds: () => 60,
      backOff: createBackOff({ clock: () => clock.now }),
      clock: () => clock.now,
    })
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, () => refresher.refresh(here, stored())),
    )
    t.ok(results.every(({ status }) => status === 'rejected'))
    t.equal(asked, 1)
    fail = false
    const last = storedIn(await refresher.refresh(here, stored()))
    t.equal(last?.reference, 'new', 'no promise was kept')
  },
)

t.test('sessions pause each for themselves', async t => {
  const backOff = createBackOff({ clock: () => 0, random: () => 0 })
  backOff.failed('one', new Error('away'))
  t.throws(() => backOff.check('one'), { message: 'away' })
  t.doesNotThrow(() => backOff.check('other'))
  t.doesNotThrow(() => backOff.check('__proto__'))
})

t.test('pauses are shortened by chance, to half at most', async t => {
  for (const [chance, shortest] of [
    [0, 0.5],
    [0.5, 0.75],
    [1, 1],
  ] as const) {
    const clock = { now: 0 }
    const backOff = createBackOff({ clock: () => clock.now, random: () => chance })
    backOff.failed('id', new Error('away'))
    clock.now = shortest - 0.01
    t.throws(() => backOff.check('id'))
    clock.now = shortest
    t.doesNotThrow(() => backOff.check('id'))
  }
})

// Ten thousand sessions with all their tokens stayed in memory for as long as the process lived.
t.test('what is out of date is let go when the next one comes', async t => {
  const { refresher, clock } = setUp(async () => fresh(clock.now))
  const first = new WeakRef((await refresher.refresh(here, stored({ id: 'first' }))) ?? {})
  const collect = async () => {
    await new Promise(resolve => setImmediate(resolve))
    collectGarbage()
  }
  await collect()
  t.ok(first.deref(), 'within the minute it is there')
  clock.now += 60
  await refresher.refresh(here, stored({ id: 'second' }))
  await collect()
  t.equal(first.deref(), undefined)
})
