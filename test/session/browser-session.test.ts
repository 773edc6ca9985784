import { randomBytes } from 'node:crypto'
import t from 'tap'
import { GatewayError } from '../../src/errors.js'
import { createSealer } from '../../src/lib/sealer.js'
import type { Identity, TokenSet } from '../../src/model.js'
import { sessionPlace } from '../../src/session/cookie.js'
import type { SessionStore } from '../../src/session/store.js'
import {
  browser,
  browserSessions,
  cookieStore,
  limits,
  tokensFrom,
} from '../fixtures/browser-sessions.js'
import { keep } from '../fixtures/cookie-keeper.js'
import { session } from '../fixtures/session.js'
import { sharedStore } from '../fixtures/shared-store.js'

const away = async () => {
  throw new GatewayError('GW_ERR_COGNITO_UNAVAILABLE')
}
const cleared = '__Host-cgw-session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax'
const nobody = { session: null, setCookies: [] }
const clearedNobody = { session: null, setCookies: [cleared] }

t.test('a browser without a session cookie is nobody, and is told nothing', async t => {
  const { sessions } = browserSessions()
  t.strictSame(sessions.load(browser()), nobody)
  const others = [
    { name: '__Host-cgw-login-1', value: 'x' },
    { name: 'cgw-session', value: '1.x' },
  ]
  t.strictSame(sessions.load(browser(others)), nobody)
})

t.test('a session is found by its cookie at once, without a promise', async t => {
  const { sessions, signIn } = browserSessions()
  const cookies = await signIn()
  const loaded = sessions.load(browser(cookies))
  t.notOk(loaded instanceof Promise)
  t.match(loaded, { session: { identity: { subject: 'jane-sub' } }, setCookies: [] })
})

t.test('whatever is wrong with the cookie, it is nobody and cleared', async t => {
  const { sessions, signIn } = browserSessions()
  const [good] = await signIn()
  const name = good?.name ?? ''
  const value = good?.value ?? ''
  const foreign = await browserSessions().signIn()
  const rows: [string, string][] = [
    ['empty', ''],
    ['no count', value.slice(2)],
    ['a chunk too few', value.replace('1.', '2.')],
    ['a count out of bounds', value.replace('1.', '9.')],
    ['cut', value.slice(0, -1)],
    [
      'a character changed',
      `${value.slice(0, 100)}${value[100] === 'A' ? 'B' : 'A'}${value.slice(101)}`,
    ],
    ['sealed elsewhere', foreign[0]?.value ?? ''],
    ['rubbish', '1.%00%ff<>'],
    ['much rubbish', `1.${'A'.repeat(8000)}`],
  ]
  for (const [why, changed] of rows) {
    t.strictSame(await sessions.load(browser([{ name, value: changed }])), clearedNobody, why)
  }
  t.ok((await sessions.load(browser([{ name, value }]))).session, 'the right one')
  const elsewhere = browser([{ name, value }], 'https://b.example')
  t.strictSame(await sessions.load(elsewhere), clearedNobody, 'the right one at another origin')
  t.ok((await sessions.load(browser([{ name, value }]))).session, 'and the right one again')
})

t.test('a session ends when it was idle for so long', async t => {
  const { sessions, clock, signIn } = browserSessions()
  const cookies = await signIn()
  clock.move(1799)
  t.ok((await sessions.load(browser(cookies))).session)
  clock.move(1)
  t.strictSame(await sessions.load(browser(cookies)), clearedNobody)
})

t.test('a session ends after its longest time, however much it is used', async t => {
  const { sessions, clock, signIn } = browserSessions({ maxSeconds: 3000 })
  let cookies = await signIn()
  for (let minute = 1; minute < 50; minute++) {
    clock.move(60)
    const loaded = await sessions.load(browser(cookies))
    t.ok(loaded.session, `minute ${minute}`)
    cookies = keep(loaded.setCookies, cookies)
  }
  clock.move(60)
  t.strictSame(await sessions.load(browser(cookies)), clearedNobody)
})

