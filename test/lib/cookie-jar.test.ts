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
