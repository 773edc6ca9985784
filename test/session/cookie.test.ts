import t from 'tap'
import type { SentCookie } from '../../src/model.js'
import { clearSessionCookies, readReferences, writeReference } from '../../src/session/cookie.js'

function sent(lines: readonly string[]): SentCookie[] {
  return lines
    .filter(line => !line.includes('Max-Age=0'))
    .map(line => line.split(';')[0] ?? '')
    .map(pair => ({
      name: pair.slice(0, pair.indexOf('=')),
      value: pair.slice(pair.indexOf('=') + 1),
    }))
}

t.test('what was written is read again, for every length around the chunk size', async t => {
  for (const length of [1, 3949, 3950, 3951, 7899, 7900, 7901, 11_850, 12_288]) {
    const reference = `${'x'.repeat(length - 1)}y`
    const lines = writeReference(reference, 60, [], true)
    t.strictSame(readReferences(sent(lines), true), [reference], `${length}`)
    for (const line of lines) {
      const [pair = ''] = line.split(';')
      t.ok(pair.length <= 4000, 'name and value within 4,000 bytes')
      t.match(line, /; Max-Age=60; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    }
  }
})

t.test('a chunk that is missing, a count that is wrong: no reference', async t => {
  const cookies = sent(writeReference('x'.repeat(9000), 60, [], false))
  t.equal(cookies.length, 3)
  for (const missing of [0, 1, 2]) {
    t.strictSame(
      readReferences(
        cookies.filter((_, n) => n !== missing),
        false,
      ),
      [],
    )
  }
  for (const value of ['', '.', '0.x', '9.x', '10.x', '10000.x', 'x', '2', '-1.x', '\uff11.x']) {
    t.strictSame(readReferences([{ name: 'cgw-session', value }], false), [], value)
  }
  t.strictSame(readReferences([{ name: 'cgw-session', value: '1.x' }], false), ['x'])
})

t.test(
  'a chunk left over from a longer session is ignored, and cleared at the next write',
  async t => {
    const long = sent(writeReference('x'.repeat(9000), 60, [], false))
    const lines = writeReference('short', 60, long, false)
    t.strictSame(lines.slice(1), [
      'cgw-session.1=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
      'cgw-session.2=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
    ])
    t.strictSame(readReferences([...sent(lines), ...long.slice(1)], false), ['short'])
  },
)

t.test('of two cookies of one name both are tried, and eight at most', async t => {
  const twice = ['1.a', '1.b'].map(value => ({ name: 'cgw-session', value }))
  t.strictSame(readReferences(twice, false), ['a', 'b'])
  const many = Array.from({ length: 600 }, (_, n) => ({ name: 'cgw-session', value: `1.${n}` }))
  t.equal(readReferences(many, false).length, 8)
})

t.test('clearing names every chunk that is there, and no cookie of another kind', async t => {
  const cookies = [
    'cgw-session',
    'cgw-session.1',
    'cgw-session.9',
    'cgw-session.x',
    'cgw-login-1',
  ].map(name => ({ name, value: 'x' }))
  t.equal(clearSessionCookies(cookies, false).length, 3)
  t.strictSame(readReferences(cookies, true), [], 'https origins have names of their own')
})
