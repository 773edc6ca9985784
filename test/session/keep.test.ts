import { randomBytes } from 'node:crypto'
import t from 'tap'
import { GatewayError } from '../../src/errors.js'
import { createLacksToken, keepRefreshed, keepTokens, tokenKinds } from '../../src/session/keep.js'
import { browser, browserSessions, cookieStore, tokensFrom } from '../fixtures/browser-sessions.js'
import { keep } from '../fixtures/cookie-keeper.js'
import { session, signedInAt } from '../fixtures/session.js'
import { sharedStore } from '../fixtures/shared-store.js'

const { tokens } = session()
const { idToken, accessToken, refreshToken, ...times } = tokens

t.test('a session carries the tokens that it is to keep, and all times', async t => {
  const none = { ...times, idToken: null, accessToken: null, refreshToken: null }
  t.strictSame(keepTokens(tokens, tokenKinds), tokens)
  t.strictSame(keepTokens(tokens, []), none)
  t.strictSame(keepTokens(tokens, ['id']), { ...none, idToken })
  t.strictSame(keepTokens(tokens, ['access']), { ...none, accessToken })
  t.strictSame(keepTokens(tokens, ['refresh']), { ...none, refreshToken })
})

t.test('a refresh that is not due lets go of no token that the session has', async t => {
  const before = (...kinds: ('id' | 'access' | 'refresh')[]) => keepTokens(tokens, kinds)
  const lighter = keepTokens(tokens, ['access', 'refresh'])
  const kinds = ['access', 'refresh'] as const
  const kept = (had: typeof tokens, isDue = false) =>
    keepRefreshed(tokens, { before: had, kinds, isDue })
  t.strictSame(kept(before('id', 'refresh')), { tokens, lighter })
  t.strictSame(kept(before('id', 'refresh'), true), { tokens: lighter })
  t.strictSame(kept(before('access', 'refresh')), { tokens: lighter })
  t.strictSame(kept(before('refresh')), { tokens: lighter })
  const without = { before: before('refresh'), kinds: ['access'] as const, isDue: false }
  const expected = { tokens: keepTokens(tokens, ['access']) }
  t.strictSame(keepRefreshed(tokens, without), expected, 'a refresh token is as the settings say')
})

t.test('a session lacks a token that is needed and was not kept', async t => {
  const without = (kind: string) => session({ tokens: { ...tokens, [`${kind}Token`]: null } })
  const rows: [needed: ('id' | 'access')[], missing: string, lacks: boolean][] = [
    [[], 'id', false],
    [['id'], 'id', true],
    [['id'], 'access', false],
    [['access'], 'access', true],
    [['id', 'access'], 'access', true],
    [['id', 'access'], 'refresh', false],
  ]
  for (const [needed, missing, lacks] of rows) {
    const one = without(missing)
    const lacksToken = createLacksToken(needed)
    t.equal(lacksToken(one), lacks, `${needed} without ${missing}`)
    t.equal(lacksToken(one), lacks, 'asked again')
  }
})

const { identity } = session()
const withoutAccess = { accessToken: null }

/** A browser that signed in before the access token was needed, a minute ago. */
async function signedInBefore(settings: Parameters<typeof browserSessions>[0]) {
  const gateway = browserSessions({ lacksToken: createLacksToken(['access']), ...settings })
  const given = { identity, tokens: tokensFrom(gateway.clock.read(), withoutAccess) }
  const { setCookies } = await gateway.sessions.create(browser(), given)
  gateway.clock.move(60)
  return { ...gateway, cookies: keep(setCookies) }
}