t.test('use is written down once a minute, and the idle time counts from it', async t => {
  const { sessions, clock, signIn } = browserSessions()
  const cookies = await signIn()
  clock.move(59)
  t.strictSame((await sessions.load(browser(cookies))).setCookies, [])
  clock.move(1)
  const used = await sessions.load(browser(cookies))
  t.match(used.setCookies, [/^__Host-cgw-session=1\..*; Max-Age=43140; /])
  const later = keep(used.setCookies, cookies)
  clock.move(1799)
  t.ok((await sessions.load(browser(later))).session)
  t.equal((await sessions.load(browser(cookies))).session, null, 'the old cookie has ended')
})

// A client that keeps no cookies had its session sealed anew at every request after the first minute.
t.test('however many requests come with the same cookie, use is written down once', async t => {
  let written = 0
  const kept = cookieStore()
  const write: SessionStore['write'] = (...given) => {
    written++
    return kept.write(...given)
  }
  const { sessions, clock, signIn } = browserSessions({ store: { ...kept, write } })
  const cookies = await signIn()
  clock.move(60)
  const first = await sessions.load(browser(cookies))
  const second = await sessions.load(browser(cookies))
  t.equal(written, 1)
  t.strictSame(
    second.setCookies,
    first.setCookies,
    'those that were on their way are told the same',
  )
  clock.move(20)
  const later = await sessions.load(browser(cookies))
  t.equal(later.session?.seenAt, clock.read() - 20)
  t.strictSame(later.setCookies, [])
  clock.move(10)
  const next = await sessions.load(browser(cookies))
  t.equal(written, 2)
  t.equal(next.session?.seenAt, clock.read())
  t.equal(next.setCookies.length, 1, 'who missed it is told again')
})

t.test('use that cannot be written down is no error', async t => {
  const store: SessionStore = {
    ...cookieStore(),
    write: async () => {
      throw new Error('away')
    },
  }
  const { sessions, clock, signIn, lines } = browserSessions({ store })
  const cookies = await signIn()
  clock.move(60)
  const loaded = await sessions.load(browser(cookies))
  t.ok(loaded.session)
  t.strictSame(loaded.setCookies, [])
  t.strictSame(lines, ['warn: use of a session was not written down'])
})

t.test('a session that was ended while its use is written down is nobody', async t => {
  const store: SessionStore = { ...cookieStore(), write: async () => null }
  const { sessions, clock, signIn } = browserSessions({ store })
  const cookies = await signIn()
  clock.move(60)
  t.strictSame(await sessions.load(browser(cookies)), clearedNobody)
})

t.test('a session sealed with an older key is sealed again', async t => {
  const [oldKey, newKey] = [randomBytes(32), randomBytes(32)]
  const cookies = await browserSessions({ store: cookieStore(oldKey) }).signIn()
  const rotated = browserSessions({ store: cookieStore(newKey, oldKey) })
  const loaded = await rotated.sessions.load(browser(cookies))
  t.ok(loaded.session)
  t.equal(loaded.setCookies.length, 1)
  const newest = browserSessions({ store: cookieStore(newKey) })
  t.ok((await newest.sessions.load(browser(keep(loaded.setCookies)))).session)
  t.equal((await newest.sessions.load(browser(cookies))).session, null)
})

t.test('tokens that are near their end are refreshed, and the session stays the same', async t => {
  const { sessions, clock, signIn, asked } = browserSessions({ idleSeconds: 7200 })
  const cookies = await signIn()
  const before = await sessions.load(browser(cookies))
  clock.move(3301)
  const after = await sessions.load(browser(cookies))
  t.strictSame(asked, ['refresh-token'])
  t.equal(after.session?.id, before.session?.id)
  t.equal(after.session?.tokens.refreshToken, 'refresh-token-1')
  t.equal(after.session?.signedInAt, before.session?.signedInAt)
  t.match(after.setCookies, [/^__Host-cgw-session=1\..*; Max-Age=39899; /])
  const again = sessions.load(browser(keep(after.setCookies, cookies)))
  t.match(again, { session: { tokens: { refreshToken: 'refresh-token-1' } }, setCookies: [] })
  t.equal(asked.length, 1)
})

