import t from 'tap'
import {
  cutCookies,
  gatewayCookieName,
  isGatewayCookie,
  setCookie,
} from '../../src/lib/cookie-jar.js'

t.test('cuts the gateway cookies out and leaves the rest byte for byte', async t => {
  const rows: [string | undefined, [string, string][], string | null][] = [
    [undefined, [], null],
    ['', [], null],
    ['a=1; b=2', [], 'a=1; b=2'],
    ['a=1;b=2;;', [], 'a=1;b=2;;'],
    ['cgw-session=x', [['cgw-session', 'x']], null],
    ['a=1; cgw-session=x; b=2', [['cgw-session', 'x']], 'a=1; b=2'],
    ['__Host-cgw-session=x; a="1=2"', [['__Host-cgw-session', 'x']], 'a="1=2"'],
    ['__host-CGW-session=x; a=1', [['__host-CGW-session', 'x']], 'a=1'],
    [
      'cgw-a=1; cgw-a=2',
      [
        ['cgw-a', '1'],
        ['cgw-a', '2'],
      ],
      null,
    ],
    ['=cgw-session=x; a=1', [], 'a=1'],
    ['cgw-session', [['cgw-session', 'cgw-session']], null],
    ['xcgw-session=1', [], 'xcgw-session=1'],
    [';;;=;cgw-x=1', [['cgw-x', '1']], '='],
  ]
  for (const [header, own, rest] of rows) {
    const cut = cutCookies(header)
    t.strictSame(
      cut.own.map(({ name, value }) => [name, value]),
      own,
      String(header),
    )
    t.equal(cut.rest, rest)
  }
})

t.test('10,000 cookies are cut in one pass', async t => {
  const header = Array.from({ length: 10_000 }, (_, n) => `cgw-${n}=x`).join(';')
  t.equal(cutCookies(header).own.length, 10_000)
})

t.test('knows its own names under every prefix and case, and no others', async t => {
  for (const name of ['cgw-session', '__Host-cgw-x', '__SECURE-CGW-x', '__Host-Http-cgw-x']) {
    t.equal(isGatewayCookie(name), true, name)
  }
  for (const name of ['cgw', 'session', 'x-cgw-session', '__Host-session']) {
    t.equal(isGatewayCookie(name), false, name)
  }
})

t.test('sets and clears with the same attributes', async t => {
  const name = gatewayCookieName('session', true)
  t.equal(
    setCookie(name, 'v', 60),
    '__Host-cgw-session=v; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax',
  )
  t.equal(
    setCookie(name, '', 0),
    '__Host-cgw-session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
  )
  t.equal(setCookie('cgw-x', 'v', 60), 'cgw-x=v; Max-Age=60; Path=/; HttpOnly; SameSite=Lax')
})

// `trim` took the byte A0 too: a value that ended in "à" (C3 A0 in UTF-8) lost half of its last letter.
t.test('a value that ends in any byte but a blank stays whole beside a gateway cookie', async t => {
  for (let byte = 0x21; byte <= 0xff; byte++) {
    if (byte === 0x3b || byte === 0x7f) continue
    const pair = `a=x${String.fromCharCode(byte)}`
    t.equal(cutCookies(`cgw-session=1; ${pair}`).rest, pair, byte.toString(16))
    t.equal(cutCookies(`${pair}; cgw-session=1`).rest, pair, byte.toString(16))
  }
  t.equal(cutCookies('cgw-session=1; \ta=x \t ; b=2').rest, 'a=x; b=2')
})

t.test('what could pass for a gateway cookie does not reach the application', async t => {
  const rows = [
    'cgw-session=x',
    ' cgw-session = x',
    '\tcgw-session=x',
    '\xa0cgw-session=x',
    'CGW-SESSION=x',
    '__host-cgw-session=x',
    '__Secure-cgw-session.1=x',
    '__Http-cgw-session=x',
    '__Host-Http-cgw-session=x',
    '=cgw-session=x',
    '= cgw-session=x',
    '=__Host-cgw-session=x',
    'cgw-=x',
    'cgw-session=a=b=c',
  ]
  for (const pair of rows) t.equal(cutCookies(`a=1;${pair};b=2`).rest, 'a=1; b=2', pair)
})

t.test('what only looks a little like one does', async t => {
  const rows = [
    'cgw=x',
    'cgw_session=x',
    'my-cgw-session=x',
    '__Host-my-cgw-session=x',
    '__Hostcgw-session=x',
    'a=cgw-session',
    'a==cgw-session=x',
    '=x',
    '__proto__=1',
    'constructor=2',
  ]
  for (const pair of rows) {
    t.equal(cutCookies(`cgw-x=1; ${pair}`).rest, pair, pair)
    t.equal(cutCookies(pair).rest, pair, `${pair} alone`)
  }
})

t.test('separators alone are no cookies', async t => {
  for (const header of [';', ';;;', '; ; ;', ' ', '\t;']) {
    t.equal(cutCookies(`cgw-a=1${header}`).rest, null, JSON.stringify(header))
    t.equal(cutCookies(header).own.length, 0)
  }
})

t.test('names from the object prototype are names', async t => {
  const { own } = cutCookies('cgw-__proto__=1; __proto__=2; cgw-constructor=3')
  t.strictSame(own, [
    { name: 'cgw-__proto__', value: '1' },
    { name: 'cgw-constructor', value: '3' },
  ])
  t.equal(({} as Record<string, unknown>).value, undefined)
})

t.test('a header of 32 KB takes no longer for being odd', async t => {
  const size = 32 * 1024
  const rows = [
    `cgw-a=${' '.repeat(size)}x`,
    `cgw-a=1;${';'.repeat(size)}`,
    `cgw-a=1;${' ;'.repeat(size / 2)}`,
    `cgw-a=1;${'='.repeat(size)}`,
    `cgw-a=1;a=${' '.repeat(size)}`,
    `cgw-a=1;a=${'\t x'.repeat(size / 3)}`,
    'cgw-a;'.repeat(size / 6),
    `${'__host-'.repeat(size / 7)}cgw-a`,
    `${'x;'.repeat(size / 2)}cgw-a`,
  ]
  for (const header of rows) {
    const begun = performance.now()
    for (let turn = 0; turn < 20; turn++) cutCookies(header)
    const each = (performance.now() - begun) / 20
    t.ok(each < 25, `${header.slice(0, 20)}: ${each.toFixed(2)} ms`)
  }
})

t.test('a cookie that ends with the browser has no Max-Age', async t => {
  t.equal(setCookie('cgw-x', 'v', null), 'cgw-x=v; Path=/; HttpOnly; SameSite=Lax')
  t.equal(
    setCookie('__Host-cgw-x', 'v', null),
    '__Host-cgw-x=v; Path=/; HttpOnly; Secure; SameSite=Lax',
  )
})