t.test('a session that lacks a needed token is refreshed once, and then serves', async t => {
  const { sessions, cookies, asked } = await signedInBefore({})
  const first = await sessions.load(browser(cookies))
  t.equal(first.session?.tokens.accessToken, 'access-token')
  t.ok(first.setCookies.length > 0)
  const straggler = await sessions.load(browser(cookies))
  t.equal(straggler.session?.tokens.accessToken, 'access-token')
  const next = await sessions.load(browser(keep(first.setCookies, cookies)))
  t.equal(next.session?.tokens.accessToken, 'access-token')
  t.strictSame(next.setCookies, [])
  t.strictSame(asked, ['refresh-token'])
})

t.test('also within the second in which it was begun', async t => {
  const { sessions, cookies, asked, clock } = await signedInBefore({})
  clock.move(-60)
  for (let request = 0; request < 3; request++) {
    const { session: found } = await sessions.load(browser(cookies))
    t.equal(found?.tokens.accessToken, 'access-token')
  }
  t.equal(asked.length, 1)
})

t.test('one that lacks what nobody needs is left alone', async t => {
  const { sessions, cookies, asked } = await signedInBefore({
    lacksToken: createLacksToken(['id']),
  })
  t.equal((await sessions.load(browser(cookies))).session?.tokens.accessToken, null)
  t.strictSame(asked, [])
})

t.test('while Cognito is away it does not serve without the token, and is kept', async t => {
  let away = true
  const { sessions, cookies, clock } = await signedInBefore({
    renewTokens: async () => {
      if (away) throw new GatewayError('GW_ERR_COGNITO_UNAVAILABLE')
      return { identity, tokens: tokensFrom(signedInAt + 200) }
    },
  })
  const unavailable = { code: 'GW_ERR_SESSION_UNAVAILABLE', retryAfterSeconds: 5 }
  await t.rejects(async () => sessions.load(browser(cookies)), unavailable)
  away = false
  clock.move(120)
  const { session: found } = await sessions.load(browser(cookies))
  t.equal(found?.tokens.accessToken, 'access-token')
})

t.test('what another process refreshed by other settings does not serve either', async t => {
  const { store } = sharedStore()
  const other = browserSessions({
    store,
    renewTokens: async () => ({ identity, tokens: tokensFrom(signedInAt + 30, withoutAccess) }),
  })
  // It refreshes between our look at the session and our turn.
  const exclusively: typeof store.exclusively = async (found, work) => {
    await other.sessions.refreshNow(browser(cookies))
    return store.exclusively(found, work)
  }
  const late = await signedInBefore({ store: { ...store, exclusively } })
  const { sessions, asked, cookies } = late
  other.clock.move(30)
  t.equal((await sessions.load(browser(cookies))).session?.tokens.accessToken, 'access-token')
  t.equal(asked.length, 1, 'so it was refreshed again')
})

t.test('a refresh that brings no such token lets nobody in', async t => {
  const { sessions, cookies, clock } = await signedInBefore({
    renewTokens: async () => ({ identity, tokens: tokensFrom(signedInAt + 60, withoutAccess) }),
  })
  for (let request = 0; request < 2; request++) {
    const asking = async () => sessions.load(browser(cookies))
    await t.rejects(asking, { code: 'GW_ERR_SESSION_UNAVAILABLE' })
    clock.move(1)
  }
})

t.test(
  '200 groups, twice as many as Cognito allows, fit into cookies with claims alone',
  async t => {
    const groups = Array.from({ length: 200 }, (_, n) => `department-of-things-number-${n}`)
    const { identity, tokens } = session(
      {},
      { 'cognito:groups': groups, email: 'jane@example.com' },
    )
    const key = randomBytes(32)
    const [here, there] = [1, 2].map(() => browserSessions({ store: cookieStore(key) }).sessions)
    const kept = keepTokens({ ...tokens, refreshToken: 'r'.repeat(1800) }, ['refresh'])
    const told = await here?.create(browser(), { identity, tokens: kept })
    const cookies = keep(told?.setCookies ?? [])
    t.equal(cookies.length, 3)
    const found = await there?.load(browser(cookies))
    t.strictSame(found?.session?.identity.groups, groups)
  },
)
