import { randomBytes } from 'node:crypto'
import t from 'tap'
import { createSealer } from '../../src/lib/sealer.js'
import { createRounds } from '../../src/login/rounds.js'
import type { Browser, SentCookie } from '../../src/model.js'
import { frozenClock } from '../fixtures/clock.js'
import { keep } from '../fixtures/cookie-keeper.js'

const sealer = createSealer([randomBytes(32)])

function browser(cookies: readonly SentCookie[] = [], origin = 'https://a.example'): Browser {
  return { origin, secure: origin.startsWith('https:'), cookies }
}

t.test('each round counts one more, for a minute from the last', async t => {
  const clock = frozenClock()
  const rounds = createRounds({ sealer, clock: clock.read })
  let cookies: SentCookie[] = []
  for (const expected of [0, 1, 2, 3, 4]) {
    t.equal(rounds.count(browser(cookies)), expected)
    cookies = keep([rounds.next(browser(cookies))], cookies)
    clock.move(59)
  }
  clock.move(1)
  t.equal(rounds.count(browser(cookies)), 0, 'a minute later')
  t.equal(rounds.count(browser(keep([rounds.next(browser(cookies))]))), 1, 'and it begins anew')
})

t.test('the count is a cookie of a minute, and is cleared as it was set', async t => {
  const rounds = createRounds({ sealer, clock: () => 0 })
  t.match(
    rounds.next(browser()),
    /^__Host-cgw-rounds=[\w-]+; Max-Age=60; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
  t.equal(
    rounds.reset(browser()),
    '__Host-cgw-rounds=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
  )
  t.equal(
    rounds.reset(browser([], 'http://a.example')),
    'cgw-rounds=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
  )
})

t.test('a count that is damaged, foreign or made up is none', async t => {
  const rounds = createRounds({ sealer, clock: () => 0 })
  const [cookie] = keep([rounds.next(browser())])
  const name = cookie?.name ?? ''
  const value = cookie?.value ?? ''
  t.equal(rounds.count(browser([{ name, value }])), 1)
  for (const changed of ['', '9', '[9999999999,9]', value.slice(1), `${value}A`]) {
    t.equal(rounds.count(browser([{ name, value: changed }])), 0, changed)
  }
  t.equal(rounds.count(browser([{ name, value }], 'https://b.example')), 0)
  const other = createRounds({ sealer: createSealer([randomBytes(32)]), clock: () => 0 })
  t.equal(other.count(browser([{ name, value }])), 0)
})
