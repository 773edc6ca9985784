import { randomBytes } from 'node:crypto'
import t from 'tap'
import { createSealer } from '../../src/lib/sealer.js'
import { createAfterSignOut } from '../../src/login/after-sign-out.js'
import type { Browser, SentCookie } from '../../src/model.js'
import { frozenClock } from '../fixtures/clock.js'
import { keep } from '../fixtures/cookie-keeper.js'

const sealer = createSealer([randomBytes(32)])

function browser(cookies: readonly SentCookie[] = [], origin = 'https://a.example'): Browser {
  return { origin, secure: origin.startsWith('https:'), cookies }
}

t.test('what is remembered is taken once, and its cookie cleared as it was set', async t => {
  const after = createAfterSignOut({ sealer, clock: () => 1_800_000_000 })
  const line = after.remember(browser(), '/bye?x=1#y')
  t.match(
    line,
    /^__Host-cgw-signed-out=[\w-]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
  const cookies = keep([line])
  const taken = after.take(browser(cookies))
  t.strictSame(taken, {
    location: '/bye?x=1#y',
    setCookie: '__Host-cgw-signed-out=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
  })
  t.equal(after.take(browser(keep([taken?.setCookie ?? ''], cookies))), null)
})

t.test('it is kept for ten minutes', async t => {
  const clock = frozenClock()
  const after = createAfterSignOut({ sealer, clock: clock.read })
  const cookies = keep([after.remember(browser(), '/bye')])
  clock.move(599)
  t.ok(after.take(browser(cookies)))
  clock.move(1)
  t.equal(after.take(browser(cookies)), null)
})

t.test(
  'nothing waits in a cookie that is absent, damaged, foreign, or of another purpose',
  async t => {
    const clock = () => 1_800_000_000
    const after = createAfterSignOut({ sealer, clock })
    const [cookie] = keep([after.remember(browser(), '/bye')])
    const name = cookie?.name ?? ''
    const value = cookie?.value ?? ''
    const content = JSON.stringify([1_900_000_000, 'https://evil.example'])
    const rows: [string, SentCookie[]][] = [
      ['absent', []],
      ['empty', [{ name, value: '' }]],
      ['unsealed', [{ name, value: Buffer.from(content).toString('base64url') }]],
      ['cut', [{ name, value: value.slice(0, -4) }]],
      [
        'of another purpose',
        [{ name, value: sealer.seal('rounds', `https://a.example ${name}`, content) }],
      ],
      ['under another name', [{ name: 'cgw-signed-out', value }]],
    ]
    for (const [why, cookies] of rows) t.equal(after.take(browser(cookies)), null, why)
    t.equal(after.take(browser([{ name, value }], 'https://b.example')), null, 'of another origin')
    const other = createAfterSignOut({ sealer: createSealer([randomBytes(32)]), clock })
    t.equal(other.take(browser([{ name, value }])), null, 'of another key')
    t.ok(after.take(browser([{ name, value }])), 'the right one')
  },
)

t.test('the longest Location fits into its cookie', async t => {
  const after = createAfterSignOut({ sealer, clock: () => 0 })
  const [cookie] = keep([after.remember(browser(), `/${'x'.repeat(1999)}`)])
  t.ok((cookie?.name.length ?? 0) + (cookie?.value.length ?? 0) <= 4096)
})
