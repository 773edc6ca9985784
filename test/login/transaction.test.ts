import { randomBytes } from 'node:crypto'
import t from 'tap'
import { createSealer } from '../../src/lib/sealer.js'
import { createTransactions } from '../../src/login/transaction.js'
import type { Browser, SentCookie } from '../../src/model.js'
import { keep } from '../fixtures/cookie-keeper.js'

const sealer = createSealer([randomBytes(32)])
let now = 1_800_000_000
const transactions = createTransactions({ sealer, clock: () => now })

function browser(cookies: readonly SentCookie[] = [], origin = 'https://a.example'): Browser {
  return { origin, secure: true, cookies }
}

t.test(
  'a transaction is found by its state, in the browser that began it, for an hour',
  async t => {
    now = 1_800_000_000
    const { transaction, setCookies } = transactions.begin(browser(), '/page', 0)
    const back = browser(keep(setCookies))
    t.strictSame(transactions.find(back, transaction.state), transaction)
    t.equal(transactions.find(browser(), transaction.state), null, 'another browser')
    t.equal(
      transactions.find(browser(keep(setCookies), 'https://b.example'), transaction.state),
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
  const [cookie] = keep(setCookies)
  t.ok((cookie?.name.length ?? 0) + (cookie?.value.length ?? 0) <= 4096, 'browsers keep it')
  t.equal(transactions.find(browser(keep(setCookies)), transaction.state)?.returnTo.length, 2000)
})

t.test('the newest eight are kept, and no more than 4 KB of them', async t => {
  let cookies: SentCookie[] = []
  for (let login = 0; login < 12; login++) {
    now++
    const { setCookies } = transactions.begin(browser(cookies), '/page', 0)
    const cleared = setCookies
      .filter(line => line.includes('Max-Age=0'))
      .map(line => line.split('=')[0])
    cookies = [...cookies, ...keep(setCookies)].filter(({ name }) => !cleared.includes(name))
    t.ok(cookies.length <= 8)
  }
  const { setCookies } = transactions.begin(browser(cookies), `/${'x'.repeat(1900)}`, 0)
  const dropped = setCookies.filter(line => line.includes('Max-Age=0'))
  t.ok(dropped.length > 1, 'a long one takes the room of several')
  t.match(dropped.at(-1), cookies[0]?.name ?? 'none', 'the oldest goes first')
})

t.test('forgetting removes the cookie that is there, and nothing else', async t => {
  const { transaction, setCookies } = transactions.begin(browser(), '/page', 0)
  const [line] = transactions.forget(browser(keep(setCookies)), transaction.state)
  t.match(line, /^__Host-cgw-login-.*=; Max-Age=0; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  t.strictSame(transactions.forget(browser(), transaction.state), [])
})

t.test('nothing but the very cookie opens for its state', async t => {
  const { transaction, setCookies } = transactions.begin(browser(), '/page', 0)
  const other = transactions.begin(browser(), '/other', 0)
  const [cookie] = keep(setCookies)
  const [otherCookie] = keep(other.setCookies)
  const name = cookie?.name ?? ''
  const value = cookie?.value ?? ''
  const foreign = createTransactions({ sealer: createSealer([randomBytes(32)]), clock: () => now })
  const rows: [string, SentCookie[]][] = [
    ['no cookie', []],
    ['an empty one', [{ name, value: '' }]],
    ['a damaged one', [{ name, value: `${value.slice(0, -1)}${value.endsWith('A') ? 'B' : 'A'}` }]],
    ['that of another sign-in', [{ name, value: otherCookie?.value ?? '' }]],
    ['the right value under another name', [{ name: `${name}x`, value }]],
    ['the right one without its prefix', [{ name: name.slice('__Host-'.length), value }]],
    ['the state itself', [{ name, value: transaction.state.split('.')[1] ?? '' }]],
  ]
  for (const [why, cookies] of rows) {
    t.equal(transactions.find(browser(cookies), transaction.state), null, why)
  }
  t.equal(foreign.find(browser(keep(setCookies)), transaction.state), null, 'another key')
  const both = browser([...keep(setCookies), ...keep(other.setCookies)])
  t.strictSame(transactions.find(both, transaction.state), transaction, 'among others')
  t.strictSame(transactions.find(both, other.transaction.state), other.transaction)
})

t.test('a state belongs to its own sign-in, to the letter', async t => {
  const { transaction, setCookies } = transactions.begin(browser(), '/page', 0)
  const other = transactions.begin(browser(), '/page', 0).transaction
  const back = browser(keep(setCookies))
  const [id = '', seal = ''] = transaction.state.split('.')
  const rows = [
    id,
    `${id}.`,
    `.${seal}`,
    `${id}.${other.state.split('.')[1]}`,
    `${id}.${seal}=`,
    `${id}.${seal}.`,
    `${id.toUpperCase()}.${seal}`,
    ` ${transaction.state}`,
    `__proto__.${seal}`,
  ]
  for (const state of rows) t.equal(transactions.find(back, state), null, state)
  t.ok(transactions.find(back, transaction.state))
})

t.test('on http the cookies have no prefix, and neither sees those of the other', async t => {
  const plain = { origin: 'http://a.example', secure: false, cookies: [] }
  const { transaction, setCookies } = transactions.begin(plain, '/page', 0)
  t.match(setCookies[0], /^cgw-login-[\w-]+=[\w-]+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/)
  const cookies = keep(setCookies)
  t.ok(transactions.find({ ...plain, cookies }, transaction.state))
  const prefixed = cookies.map(({ name, value }) => ({ name: `__Host-${name}`, value }))
  t.equal(transactions.find({ ...plain, secure: true, cookies: prefixed }, transaction.state), null)
  const secure = transactions.begin(browser(), '/page', 0).setCookies
  t.match(
    secure[0],
    /^__Host-cgw-login-[\w-]+=[\w-]+; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
})

t.test('only transactions are counted and dropped', async t => {
  const others = ['__Host-cgw-session', '__Host-cgw-session.1', '__Host-cgw-rounds', 'cgw-login-1']
  const full = browser(others.map(name => ({ name, value: 'x'.repeat(3900) })))
  t.equal(transactions.begin(full, '/page', 0).setCookies.length, 1)
})

// Seconds in base 36 have six digits until December 2038. Then the newest name sorted as the oldest, and a
// sign-in dropped the one begun before it.
t.test('the oldest goes first, also where seconds get one digit more', async t => {
  for (const begun of [1_800_000_000, 2_147_483_640, 36 ** 6 - 4]) {
    let cookies: SentCookie[] = []
    const names: string[] = []
    for (let login = 0; login < 9; login++) {
      now = begun + login
      const { setCookies } = transactions.begin(browser(cookies), '/page', 0)
      names.push(setCookies[0]?.split('=')[0] ?? '')
      cookies = keep(setCookies, cookies)
    }
    t.strictSame(cookies.map(({ name }) => name).sort(), names.slice(1).sort(), `${begun}`)
    t.strictSame([...names].sort(), names, 'names sort by time')
  }
  now = 1_800_000_000
})

t.test('ten thousand foreign cookies are dropped in one go', async t => {
  const many = Array.from({ length: 10_000 }, (_, n) => ({
    name: `__Host-cgw-login-${n}`,
    value: 'x',
  }))
  const begun = performance.now()
  t.equal(transactions.begin(browser(many), '/page', 0).setCookies.length, 1 + 9993)
  t.ok(performance.now() - begun < 500)
})

t.test('no two of a thousand sign-ins in one second are alike', async t => {
  const all = Array.from({ length: 1000 }, () => transactions.begin(browser(), '/', 0))
  for (const name of ['state', 'nonce', 'codeVerifier'] as const) {
    t.equal(new Set(all.map(({ transaction }) => transaction[name])).size, 1000, name)
  }
  t.equal(new Set(all.map(({ setCookies }) => setCookies[0]?.split('=')[0])).size, 1000)
})

t.test('of a state, a long return address is left out, a short one is not', async t => {
  const long = transactions.begin(browser(), `/${'x'.repeat(400)}`, 1).transaction
  t.strictSame(transactions.readState(browser(), long.state), { returnTo: '/', round: 1 })
  const short = transactions.begin(browser(), `/${'x'.repeat(399)}`, 1).transaction
  t.equal(transactions.readState(browser(), short.state)?.returnTo.length, 400)
  t.ok(short.state.length < 1000)
})