t.test('100 requests of one browser refresh once, and each learns the new cookie', async t => {
  const { sessions, clock, signIn, asked } = browserSessions({ idleSeconds: 7200 })
  const cookies = await signIn()
  clock.move(3400)
  const all = await Promise.all(Array.from({ length: 100 }, () => sessions.load(browser(cookies))))
  t.equal(asked.length, 1)
  t.equal(new Set(all.map(({ setCookies }) => setCookies.join())).size, 1)
  t.ok(all.every(({ setCookies }) => setCookies.length === 1))
})

t.test('a request that was on its way with the old cookie is served within a minute', async t => {
  const { sessions, clock, signIn, asked } = browserSessions({ idleSeconds: 7200 })
  const cookies = await signIn()
  clock.move(3400)
  const fresh = await sessions.load(browser(cookies))
  clock.move(59)
  const late = await sessions.load(browser(cookies))
  t.strictSame(keep(late.setCookies), keep(fresh.setCookies))
  t.equal(late.session?.tokens.refreshToken, 'refresh-token-1')
  t.equal(asked.length, 1)
  clock.move(1)
  await sessions.load(browser(cookies))
  t.strictSame(asked, ['refresh-token', 'refresh-token'], 'after that the old token is tried')
})

t.test('a refresh that is refused for good ends the session, for every copy', async t => {
  const { sessions, clock, signIn, lines } = browserSessions({
    idleSeconds: 7200,
    renewTokens: async () => 'refresh_refused',
  })
  const cookies = await signIn()
  clock.move(60)
  const used = await sessions.load(browser(cookies))
  const copy = keep(used.setCookies, cookies)
  clock.move(3300)
  t.strictSame(await sessions.load(browser(cookies)), clearedNobody)
  t.strictSame(await sessions.load(browser(copy)), clearedNobody)
  t.strictSame(lines, ['info: session ended: Cognito refused the refresh token'])
})

// Of a session that brings no refresh token along, and of one whose person may not stay, it was said that Cognito had
// refused the refresh token; and of one that was signed out elsewhere meanwhile as well.
t.test('a session ends for the reason that there is, said once', async t => {
  for (const [end, sentence] of [
    ['refresh_refused', 'session ended: Cognito refused the refresh token'],
    ['no_refresh_token', 'session ended: fresh tokens are due, and it has no refresh token'],
    ['not_admitted', 'session ended: the person does not meet login.require any more'],
  ] as const) {
    const { store } = sharedStore()
    const ends: unknown[] = []
    const { sessions, clock, signIn, lines } = browserSessions({
      store,
      idleSeconds: 7200,
      renewTokens: async () => end,
      onRefused: (_session, _browser, why) => ends.push(why),
    })
    const cookies = await signIn()
    clock.move(3400)
    const all = Array.from({ length: 20 }, async () => sessions.load(browser(cookies)))
    for (const { session } of await Promise.all(all)) t.equal(session, null)
    t.strictSame(lines, [`info: ${sentence}`])
    t.strictSame(ends, [end])
  }
})

