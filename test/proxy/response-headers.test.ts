import t from 'tap'
import { isGatewayCookie } from '../../src/lib/cookie-jar.js'
import { buildResponseHeaders } from '../../src/proxy/response-headers.js'

function build(lines: readonly string[], setCookies: readonly string[] = []): string[] {
  const raw = lines.map(text => Buffer.from(text, 'latin1'))
  return buildResponseHeaders(raw, setCookies, isGatewayCookie, null)
}

t.test('everything passes byte for byte, in order, with duplicates', async t => {
  const lines = [
    'Content-Type',
    'text/html',
    'set-cookie',
    'a=1; Path=/',
    'Set-Cookie',
    'b=%20"x"; Path=/x; weird',
    'Location',
    '/\xed\x95\x9c',
    'Cache-Control',
    'public, max-age=60',
    'X-Empty',
    '',
    'Vary',
    'a',
    'Vary',
    'b',
  ]
  t.strictSame(build(lines), lines)
})

t.test('what belongs to one connection ends here', async t => {
  for (const [name, value] of [
    ['Connection', 'keep-alive'],
    ['connection', 'close'],
    ['Keep-Alive', 'timeout=5'],
    ['Proxy-Authenticate', 'Basic'],
    ['Proxy-Connection', 'close'],
    ['TE', 'trailers'],
    ['Trailer', 'X-Late'],
    ['Transfer-Encoding', 'Chunked'],
    ['Upgrade', 'h2c'],
  ] as const) {
    t.strictSame(build([name, value, 'X-Stays', '1']), ['X-Stays', '1'], name)
  }
  t.strictSame(build(['X-One', '1', 'Connection', 'x-one', 'X-Two', '2']), ['X-Two', '2'])
})

t.test('a coding that ends here and cannot be undone is no answer', async t => {
  for (const coding of ['gzip, chunked', 'gzip', 'identity', 'chunked, chunked']) {
    const run = () => build(['Transfer-Encoding', coding])
    t.throws(run, { code: 'GW_ERR_UPSTREAM_INVALID' }, coding)
  }
})

t.test("an application sets no cookie that would come back as the gateway's", async t => {
  const rows: [string, boolean][] = [
    ['app=1; Path=/', true],
    ['app=cgw-session; Path=/', true],
    ['app=1; cgw-session=2', true],
    ['my-cgw-session=1', true],
    ['=app', true],
    ['nameless', true],
    ['', true],
    ['cgw-session=1', false],
    ['CGW-Session=1; Path=/', false],
    ['cgw-session', false],
    ['cgw-session.1=x; Path=/app', false],
    ['\t cgw-session \t=1', false],
    ['__Host-cgw-session=1; Path=/; Secure', false],
    ['__HOST-cgw-session=1', false],
    ['__Secure-cgw-session=1', false],
    ['__Http-cgw-session=1', false],
    ['=cgw-session=1', false],
    [' \t=cgw-session=1', false],
    [' = __Host-cgw-session=1', false],
    ['cgw-session;=1', false],
  ]
  for (const [line, accepted] of rows) {
    t.strictSame(build(['Set-Cookie', line]), accepted ? ['Set-Cookie', line] : [], line)
  }
})

t.test("with a cookie of the gateway's, no cache keeps the answer", async t => {
  const lines = [
    'Cache-Control',
    'public, max-age=60',
    'CDN-Cache-Control',
    'max-age=60',
    'Surrogate-Control',
    'max-age=60',
    'Expires',
    'Thu, 01 Jan 2099 00:00:00 GMT',
    'X-Accel-Expires',
    '60',
    'Pragma',
    'x',
    'ETag',
    '"1"',
    'Set-Cookie',
    'app=1',
  ]
  t.strictSame(build(lines, ['cgw-session=new; Path=/']), [
    'ETag',
    '"1"',
    'Set-Cookie',
    'app=1',
    'Set-Cookie',
    'cgw-session=new; Path=/',
    'Cache-Control',
    'no-store',
  ])
})

t.test("no-store and the gateway's cookies cannot be nominated away", async t => {
  const lines = ['Connection', 'cache-control, set-cookie', 'Set-Cookie', 'app=1']
  t.strictSame(build(lines, ['cgw-session=new']), [
    'Set-Cookie',
    'cgw-session=new',
    'Cache-Control',
    'no-store',
  ])
})
