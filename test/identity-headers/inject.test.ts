import t from 'tap'
import { createIdentityLines } from '../../src/identity-headers/inject.js'
import { identitySettings } from '../../src/identity-headers/settings.js'
import type { HeaderValue, Style } from '../../src/identity-headers/style.js'
import { systemClock } from '../../src/lib/system-clock.js'
import type { Caller } from '../../src/model.js'
import { session } from '../fixtures/session.js'

const person: Caller = session()
const settings = identitySettings.parse({})

function linesFor(value: HeaderValue) {
  const leftOut: string[] = []
  const style: Style = { name: 'test', owns: ['X-Test'], headers: () => [['X-Test', value]] }
  const lines = createIdentityLines([style], settings, header => leftOut.push(header), systemClock)
  return { lines: lines(person), leftOut }
}

t.test('text: sent as it is, or not at all and said so', async t => {
  const rows: [string, HeaderValue, readonly string[], string][] = [
    ['plain', 'jane', ['X-Test', 'jane'], 'as it is'],
    ['absent', null, [], 'no header'],
    ['empty', '', [], 'no header'],
    ['space inside', 'Jane Doe', ['X-Test', 'Jane Doe'], 'as it is'],
    ['Korean', '한국', ['X-Test', '\xed\x95\x9c\xea\xb5\xad'], 'UTF-8 bytes'],
    ['ends in 0xA0', 'voilà', ['X-Test', 'voil\xc3\xa0'], 'a letter of several bytes'],
    ['emoji', '👍', ['X-Test', '\xf0\x9f\x91\x8d'], 'a pair of surrogates is one character'],
  ]
  for (const [name, value, expected, why] of rows) {
    const { lines, leftOut } = linesFor(value)
    t.strictSame(lines, expected, `${name}: ${why}`)
    t.strictSame(leftOut, [], name)
  }
  for (const [name, value] of [
    ['CR LF', 'jane\r\nX-Forwarded-Groups: admins'],
    ['LF', 'jane\nadmin'],
    ['CR', 'jane\radmin'],
    ['NUL', 'jane\u0000'],
    ['tab', 'jane\tadmin'],
    ['delete', 'jane\u007f'],
    ['U+0085', 'jane\u0085'],
    ['U+0085 inside', 'ja\u0085ne'],
    ['line separator', 'jane\u2028admin'],
    ['space before', ' jane'],
    ['space after', 'jane '],
    ['no-break space after', 'jane\u00a0'],
    ['wide space before', '\u3000jane'],
    ['byte order mark', '\ufeffjane'],
    ['half a surrogate pair', 'jane\ud83d'],
  ] as const) {
    const { lines, leftOut } = linesFor(value)
    t.strictSame(lines, [], name)
    t.strictSame(leftOut, ['X-Test'], `${name}: said`)
  }
})

t.test('a list: only what could read as something else is left out', async t => {
  const rows: [readonly string[], string | null, boolean][] = [
    [['staff', 'admins'], 'staff,admins', true],
    [[], null, true],
    [['a b', '운영'], 'a b,\xec\x9a\xb4\xec\x98\x81', true],
    [['staff', 'x,admins'], 'staff', false],
    [['staff', ' admins'], 'staff', false],
    [['staff', 'admins\r\n'], 'staff', false],
    [['', 'staff'], 'staff', false],
    [['x,admins'], null, false],
  ]
  for (const [groups, expected, complete] of rows) {
    const { lines, leftOut } = linesFor(groups)
    t.strictSame(lines, expected === null ? [] : ['X-Test', expected], JSON.stringify(groups))
    t.equal(leftOut.length, complete ? 0 : 1, JSON.stringify(groups))
  }
})

t.test('lines are made once for a caller, and never for another', async t => {
  let built = 0
  const style: Style = {
    name: 'test',
    owns: ['X-Test'],
    headers: ({ identity }) => {
      built++
      return [['X-Test', identity.subject]]
    },
  }
  const lines = createIdentityLines([style], settings, () => {}, systemClock)
  t.equal(lines(person), lines(person))
  t.equal(built, 1)
  t.strictSame(lines(session({}, { sub: 'other' })), ['X-Test', 'other'])
  t.equal(built, 2)
})

t.test(
  'lines that the application does not take are refused, with size, limit and remedy',
  async t => {
    const style: Style = {
      name: 'test',
      owns: ['X-Test'],
      headers: () => [['X-Test', 'x'.repeat(92)]],
    }
    const withLimit = (maxBytes: number) =>
      createIdentityLines([style], { ...settings, maxBytes }, () => {}, systemClock)
    t.equal(withLimit(102)(person).length, 2)
    t.throws(() => withLimit(101)(person), {
      code: 'GW_ERR_IDENTITY_TOO_LARGE',
      reason: /have 102 bytes; this application takes 101 .*groups\.only/,
    })
  },
)
