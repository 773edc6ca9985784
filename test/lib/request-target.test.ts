import fc from 'fast-check'
import t from 'tap'
import { GatewayError } from '../../src/errors.js'
import { parseRequestTarget } from '../../src/lib/request-target.js'

t.test('accepts what has one reading', async t => {
  const rows: [string, string, string][] = [
    ['/', '/', ''],
    ['/a/b', '/a/b', ''],
    ['/a/', '/a/', ''],
    ['/a?b=c/../d', '/a', '?b=c/../d'],
    ['/a?', '/a', '?'],
    ['/%61dmin', '/admin', ''],
    ['/admin;v=1/x;y', '/admin/x', ''],
    ['/a%3Bb', '/a;b', ''],
    ['/%ED%95%9C', '/한', ''],
    ['/.well-known/x', '/.well-known/x', ''],
    ['/a..b/..c/...', '/a..b/..c/...', ''],
    ['/100%25', '/100%', ''],
    ['/a%23b', '/a#b', ''],
    ['/a?q=%2e%2e%5c%00', '/a', '?q=%2e%2e%5c%00'],
  ]
  for (const [raw, path, query] of rows) t.strictSame(parseRequestTarget(raw), { raw, path, query })
})

t.test('refuses what has two', async t => {
  const rows: [string, string][] = [
    ['', 'nothing'],
    ['*', 'asterisk form'],
    ['http://host/a', 'absolute form'],
    ['host:80', 'authority form'],
    ['//host/a', 'a host to browsers'],
    ['/a//b', 'an empty segment'],
    ['/a/./b', 'a dot segment'],
    ['/a/..', 'a dot segment at the end'],
    ['/a/%2E%2e/b', 'an encoded one'],
    ['/a/.%2e/b', 'a half encoded one'],
    ['/a/%252e%252e/b', 'a doubly encoded one'],
    ['/a/..;x/b', 'one with parameters'],
    ['/a/..%3Bx/b', 'one with encoded parameters'],
    ['/a/.;/b', 'a single dot with parameters'],
    ['/;x/b', 'parameters alone'],
    ['/a\\b', 'a backslash'],
    ['/a%5Cb', 'an encoded backslash'],
    ['/a%2fb', 'an encoded slash'],
    ['/a%252fb', 'a doubly encoded slash'],
    ['/a%2525', 'three layers'],
    ['/a#b', 'a fragment'],
    ['/a?b#c', 'a fragment after the query'],
    ['/a\tb', 'a control character'],
    ['/a%0d%0ab', 'an encoded one'],
    ['/a%7f', 'delete'],
    ['/a%C2%85', 'a control character of Unicode'],
    ['/a%zz', 'no encoding'],
    ['/a%4', 'half an encoding'],
    ['/a%ff', 'no UTF-8'],
    ['/a%c0%af', 'overlong UTF-8'],
    ['/a%ed%a0%80', 'a surrogate'],
    ['/\u00e4', 'a raw byte above ASCII'],
    ['/a b', 'a space'],
    ['/a?b c', 'a space in the query'],
    [`/${'a'.repeat(8192)}`, 'too long'],
  ]
  for (const [raw, why] of rows) {
    t.throws(() => parseRequestTarget(raw), { code: 'GW_ERR_TARGET_REFUSED' }, why)
  }
})

t.test('what is accepted is under the same folder for other parsers as well', async _t => {
  const piece = fc.constantFrom(
    '/',
    '.',
    '..',
    'a',
    'admin',
    '%2e',
    '%2f',
    '%5c',
    '\\',
    ';',
    ';x',
    '%3b',
    '%25',
    '%252e',
    '?',
    '#',
    '%61',
    '//',
    '%00',
    ' ',
    'é',
    '%c3%a9',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), pieces => {
      const raw = `/${pieces.join('')}`
      const path = tryParse(raw)
      if (path === null) return true
      const browser = decodeURIComponent(new URL(raw, 'http://host').pathname)
      return folders(path) === folders(browser)
    }),
    { numRuns: 5000 },
  )
})

/** The path that we decide on, or null when it is refused; anything else thrown fails the test. */
function tryParse(raw: string): string | null {
  try {
    return parseRequestTarget(raw).path
  } catch (error) {
    if (error instanceof GatewayError) return null
    throw error
  }
}

/** Segments without their parameters, as routing compares them. */
function folders(path: string): string {
  return path
    .split('/')
    .map(segment => segment.split(';')[0])
    .join('/')
}
