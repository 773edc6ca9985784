import { randomBytes } from 'node:crypto'
import t from 'tap'
import { type ErrorCode, GatewayError } from '../../src/errors.js'
import { createSealer } from '../../src/lib/sealer.js'
import { createLoginFlow, type RedeemCode } from '../../src/login/flow.js'
import { createRounds } from '../../src/login/rounds.js'
import { createTransactions } from '../../src/login/transaction.js'
import type { Browser, SentCookie } from '../../src/model.js'
import { frozenClock } from '../fixtures/clock.js'
import { keep } from '../fixtures/cookie-keeper.js'
import { session } from '../fixtures/session.js'

const key = randomBytes(32)

function browser(cookies: readonly SentCookie[] = [], origin = 'https://a.example'): Browser {
  return { origin, secure: origin.startsWith('https:'), cookies }
}

function setUp({
  redeemCode = async () => ({ identity: session().identity, tokens: session().tokens }),
  sealer = createSealer([key]),
}: {
  redeemCode?: RedeemCode
  sealer?: ReturnType<typeof createSealer>
} = {}) {
  const clock = frozenClock()
  const redeemed: Parameters<RedeemCode>[0][] = []
  const flow = createLoginFlow({
    transactions: createTransactions({ sealer, clock: clock.read }),
    rounds: createRounds({ sealer, clock: clock.read }),
    callbackPath: '/oauth2/callback',
    buildAuthorizationUrl: ({ again, extra, ...parameters }) => {
      const { scopes: _none, ...wishes } = extra ?? {}
      const query = new URLSearchParams({
        ...parameters,
        ...(JSON.parse(JSON.stringify(wishes)) as object),
        again: `${again}`,
      })
      return new URL(`https://pool.example/authorize?${query}`)
    },
    redeemCode: callback => {
      redeemed.push(callback)
      return redeemCode(callback)
    },
    explainCallbackError: (error, description) => ({
      code: error === 'access_denied' ? 'GW_ERR_LOGIN_REFUSED' : 'GW_ERR_LOGIN_MISCONFIGURED',
      reason: `explained: ${error} ${description}`,
    }),
  })

  /** Begins a login and gives what the hosted UI would see, and the cookies of the browser. */
  async function begin(returnTo = '/page', before: readonly SentCookie[] = []) {
    const { location, setCookies } = await flow.begin(browser(before), returnTo)
    const asked = Object.fromEntries(new URL(location).searchParams)
    return { asked, state: asked.state ?? '', cookies: keep(setCookies, before) }
  }

  return { flow, clock, redeemed, begin }
}

t.test(
  'a login begins with the redirect URI of the origin, and all that has to come back',
  async t => {
    const { begin } = setUp()
    const { asked, cookies } = await begin()
    t.equal(asked.redirectUri, 'https://a.example/oauth2/callback')
    t.match(asked.nonce, /^[\w-]{32}$/)
    t.match(asked.codeVerifier, /^[\w-]{43}$/)
    t.equal(cookies.length, 1)
  },
)

t.test(
  'a callback with its transaction signs in, and goes to the page it was begun for',
  async t => {
    const { flow, begin, redeemed } = setUp()
    const { asked, state, cookies } = await begin('/page?x=1')
    const query = `?code=a-code&state=${state}`
    t.match(await flow.complete(browser(cookies), query), {
      outcome: 'signed-in',
      returnTo: '/page?x=1',
      identity: { subject: 'jane-sub' },
      tokens: { refreshToken: 'refresh-token' },
    })
    t.equal(redeemed.length, 1)
    t.strictSame(
      { ...redeemed[0], callbackUrl: redeemed[0]?.callbackUrl.href },
      {
        callbackUrl: `https://a.example/oauth2/callback${query}`,
        state,
        nonce: asked.nonce,
        codeVerifier: asked.codeVerifier,
      },
    )
    t.match(flow.forget(browser(cookies), query), [/^__Host-cgw-login-[\w-]+=; Max-Age=0; /])
    t.strictSame(flow.forget(browser(), query), [])
    t.strictSame(flow.forget(browser(cookies), '?code=x'), [])
  },
)

t.test('eight tabs sign in at once, and each lands on its own page', async t => {
  const { flow, begin } = setUp()
  const states: string[] = []
  let cookies: SentCookie[] = []
  for (let tab = 0; tab < 8; tab++) {
    const begun = await begin(`/tab/${tab}`, cookies)
    cookies = begun.cookies
    states.push(begun.state)
  }
  for (const tab of [3, 7, 0, 1, 6, 2, 5, 4]) {
    const query = `?code=x&state=${states[tab]}`
    t.match(await flow.complete(browser(cookies), query), { returnTo: `/tab/${tab}` })
    cookies = keep(flow.forget(browser(cookies), query), cookies)
  }
  t.strictSame(cookies, [])
})