// It passed as before, with groups that Cognito had just said to be gone: the failure counted as that of the refresh.
t.test('who may not stay does not, while the store cannot end the session', async t => {
  for (const fails of ['read', 'destroy'] as const) {
    const { store } = sharedStore()
    let asked = 0
    let isAway = false
    const failing: SessionStore = {
      ...store,
      [fails]: async (...given: never[]) => {
        if (isAway) throw new GatewayError('GW_ERR_SESSION_UNAVAILABLE', { retryAfterSeconds: 1 })
        return (store[fails] as (...all: never[]) => unknown)(...given)
      },
    }
    const { sessions, clock, signIn } = browserSessions({
      store: failing,
      idleSeconds: 7200,
      renewTokens: async () => {
        isAway = ++asked === 1
        return 'not_admitted'
      },
    })
    const cookies = await signIn()
    clock.move(3400)
    const unavailable = { code: 'GW_ERR_SESSION_UNAVAILABLE', status: 503, retryAfterSeconds: 1 }
    await t.rejects(async () => sessions.load(browser(cookies)), unavailable, fails)
    isAway = false
    t.strictSame(await sessions.load(browser(cookies)), clearedNobody, 'then it ends')
  }
})

t.test(
  'a session that was ended elsewhere before its refresh had its turn has not ended here',
  async t => {
    const { store } = sharedStore()
    const { sessions, clock, signIn, lines, asked } = browserSessions({
      store: { ...store, exclusively: (_session, work) => work(null) },
      idleSeconds: 7200,
    })
    const cookies = await signIn()
    clock.move(3400)
    t.strictSame(await sessions.load(browser(cookies)), clearedNobody)
    t.strictSame([lines, asked], [[], []])
  },
)

t.test('a refresh that is refused while another process did it counts as done', async t => {
  const store = cookieStore()
  const newer = session({ tokens: tokensFrom(1_800_003_399) })
  let refused = false
  const shared: SessionStore = {
    ...store,
    read: async (place, reference) => {
      const found = await store.read(place, reference)
      return found && refused ? { ...found, session: { ...newer, id: found.session.id } } : found
    },
  }
  const { sessions, clock, signIn } = browserSessions({
    store: shared,
    idleSeconds: 7200,
    renewTokens: async () => {
      refused = true
      return 'refresh_refused'
    },
  })
  const cookies = await signIn()
  clock.move(3400)
  const loaded = await sessions.load(browser(cookies))
  t.equal(loaded.session?.tokens.issuedAt, 1_800_003_399)
  t.strictSame(loaded.setCookies, [], 'its reference is the same')
})

t.test(
  'while Cognito is away the old access token serves, then it is a 503 with the session kept',
  async t => {
    let reachable = false
    const { sessions, clock, signIn, asked, lines } = browserSessions({
      idleSeconds: 7200,
      renewTokens: async old =>
        reachable ? { identity: old.identity, tokens: tokensFrom(clock.read()) } : away(),
    })
    const cookies = await signIn()
    clock.move(3599)
    const served = await sessions.load(browser(cookies))
    t.ok(served.session)
    t.strictSame(served.setCookies, [])
    clock.move(1)
    await t.rejects(async () => sessions.load(browser(cookies)), {
      code: 'GW_ERR_SESSION_UNAVAILABLE',
      status: 503,
      retryAfterSeconds: 5,
      cause: { code: 'GW_ERR_COGNITO_UNAVAILABLE' },
    })
    t.strictSame(asked.length, 2)
    t.strictSame(new Set(lines), new Set(['warn: refresh did not succeed; session kept']))
    reachable = true
    clock.move(60)
    const back = await sessions.load(browser(cookies))
    t.ok(back.session, 'nothing was lost')
    t.equal(back.setCookies.length, 1)
  },
)

t.test('Retry-After is what Cognito asked for', async t => {
  const { sessions, clock, signIn } = browserSessions({
    idleSeconds: 7200,
    renewTokens: async () => {
      throw new GatewayError('GW_ERR_COGNITO_UNAVAILABLE', { retryAfterSeconds: 17 })
    },
  })
  const cookies = await signIn()
  clock.move(3600)
  const unavailable = { code: 'GW_ERR_SESSION_UNAVAILABLE', retryAfterSeconds: 17 }
  await t.rejects(async () => sessions.load(browser(cookies)), unavailable)
})

