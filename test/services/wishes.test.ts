// Scopes that a new sign-in asks again, so that nobody loses them: those of the browser's own site alone.
import t from 'tap'
import { createExtraScopes } from '../../src/services/wishes.js'
import { browser } from '../fixtures/browser-sessions.js'
import { session } from '../fixtures/session.js'

const [shop, board] = ['https://shop.example', 'https://board.example:8443']
const asks = (host: string | undefined, ...scopes: string[]) => ({
  host,
  route: { login: { scopes } },
})
const routes = [
  asks('shop.example', 'shop/buy'),
  asks('board.example', 'board/write', 'phone'),
  asks(undefined, 'profile'),
  { host: 'shop.example', route: { login: {} } },
]
const { identity } = session()
const scopes = ['openid', 'board/write', 'shop/buy', 'profile', 'added/by-a-trigger']
const signedIn = session({ identity: { ...identity, scopes } })

// Cognito refused the sign-in with `invalid_scope`: the app client of the one site has not the scopes of the other.
t.test('scopes of another site, and of no route, are not asked for', async t => {
  const extra = createExtraScopes(routes, [shop, board], async () => signedIn)
  for (const [origin, expected] of [
    [shop, ['shop/buy', 'profile']],
    [board, ['board/write', 'profile']],
    ['', []],
  ] as const) {
    t.strictSame(extra.of({ origin }, signedIn), expected, origin)
    t.strictSame(extra.of({ origin }, null), [])
    t.strictSame(await extra.at(browser([], origin)), expected)
  }
})

t.test(
  'a site that asks for none looks at no session, and a look that fails is no reason',
  async t => {
    let looks = 0
    const extra = createExtraScopes([asks('shop.example', 'shop/buy')], [shop, board], async () => {
      looks++
      throw new Error('away')
    })
    t.strictSame(await extra.at(browser([], board)), [])
    t.equal(looks, 0)
    t.strictSame(await extra.at(browser([], shop)), [])
    t.equal(looks, 1)
  },
)
