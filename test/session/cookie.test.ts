import t from 'tap'
import {
  clearSessionCookies,
  hasSessionCookie,
  readReferences,
  writeReference,
} from '../../src/session/cookie.js'
import { joinPieces } from '../../src/session/sent-reference.js'
import { keep } from '../fixtures/cookie-keeper.js'

const references = (...sent: Parameters<typeof readReferences>) =>
  readReferences(...sent).map(joinPieces)

t.test('what was written is read again, for every length around the chunk size', async t => {
  for (const length of [1, 3949, 3950, 3951, 7899, 7900, 7901, 11_850, 12_288]) {
    const reference = `${'x'.repeat(length - 1)}y`
    const lines = writeReference(reference, 60, [], true)
    t.strictSame(references(keep(lines), true), [reference], `${length}`)
    for (const line of lines) {
      const [pair = ''] = line.split(';')
      t.ok(pair.length <= 4000, 'name and value within 4,000 bytes')
      t.match(line, /; Max-Age=60; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    }
  }
})

t.test('a chunk that is missing, a count that is wrong: no reference', async t => {
  const cookies = keep(writeReference('x'.repeat(9000), 60, [], false))
  t.equal(cookies.length, 3)
  for (const missing of [0, 1, 2]) {
    t.strictSame(
      references(
        cookies.filter((_, n) => n !== missing),
        false,
      ),
      [],
    )
  }
  for (const value of ['', '.', '0.x', '9.x', '10.x', '10000.x', 'x', '2', '-1.x', '\uff11.x']) {
    t.strictSame(references([{ name: 'cgw-session', value }], false), [], value)
  }
  t.strictSame(references([{ name: 'cgw-session', value: '1.x' }], false), ['x'])
})

t.test(
  'a chunk left over from a longer session is ignored, and cleared at the next write',
  async t => {
    const long = keep(writeReference('x'.repeat(9000), 60, [], false))
    const lines = writeReference('short', 60, long, false)
    t.strictSame(lines.slice(1), [
      'cgw-session.1=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
      'cgw-session.2=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
    ])
    t.strictSame(references([...keep(lines), ...long.slice(1)], false), ['short'])
  },
)

t.test('of two cookies of one name both are tried, and eight at most', async t => {
  const twice = ['1.a', '1.b'].map(value => ({ name: 'cgw-session', value }))
  t.strictSame(references(twice, false), ['a', 'b'])
  const many = Array.from({ length: 600 }, (_, n) => ({ name: 'cgw-session', value: `1.${n}` }))
  t.equal(references(many, false).length, 8)
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
  t.strictSame(references(cookies, true), [], 'https origins have names of their own')
})

t.test('no cookie is larger than browsers keep', async t => {
  for (const secure of [true, false]) {
    const lines = writeReference('x'.repeat(12_288), 60, [], secure)
    t.equal(lines.length, 4)
    for (const { name, value } of keep(lines)) {
      t.ok(value.length <= 4000, 'value')
      t.ok(name.length + value.length <= 4096, 'name and value')
    }
  }
})

const long = keep(writeReference(`${'a'.repeat(3950)}${'b'.repeat(3950)}c`, 60, [], false))
const reference = `${'a'.repeat(3950)}${'b'.repeat(3950)}c`
const cookie = (name: string, value: string) => ({ name, value })

// The chunks behind the first were looked up by name alone: one foreign cookie of the name of the second
// chunk, set for a longer path, and a long session was nobody.
t.test('of two sets of chunks the whole one is found, whichever comes first', async t => {
  const foreign = [cookie('cgw-session', '2.evil'), cookie('cgw-session.1', 'evil')]
  const rows: [string, ReturnType<typeof keep>][] = [
    ['a whole set before', [...foreign, ...long]],
    ['a whole set after', [...long, ...foreign]],
    [
      'mixed, the wrong ones first',
      [...foreign, ...long].sort((a, b) => (a.name < b.name ? -1 : 1)),
    ],
    ['a first chunk before', [cookie('cgw-session', '1.evil'), ...long]],
    ['a first chunk after', [...long, cookie('cgw-session', '1.evil')]],
    ['a first chunk with a wrong count before', [cookie('cgw-session', '9.evil'), ...long]],
    ['a later chunk before', [cookie('cgw-session.1', 'evil'), ...long]],
    ['later chunks before', [cookie('cgw-session.1', 'x'), cookie('cgw-session.2', 'x'), ...long]],
  ]
  for (const [why, cookies] of rows) t.ok(references(cookies, false).includes(reference), why)
})

t.test('the order of different cookies does not matter', async t => {
  t.strictSame(references(long.toReversed(), false), [reference])
})

// 2,000 first chunks that each promise eight were each looked for among 2,000 cookies, seven times over.
t.test('thousands of cookies cost no more than a few', async t => {
  const rows: [string, ReturnType<typeof keep>][] = [
    ['first chunks', Array.from({ length: 10_000 }, () => cookie('cgw-session', '8.x'))],
    [
      'first chunks that lack the last',
      [
        ...Array.from({ length: 10_000 }, () => cookie('cgw-session', '8.x')),
        ...[1, 2, 3, 4, 5, 6].map(n => cookie(`cgw-session.${n}`, 'x')),
      ],
    ],
    ['chunks', Array.from({ length: 10_000 }, (_, n) => cookie(`cgw-session.${n}`, 'x'))],
  ]
  for (const [why, cookies] of rows) {
    const begun = performance.now()
    t.strictSame(references(cookies, false), [])
    const took = performance.now() - begun
    t.ok(took < 100, `${why}: ${took.toFixed(1)} ms`)
  }
})

t.test('clearing takes every chunk with the attributes it was set with', async t => {
  const secure = keep(writeReference('x'.repeat(9000), 60, [], true))
  t.strictSame(
    clearSessionCookies(secure, true),
    ['__Host-cgw-session', '__Host-cgw-session.1', '__Host-cgw-session.2'].map(
      name => `${name}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax`,
    ),
  )
  t.strictSame(keep(clearSessionCookies(secure, true), secure), [])
  t.strictSame(clearSessionCookies([...secure, ...secure], true).length, 3, 'each name once')
  t.strictSame(clearSessionCookies([], true), [])
})

t.test('a chunk of any kind shows that there was a session', async t => {
  const rows: [string, boolean][] = [
    ['cgw-session', true],
    ['cgw-session.1', true],
    ['cgw-session.42', true],
    ['cgw-session.', false],
    ['cgw-session.100', false],
    ['cgw-session.1x', false],
    ['cgw-sessions', false],
    ['CGW-session', false],
    ['__Host-cgw-session', false],
  ]
  for (const [name, expected] of rows) {
    t.equal(hasSessionCookie([cookie(name, '')], false), expected, name)
  }
  t.equal(hasSessionCookie([cookie('__Host-cgw-session', '')], true), true)
})