t.test('a gateway that Cognito does not accept keeps sessions and raises its voice', async t => {
  const { sessions, clock, signIn, lines } = browserSessions({
    idleSeconds: 7200,
    renewTokens: async () => {
      throw new GatewayError('GW_ERR_LOGIN_MISCONFIGURED')
    },
  })
  const cookies = await signIn()
  clock.move(3400)
  t.ok((await sessions.load(browser(cookies))).session)
  t.match(lines, [/^error: Cognito refuses this gateway/])
})

t.test('a store that cannot be reached makes nobody a stranger', async t => {
  const { signIn, store } = browserSessions()
  const cookies = await signIn()
  const failing: SessionStore = {
    ...store,
    read: async () => {
      throw new GatewayError('GW_ERR_SESSION_UNAVAILABLE', { retryAfterSeconds: 1 })
    },
  }
  const { sessions } = browserSessions({ store: failing })
  const unavailable = { code: 'GW_ERR_SESSION_UNAVAILABLE' }
  await t.rejects(async () => sessions.load(browser(cookies)), unavailable)
  await t.rejects(sessions.end(browser(cookies)), unavailable)
  await t.rejects(sessions.refreshNow(browser(cookies)), unavailable)
  t.strictSame(sessions.load(browser()), nobody, 'who shows nothing is nobody all the same')
})

t.test('a store that has to be waited for gives the same answers', async t => {
  const store = cookieStore()
  const { sessions, clock, signIn } = browserSessions({
    store: { ...store, read: async (place, reference) => store.read(place, reference) },
  })
  const cookies = await signIn()
  const loading = sessions.load(browser(cookies))
  t.ok(loading instanceof Promise)
  t.match(await loading, { session: { identity: { subject: 'jane-sub' } }, setCookies: [] })
  clock.move(1800)
  t.strictSame(await sessions.load(browser(cookies)), clearedNobody)
})

t.test('of two cookies with one name the good one wins', async t => {
  const { sessions, signIn } = browserSessions()
  const [good] = await signIn()
  const name = good?.name ?? ''
  const value = good?.value ?? ''
  const foreign = { name, value: '1.foreign' }
  for (const cookies of [
    [foreign, { name, value }],
    [{ name, value }, foreign],
    [{ name, value: '' }, foreign, { name, value }],
  ]) {
    const loaded = await sessions.load(browser(cookies))
    t.ok(loaded.session)
    t.strictSame(loaded.setCookies, [])
  }
  t.equal((await sessions.load(browser([foreign, foreign]))).session, null)
})

// The first request was served with the old tokens, the next had the page, and a minute later it began again.
t.test('a session that a refresh makes too large is refused, and keeps being refused', async t => {
  const { sessions, clock, signIn, asked } = browserSessions({
    idleSeconds: 7200,
    renewTokens: async old => {
      const refreshToken = randomBytes(10_000).toString('base64url')
      return { identity: old.identity, tokens: tokensFrom(clock.read(), { refreshToken }) }
    },
  })
  const cookies = await signIn()
  clock.move(3400)
  for (let turn = 0; turn < 3; turn++) {
    await t.rejects(async () => sessions.load(browser(cookies)), {
      code: 'GW_ERR_SESSION_TOO_LARGE',
    })
  }
  t.equal(asked.length, 1)
})

t.test('each sign-in has an id of its own, and ends the session from before', async t => {
  const { sessions, signIn } = browserSessions()
  const first = await signIn()
  const firstId = (await sessions.load(browser(first))).session?.id
  const second = await signIn(first)
  const secondId = (await sessions.load(browser(second))).session?.id
  t.match(firstId, /^[\w-]{43}$/)
  t.match(secondId, /^[\w-]{43}$/)
  t.not(secondId, firstId)
  t.strictSame(await sessions.load(browser(first)), clearedNobody)
})