t.test('what Cognito refuses is explained before the state is looked at', async t => {
  const { flow, begin, redeemed } = setUp()
  const { state, cookies } = await begin()
  const rows: [string, ErrorCode][] = [
    ['?error=access_denied', 'GW_ERR_LOGIN_REFUSED'],
    [`?error=access_denied&state=${state}`, 'GW_ERR_LOGIN_REFUSED'],
    ['?error=access_denied&state=made-up', 'GW_ERR_LOGIN_REFUSED'],
    [`?code=x&error=invalid_scope&state=${state}`, 'GW_ERR_LOGIN_MISCONFIGURED'],
    ['?error=', 'GW_ERR_LOGIN_MISCONFIGURED'],
    ['?error=access_denied&error=other', 'GW_ERR_LOGIN_REFUSED'],
  ]
  for (const [query, code] of rows) {
    await t.rejects(flow.complete(browser(cookies), query), { code, reason: /^explained: / }, query)
  }
  t.equal(redeemed.length, 0)
})

t.test('a callback that lacks a parameter, or has one twice, is damaged', async t => {
  const { flow, begin, redeemed } = setUp()
  const { state, cookies } = await begin()
  const rows: [string, RegExp][] = [
    ['', /^state expected once, seen: missing or empty$/],
    ['?', /^state /],
    ['?code=x', /^state /],
    ['?code=x&state=', /^state /],
    ['?code=x&STATE=y', /^state /],
    [`?code=x&state=${state}&state=${state}`, /^state expected once, seen: 2 times$/],
    [`?code=x&state=${state}&state=`, /^state expected once, seen: 2 times$/],
    [`?state=${state}`, /^code expected once, seen: missing or empty$/],
    [`?code=&state=${state}`, /^code /],
    [`?code=x&code=y&state=${state}`, /^code expected once, seen: 2 times$/],
    [`?code=x&code=x&code=x&state=${state}`, /^code expected once, seen: 3 times$/],
  ]
  for (const [query, reason] of rows) {
    const failure = { code: 'GW_ERR_CALLBACK_INVALID', status: 400, reason }
    await t.rejects(flow.complete(browser(cookies), query), failure, query)
  }
  t.equal(redeemed.length, 0)
  const good = `?code=x&state=${state}&iss=https%3A%2F%2Fpool.example&odd=1`
  t.match(await flow.complete(browser(cookies), good), { outcome: 'signed-in' }, 'the neighbour')
})

t.test('a state that was never ours is unknown', async t => {
  const { flow, begin, redeemed } = setUp()
  const { state, cookies } = await begin()
  const other = await setUp({ sealer: createSealer([randomBytes(32)]) }).begin()
  const elsewhere = await flow.begin(browser([], 'https://b.example'), '/page')
  const rows: [string, string][] = [
    ['made up', 'x'],
    ['with a dot', 'a.b'],
    ['cut', state.slice(0, -3)],
    ['longer', `${state}x`],
    ['of another deployment', other.state],
    ['of another origin', new URL(elsewhere.location).searchParams.get('state') ?? ''],
    ['very long', 'x'.repeat(8000)],
    ['of odd characters', '%00%0a..%ff'],
  ]
  for (const [why, foreign] of rows) {
    const failing = flow.complete(browser(cookies), `?code=x&state=${encodeURIComponent(foreign)}`)
    await t.rejects(failing, { code: 'GW_ERR_STATE_UNKNOWN', status: 400 }, why)
  }
  t.equal(redeemed.length, 0, 'no code is redeemed')
})

t.test('a state of ours without its transaction is gone, and says where it led', async t => {
  const { flow, clock, begin, redeemed } = setUp()
  const { state, cookies } = await begin('/page?x=1')
  const query = `?code=x&state=${state}`
  const gone = { outcome: 'transaction-gone', returnTo: '/page?x=1', round: 0 }
  t.strictSame(await flow.complete(browser(), query), gone, 'another browser')
  const used = keep(flow.forget(browser(cookies), query), cookies)
  t.strictSame(await flow.complete(browser(used), query), gone, 'used already')
  const damaged = cookies.map(({ name, value }) => ({ name, value: value.slice(1) }))
  t.strictSame(await flow.complete(browser(damaged), query), gone, 'damaged')
  clock.move(3599)
  t.match(await flow.complete(browser(cookies), query), { outcome: 'signed-in' }, 'in time')
  clock.move(1)
  t.strictSame(await flow.complete(browser(cookies), query), gone, 'an hour later')
  t.equal(redeemed.length, 1)
})

