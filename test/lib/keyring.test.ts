import t from 'tap'
import { generateSecret, parseSecret } from '../../src/lib/keyring.js'

const bytes = Buffer.from('q83vEjRWeJq83vEjRWeJASNFZ4mrze8BI0VniavN7wE', 'base64url')

t.test('reads base64url, base64 and hex, and what keygen prints', async t => {
  for (const encoding of ['base64url', 'base64', 'hex'] as const) {
    t.strictSame(parseSecret(bytes.toString(encoding)), bytes, encoding)
  }
  t.strictSame(parseSecret(bytes.toString('hex').toUpperCase()), bytes, 'hex in capitals')
  t.equal(parseSecret(generateSecret()).length, 32)
  t.not(generateSecret(), generateSecret())
})

t.test('refuses what is short, repeats itself or is no encoding, and never prints it', async t => {
  const rows: [string, RegExp][] = [
    [bytes.toString('hex').slice(0, 62), /hex and holds 31 bytes/],
    [bytes.toString('hex').slice(0, 63), /63 hex digits, an odd number/],
    ['tooshort', /base64url and holds 6 bytes/],
    ['a'.repeat(64), /repeats itself/],
    [`"${bytes.toString('base64url')}"`, /quotes/],
    ['my secret with spaces', /spaces/],
    [`'${bytes.toString('base64')}'`, /quotes/],
    [`${bytes.toString('base64')}\n`, /spaces/],
    [`${bytes.toString('base64url')}===`, /not base64url/],
    [bytes.toString('base64url').slice(0, 42), /base64url and holds 31 bytes/],
    [Buffer.from('abcdefgh'.repeat(4)).toString('base64'), /repeats itself/],
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

// Refused once: Python's urlsafe_b64encode and `openssl rand -base64 32 | tr -- '+/' '-_'` write both.
t.test('reads base64url with padding', async t => {
  const dashes = Buffer.from(bytes.map(byte => byte ^ 0xf8))
  for (const secret of [bytes, dashes, Buffer.concat([bytes, dashes])]) {
    const text = secret.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
    t.match(text, /=$/)
    t.strictSame(parseSecret(text), secret, text)
  }
})

t.test('no secret at all is refused', async t => {
  t.throws(() => parseSecret(''), RangeError)
})