t.test(
  'the cookie lives as long as the session may, or as long as the browser is open',
  async t => {
    const create = async (endsWithBrowser: boolean) => {
      const { sessions } = browserSessions({ endsWithBrowser })
      const { identity } = session()
      const { setCookies } = await sessions.create(browser(), {
        identity,
        tokens: tokensFrom(1_800_000_000),
      })
      return setCookies[0]?.replace(/=[^;]*/, '')
    }
    t.equal(
      await create(false),
      '__Host-cgw-session; Max-Age=43200; Path=/; HttpOnly; Secure; SameSite=Lax',
    )
    t.equal(await create(true), '__Host-cgw-session; Path=/; HttpOnly; Secure; SameSite=Lax')
  },
)

t.test(
  'a session that no browser would keep is refused with its size, and the old one lives on',
  async t => {
    const { sessions, signIn } = browserSessions()
    const before = await signIn()
    const { identity } = session()
    const create = (accessToken: string) =>
      sessions.create(browser(before), {
        identity,
        tokens: tokensFrom(1_800_000_000, { accessToken }),
      })
    await t.rejects(create('x'.repeat(9000)), {
      code: 'GW_ERR_SESSION_TOO_LARGE',
      reason: /^The session has \d{5} bytes; its cookies may have 12288\. Keep sessions in Redis/,
    })
    t.ok((await sessions.load(browser(before))).session)
    const { setCookies } = await create('x'.repeat(8500))
    t.equal(setCookies.length, 3, 'one that fits')
    const kept = keep(setCookies, before)
    const found = await sessions.load(browser(kept))
    t.equal(found.session?.tokens.accessToken?.length, 8500)
  },
)

t.test('a sign-out gives back the session, clears every chunk, and no copy works', async t => {
  const { sessions, signIn } = browserSessions()
  const cookies = await signIn()
  const ended = await sessions.end(browser(cookies))
  t.equal(ended.session?.tokens.refreshToken, 'refresh-token')
  t.strictSame(ended.setCookies, [cleared])
  t.strictSame(await sessions.load(browser(cookies)), clearedNobody)
  t.strictSame(await sessions.end(browser(cookies)), clearedNobody, 'once more')
  t.strictSame(await sessions.end(browser()), nobody)
})

t.test('a sign-out with the cookie from before a refresh gives back the newest tokens', async t => {
  const { sessions, clock, signIn } = browserSessions({ idleSeconds: 7200 })
  const old = await signIn()
  clock.move(3400)
  const fresh = keep((await sessions.load(browser(old))).setCookies, old)
  const { session: ended } = await sessions.end(browser(old))
  t.equal(ended?.tokens.refreshToken, 'refresh-token-1', 'the one that has to be revoked')
  t.strictSame(await sessions.load(browser(fresh)), clearedNobody)
})

// The end was remembered for the idle time of the cookie at hand. A copy that was used a minute later lived
// a minute longer than that, and could be used for ever after.
t.test('an ended session is remembered until its last second', async t => {
  const ends: number[] = []
  const store = cookieStore()
  const watched: SessionStore = {
    ...store,
    destroy: async (one, ttlSeconds) => {
      ends.push(ttlSeconds)
      return store.destroy(one, ttlSeconds)
    },
  }
  const { sessions, clock, signIn } = browserSessions({ store: watched })
  const signedOut = await signIn()
  clock.move(100)
  await sessions.end(browser(signedOut))
  await signIn(await signIn())
  t.strictSame(ends, [43_100, 43_200])
  const refusing = browserSessions({
    store: watched,
    renewTokens: async () => 'refresh_refused',
    idleSeconds: 7200,
  })
  const refused = await refusing.signIn()
  refusing.clock.move(3400)
  await refusing.sessions.load(browser(refused))
  t.equal(ends.at(-1), 39_800)
})