t.test('a sign-in is started again twice, then it is explained', async t => {
  const { flow, begin } = setUp()
  let { state } = await begin('/page')
  for (const round of [0, 1]) {
    const lost = await flow.complete(browser(), `?code=x&state=${state}`)
    t.match(lost, { outcome: 'transaction-gone', returnTo: '/page', round })
    if (lost.outcome !== 'transaction-gone') throw new Error('it should be gone')
    const { location, setCookies } = await flow.startAgain(browser(), lost)
    t.equal(setCookies.length, 1)
    state = new URL(location).searchParams.get('state') ?? ''
  }
  const last = await flow.complete(browser(), `?code=x&state=${state}`)
  if (last.outcome !== 'transaction-gone') throw new Error('it should be gone')
  await t.rejects(flow.startAgain(browser(), last), {
    code: 'GW_ERR_COOKIES_BLOCKED',
    status: 400,
    reason: 'no cookie at all came back in 3 rounds',
  })
  const keepsSome = browser([{ name: 'cgw-rounds', value: 'x' }])
  await t.rejects(flow.startAgain(keepsSome, last), {
    code: 'GW_ERR_TRANSACTION_EXPIRED',
    status: 400,
    reason: 'the transaction cookie did not come back in 3 rounds',
  })
})

t.test('a sign-in that was started again ends where the first one would have', async t => {
  const { flow, begin } = setUp()
  const { state } = await begin('/page?x=1')
  const lost = await flow.complete(browser(), `?code=x&state=${state}`)
  if (lost.outcome !== 'transaction-gone') throw new Error('it should be gone')
  const again = await flow.startAgain(browser(), lost)
  const query = `?code=y&state=${new URL(again.location).searchParams.get('state')}`
  t.match(await flow.complete(browser(keep(again.setCookies)), query), {
    outcome: 'signed-in',
    returnTo: '/page?x=1',
  })
})

t.test('the fourth sign-in in a row that brings no session is a loop', async t => {
  const { flow, clock } = setUp()
  let cookies: SentCookie[] = []
  for (let round = 0; round < 3; round++)
    cookies = keep([flow.countRound(browser(cookies))], cookies)
  const loop = { code: 'GW_ERR_LOGIN_LOOP', status: 400 }
  t.throws(() => flow.countRound(browser(cookies)), loop)
  const reset = keep([flow.resetRounds(browser(cookies))], cookies)
  t.doesNotThrow(() => flow.countRound(browser(reset)), 'after one that did')
  clock.move(60)
  t.doesNotThrow(() => flow.countRound(browser(cookies)), 'after a minute')
})

t.test('what redeeming the code fails with is what the callback fails with', async t => {
  const codes: ErrorCode[] = [
    'GW_ERR_CODE_REFUSED',
    'GW_ERR_TOKENS_REFUSED',
    'GW_ERR_LOGIN_MISCONFIGURED',
    'GW_ERR_COGNITO_UNAVAILABLE',
  ]
  for (const code of codes) {
    const failure = new GatewayError(code, { reason: 'because' })
    const { flow, begin } = setUp({
      redeemCode: async () => {
        throw failure
      },
    })
    const { state, cookies } = await begin()
    const failing = flow.complete(browser(cookies), `?code=x&state=${state}`)
    await t.rejects(failing, failure, code)
  }
})

t.test('neither code nor state nor what belongs to them is in any failure', async t => {
  const { flow, begin } = setUp()
  const { asked, state, cookies } = await begin()
  const secrets = ['canary', state, asked.nonce, asked.codeVerifier, cookies[0]?.value ?? '']
  const queries = [
    '?code=canary',
    `?code=canary&code=canary2&state=${state}`,
    `?state=${state}`,
    `?state=${state}&state=canary&code=canary`,
    '?code=canary&state=canary',
    `?code=canary&state=${state}x`,
  ]
  for (const query of queries) {
    const error = await flow.complete(browser(cookies), query).catch((caught: unknown) => caught)
    t.ok(error instanceof GatewayError, query)
    if (!(error instanceof GatewayError)) continue
    const said = `${error.message} ${error.reason} ${error.cause} ${JSON.stringify(error)}`
    for (const secret of secrets) t.notOk(said.includes(secret ?? 'none'), query)
  }
})
