import { randomBytes } from 'node:crypto'
import t from 'tap'
import { createSealer } from '../../src/lib/sealer.js'

const [oldKey, newKey] = [randomBytes(32), randomBytes(32)]
const sealer = createSealer([newKey, oldKey])
const sealed = sealer.seal('session', 'https://a session', 'hello')

t.test('opens what it sealed, for the same purpose and place', async t => {
  const opened = sealer.open('session', 'https://a session', sealed)
  t.equal(opened?.plaintext.toString(), 'hello')
  t.equal(opened?.stale, false)
})

t.test('opens nothing for another purpose, place or ring', async t => {
  t.equal(sealer.open('transaction', 'https://a session', sealed), null)
  t.equal(sealer.open('session', 'https://b session', sealed), null)
  t.equal(createSealer([randomBytes(32)]).open('session', 'https://a session', sealed), null)
})

t.test('a value sealed with an older key opens and is stale', async t => {
  const before = createSealer([oldKey]).seal('session', 'x', 'hello')
  t.match(sealer.open('session', 'x', before), { stale: true })
})

t.test('damage at any byte opens nothing', async t => {
  const bytes = Buffer.from(sealed, 'base64url')
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes)
    damaged[at] = (damaged[at] ?? 0) ^ 1
    t.equal(
      sealer.open('session', 'https://a session', damaged.toString('base64url')),
      null,
      `${at}`,
    )
  }
})

t.test('what is no sealed value opens nothing', async t => {
  for (const text of ['', 'x', '%%%', sealed.slice(0, 40), `${sealed}AAAA`, 'A'.repeat(100_000)]) {
    t.equal(sealer.open('session', 'https://a session', text), null, text.slice(0, 20))
  }
})

t.test('10,000 seals of one text never share a nonce', async t => {
  const nonces = new Set<string>()
  for (let n = 0; n < 10_000; n++) {
    nonces.add(Buffer.from(sealer.seal('state', 'x', 'y'), 'base64url').toString('hex', 5, 17))
  }
  t.equal(nonces.size, 10_000)
})

t.test('a sealed value has one spelling', async t => {
  const changed = (at: number, text: string) => sealed.slice(0, at) + text + sealed.slice(at)
  const last = sealed.at(-1) ?? ''
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const sibling = alphabet[alphabet.indexOf(last) ^ 1] ?? ''
  const rows: [string, string][] = [
    ['a character that is none of the alphabet', changed(20, '!')],
    ['a space before', ` ${sealed}`],
    ['a line break after', `${sealed}\n`],
    ['padding', `${sealed}=`],
    ['padding and more', `${sealed}==${sealed}`],
    ['unused bits of the last character', sealed.slice(0, -1) + sibling],
    ['one character less', sealed.slice(0, -1)],
    ['one character more', `${sealed}A`],
    ['hex', Buffer.from(sealed, 'base64url').toString('hex')],
  ]
  for (const [why, text] of rows) {
    t.equal(sealer.open('session', 'https://a session', text), null, why)
  }
  t.ok(sealer.open('session', 'https://a session', sealed), 'the right one')
})

t.test('purposes and places do not run into each other', async t => {
  const rows: [string, string][] = [
    ['https://a', 'session'],
    ['https://a sessio', 'n'],
    ['https://a session ', ''],
    ['', 'https://a session'],
  ]
  for (const [place, rest] of rows) {
    t.equal(sealer.open('session', place, sealed), null, `${place}|${rest}`)
  }
  const empty = sealer.seal('state', '', '')
  t.equal(sealer.open('state', '', empty)?.plaintext.length, 0, 'nothing can be sealed as well')
  t.equal(sealer.open('rounds', '', empty), null)
})

t.test('bytes and long texts come back as they were', async t => {
  const bytes = Buffer.from([0, 255, 128, 10])
  t.strictSame(sealer.open('session', 'x', sealer.seal('session', 'x', bytes))?.plaintext, bytes)
  const text = '\u0000한국어\u{1f600}'.repeat(10_000)
  const long = sealer.open('session', 'x', sealer.seal('session', 'x', text))
  t.equal(long?.plaintext.toString(), text)
})

t.test(
  'of three keys each opens, the newest alone is fresh, and one taken away opens nothing',
  async t => {
    const keys = [randomBytes(32), randomBytes(32), randomBytes(32)]
    const values = keys.map(key => createSealer([key]).seal('session', 'x', 'y'))
    const ring = createSealer(keys)
    t.strictSame(
      values.map(value => ring.open('session', 'x', value)?.stale),
      [false, true, true],
    )
    const rotated = createSealer(keys.slice(0, 2))
    t.strictSame(
      values.map(value => rotated.open('session', 'x', value)?.stale),
      [false, true, undefined],
    )
  },
)

t.test('there is no sealer without a key', async t => {
  t.throws(() => createSealer([]), RangeError)
})