t.test(
  'a refresh on demand is done at once, but not for tokens of the last ten seconds',
  async t => {
    const { sessions, clock, signIn, asked } = browserSessions()
    const cookies = await signIn()
    clock.move(9)
    t.strictSame((await sessions.refreshNow(browser(cookies))).setCookies, [])
    t.equal(asked.length, 0)
    clock.move(1)
    const fresh = await sessions.refreshNow(browser(cookies))
    t.equal(fresh.session?.tokens.issuedAt, clock.read())
    t.equal(fresh.setCookies.length, 1)
    t.equal(asked.length, 1)
    const late = await sessions.refreshNow(browser(cookies))
    t.strictSame(late.setCookies, fresh.setCookies, 'the old cookie learns the new one')
    t.equal(asked.length, 1)
    t.strictSame(await sessions.refreshNow(browser()), nobody)
  },
)

// The browser was told nothing when the refresh of what its cookie had become did not succeed: it kept the
// old cookie, whose refresh token was used up.
t.test(
  'an old cookie is replaced by what it has become, also when that cannot be refreshed',
  async t => {
    let reachable = true
    const { sessions, clock, signIn } = browserSessions({
      renewTokens: async old => {
        if (!reachable) return away()
        return { identity: old.identity, tokens: tokensFrom(clock.read()) }
      },
    })
    const old = await signIn()
    clock.move(20)
    const fresh = await sessions.refreshNow(browser(old))
    reachable = false
    clock.move(20)
    const late = await sessions.refreshNow(browser(old))
    t.strictSame(keep(late.setCookies), keep(fresh.setCookies))
    t.equal(late.session?.tokens.issuedAt, 1_800_000_020)
  },
)

t.test('sessions of two origins with one store stay apart', async t => {
  const { store, signIn, sessions } = browserSessions()
  const cookies = await signIn()
  const reference = cookies[0]?.value.slice(2) ?? ''
  t.ok(await store.read(sessionPlace({ origin: 'https://a.example' }), reference))
  t.equal(await store.read(sessionPlace({ origin: 'http://a.example' }), reference), null)
  const plain = [{ name: 'cgw-session', value: cookies[0]?.value ?? '' }]
  t.equal((await sessions.load(browser(plain, 'http://a.example'))).session, null)
})

// In a shared store the use of a session, written down while a refresh on demand was under way, put the old
// tokens back: the next refresh was refused, and the session ended.
t.test('a page that loads during a refresh on demand does not undo it', async t => {
  for (let later = 0; later < 12; later++) {
    const { store, stored } = sharedStore()
    const { sessions, clock, signIn } = browserSessions({ store })
    const cookies = await signIn()
    clock.move(100)
    const refreshing = sessions.refreshNow(browser(cookies))
    for (let turn = 0; turn < later; turn++) await new Promise(resolve => setImmediate(resolve))
    const page = await sessions.load(browser(cookies))
    await refreshing
    t.ok(page.session)
    t.equal(stored()?.tokens.refreshToken, 'refresh-token-1', `${later} turns later`)
    t.equal(stored()?.seenAt, clock.read())
  }
})

// An answer that took long wrote back the cookie of a session that had been signed out meanwhile, or put it in
// the place of the next one.
t.test('what an answer tells of a session that ended meanwhile is nothing', async t => {
  const { late, clock, signIn } = browserSessions()
  const cookies = await signIn()
  clock.move(60)
  const slow = await late.load(browser(cookies))
  const neighbour = await late.load(browser(cookies))
  t.equal(neighbour.setCookies().length, 1, 'its use is written down')
  await late.end(browser(cookies))
  t.strictSame(slow.setCookies(), [])
})

t.test('a slow answer brings the tokens of the refresh that came meanwhile, or none', async t => {
  const { late, sessions, clock, signIn } = browserSessions({ idleSeconds: 7200 })
  const cookies = await signIn()
  clock.move(60)
  const slow = await late.load(browser(cookies))
  clock.move(3280)
  const fresh = await sessions.load(browser(cookies))
  t.strictSame(slow.setCookies(), [], 'too old to be told')
  const copy = await signIn()
  clock.move(3310)
  const soon = await late.load(browser(copy))
  t.ok(soon.setCookies().length)
  t.equal(fresh.setCookies.length, 1)
})

