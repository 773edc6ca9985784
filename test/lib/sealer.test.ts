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
