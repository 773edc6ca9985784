import { randomBytes } from 'node:crypto'
import t from 'tap'
import { createSealer } from '../../src/lib/sealer.js'
import { createTransactions } from '../../src/login/transaction.js'
import type { Browser, SentCookie } from '../../src/model.js'

const sealer = createSealer([randomBytes(32)])
let now = 1_800_000_000
const transactions = createTransactions({ sealer, clock: () => now })

function browser(cookies: readonly SentCookie[] = [], origin = 'https://a.example'): Browser {
  return { origin, secure: true, cookies }
}

/** What a browser sends back after these Set-Cookie lines. */
function sent(lines: readonly string[]): SentCookie[] {
  return lines
    .filter(line => !line.includes('Max-Age=0'))
    .map(line => line.split(';')[0] ?? '')
    .map(pair => ({
      name: pair.slice(0, pair.indexOf('=')),
      value: pair.slice(pair.indexOf('=') + 1),
    }))
}

t.test(
  'a transaction is found by its state, in the browser that began it, for an hour',
  async t => {
    now = 1_800_000_000
    const { transaction, setCookies } = transactions.begin(browser(), '/page', 0)
    const back = browser(sent(setCookies))
    t.strictSame(transactions.find(back, transaction.state), transaction)
    t.equal(transactions.find(browser(), transaction.state), null, 'another browser')
    t.equal(
      transactions.find(browser(sent(setCookies), 'https://b.example'), transaction.state),
      null,
    )
    t.equal(transactions.find(back, `${transaction.state}x`), null, 'a changed state')
    t.equal(transactions.find(back, 'no-dot'), null)
    now += 3599
    t.ok(transactions.find(back, transaction.state))
    now += 1
    t.equal(transactions.find(back, transaction.state), null, 'too late')
  },
)

t.test('state, nonce and code_verifier are long and new each time', async t => {
  const [one, other] = [1, 2].map(() => transactions.begin(browser(), '/page', 0).transaction)
  for (const name of ['state', 'nonce', 'codeVerifier'] as const) {
    t.not(one?.[name], other?.[name])
    t.ok((one?.[name].length ?? 0) >= 22, name)
  }
  t.match(one?.codeVerifier, /^[\w-]{43}$/)
})

t.test('a state of ours says where to go without its transaction; others say nothing', async t => {
  const { transaction } = transactions.begin(browser(), '/page?x=1', 2)
  t.strictSame(transactions.readState(browser(), transaction.state), {
    returnTo: '/page?x=1',
    round: 2,
  })
  t.equal(transactions.readState(browser([], 'https://b.example'), transaction.state), null)
  for (const state of ['', '.', 'a.b', transaction.state.slice(0, -2), 'x'.repeat(5000)]) {
    t.equal(transactions.readState(browser(), state), null, state.slice(0, 20))
  }
})

t.test('a state stays below 1 KB however long the return address', async t => {
  const { transaction, setCookies } = transactions.begin(browser(), `/${'x'.repeat(1999)}`, 0)
  t.ok(transaction.state.length < 1000)
  t.ok((setCookies[0]?.length ?? 0) < 4096 + 100)
  t.equal(transactions.find(browser(sent(setCookies)), transaction.state)?.returnTo.length, 2000)
})

t.test('the newest eight are kept, and no more than 4 KB of them', async t => {
  let cookies: SentCookie[] = []
  for (let login = 0; login < 12; login++) {
    now++
    const { setCookies } = transactions.begin(browser(cookies), '/page', 0)
    const cleared = setCookies
      .filter(line => line.includes('Max-Age=0'))
      .map(line => line.split('=')[0])
    cookies = [...cookies, ...sent(setCookies)].filter(({ name }) => !cleared.includes(name))
    t.ok(cookies.length <= 8)
  }
  const { setCookies } = transactions.begin(browser(cookies), `/${'x'.repeat(1900)}`, 0)
  const dropped = setCookies.filter(line => line.includes('Max-Age=0'))
  t.ok(dropped.length > 1, 'a long one takes the room of several')
  t.match(dropped.at(-1), cookies[0]?.name ?? 'none', 'the oldest goes first')
})

t.test('forgetting removes the cookie that is there, and nothing else', async t => {
  const { transaction, setCookies } = transactions.begin(browser(), '/page', 0)
  const [line] = transactions.forget(browser(sent(setCookies)), transaction.state)
  t.match(line, /^__Host-cgw-login-.*=; Max-Age=0; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  t.strictSame(transactions.forget(browser(), transaction.state), [])
})