t.test('a touch that is answered after a refresh tells of the refresh', async t => {
  const { late, sessions, clock, signIn } = browserSessions({ idleSeconds: 7200 })
  const cookies = await signIn()
  clock.move(3290)
  const slow = await late.load(browser(cookies))
  clock.move(20)
  const fresh = await sessions.load(browser(cookies))
  t.strictSame(keep(slow.setCookies()), keep(fresh.setCookies))
})

t.test('signing in again ends what the browser had, and revokes its refresh token', async t => {
  const { sessions, revoked, signIn } = browserSessions()
  const before = await signIn()
  t.strictSame(revoked, [])
  const after = await signIn(before)
  t.strictSame(revoked, ['refresh-token'])
  t.equal((await sessions.load(browser(before))).session, null)
  t.ok((await sessions.load(browser(after))).session)
})

t.test('signing out ends every session that the browser shows, also an idle one', async t => {
  const { sessions, revoked, clock, signIn } = browserSessions()
  const [first, second] = [await signIn(), await signIn()]
  const both = [...first, ...second]
  clock.move(limits.idleSeconds + 1)
  t.equal((await sessions.load(browser(both))).session, null, 'idle for too long')
  const ended = await sessions.end(browser(both))
  t.equal(ended.session?.identity.subject, 'jane-sub')
  t.equal(revoked.length, 2)
})

t.test('signing out during a refresh leaves no token behind', async t => {
  let answer: (value: { identity: Identity; tokens: TokenSet }) => void = () => {}
  const { identity } = session()
  const { sessions, revoked, clock, signIn } = browserSessions({
    idleSeconds: 7200,
    renewTokens: () => new Promise(resolve => (answer = resolve)),
  })
  const cookies = await signIn()
  clock.move(3310)
  const refreshing = sessions.load(browser(cookies))
  await sessions.end(browser(cookies))
  t.strictSame(revoked, ['refresh-token'])
  answer({ identity, tokens: tokensFrom(clock.read(), { refreshToken: 'the new one' }) })
  t.strictSame(await refreshing, nobody)
  t.strictSame(revoked, ['refresh-token', 'the new one'])
})

t.test('a look at a session neither refreshes nor uses it', async t => {
  const { late, signIn, clock, asked } = browserSessions({ idleSeconds: 4000 })
  const cookies = await signIn()
  const before = await late.peek(browser(cookies))
  clock.move(3999)
  const after = await late.peek(browser(cookies))
  t.equal(after?.seenAt, before?.seenAt)
  t.strictSame(asked, [], 'the access token has expired, and nobody asked for another')
  clock.move(1)
  t.equal(await late.peek(browser(cookies)), null, 'idle for too long')
  t.equal(await late.peek(browser()), null)
})

// While instances are replaced one after the other, an older one must not sign out whom a newer one signed in.
t.test('a session that a newer version wrote is nobody, and its cookie stays', async t => {
  const key = randomBytes(32)
  const { sessions } = browserSessions({ store: cookieStore(key) })
  const place = sessionPlace({ origin: 'https://a.example' })
  const newer = createSealer([key]).seal('session', place, '[2,{"all":"else"}]')
  const cookies = [{ name: '__Host-cgw-session', value: `1.${newer}` }]
  t.strictSame(await sessions.load(browser(cookies)), nobody)
  const damaged = [{ name: '__Host-cgw-session', value: `1.${newer.slice(1)}` }]
  t.strictSame(await sessions.load(browser(damaged)), clearedNobody)
  t.strictSame((await sessions.end(browser(cookies))).setCookies, [cleared], 'who signs out is out')
})
