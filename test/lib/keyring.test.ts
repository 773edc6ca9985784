import t from 'tap'
import { generateSecret, parseSecret } from '../../src/lib/keyring.js'

const bytes = Buffer.from('q83vEjRWeJq83vEjRWeJASNFZ4mrze8BI0VniavN7wE', 'base64url')

t.test('reads base64url, base64 and hex, and what keygen prints', async t => {
  for (const encoding of ['base64url', 'base64', 'hex'] as const) {
    t.strictSame(parseSecret(bytes.toString(encoding)), bytes, encoding)
  }
  t.equal(parseSecret(generateSecret()).length, 32)
  t.not(generateSecret(), generateSecret())
})

t.test('refuses what is short, repeats itself or is no encoding, and never prints it', async t => {
  const rows: [string, RegExp][] = [
    [bytes.toString('hex').slice(0, 62), /hex and holds 31 bytes/],
    ['tooshort', /base64url and holds 6 bytes/],
    ['a'.repeat(64), /repeats itself/],
    [`"${bytes.toString('base64url')}"`, /quotes/],
    ['my secret with spaces', /spaces/],
  ]
  for (const [text, expected] of rows) {
    t.throws(() => parseSecret(text), expected)
    try {
      parseSecret(text)
    } catch (error) {
      t.notOk((error as Error).message.includes(text))
    }
  }
})
