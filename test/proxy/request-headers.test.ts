import t from 'tap'
import { GatewayError } from '../../src/errors.js'
import { createRequestHeaders, type OwnLines } from '../../src/proxy/request-headers.js'

const build = createRequestHeaders(name => name.toLowerCase() === 'x-forwarded-user')
const own: OwnLines = {
  cookie: null,
  forwarding: ['Host', 'app.example', 'X-Forwarded-Proto', 'https'],
  identity: [],
  peer: '192.0.2.1',
  requestId: 'id-1',
}
const tail = [...own.forwarding, 'X-Forwarded-For', '192.0.2.1', 'X-Request-Id', 'id-1']

t.test('what is end to end passes byte for byte, in order, with duplicates', async t => {
  const raw = [
    'Accept',
    'text/html',
    'x-a',
    '1',
    'X-A',
    '2',
    'Authorization',
    'Bearer abc',
    'Content-Length',
    '5',
    'X-Bytes',
    '\xed\x95\x9c',
    'X-Empty',
    '',
    '__proto__',
    'x',
  ]
  t.strictSame(build(raw, own), [...raw, ...tail])
})

t.test(
  'what belongs to one connection, and what the gateway writes anew, does not pass',
  async t => {
    for (const [name, value] of [
      ['Connection', 'keep-alive'],
      ['KEEP-ALIVE', 'timeout=5'],
      ['Proxy-Connection', 'keep-alive'],
      ['Proxy-Authorization', 'Basic eA=='],
      ['Proxy-Authenticate', 'Basic'],
      ['TE', 'trailers'],
      ['Trailer', 'X-Late'],
      ['Transfer-Encoding', 'chunked'],
      ['Upgrade', 'h2c'],
      ['HTTP2-Settings', 'AAMAAABkAAQAAP__'],
      ['Expect', '100-continue'],
      ['Host', 'evil.example'],
      ['Cookie', 'cgw-session=secret'],
      ['X-Forwarded-User', 'root'],
    ] as const) {
      t.strictSame(build([name, value, 'X-Stays', '1'], own), ['X-Stays', '1', ...tail], name)
    }
  },
)

t.test('the rest of the cookies comes in their place', async t => {
  const headers = build(['Cookie', 'cgw-session=s; a=1', 'Accept', '*/*'], {
    ...own,
    cookie: 'a=1',
  })
  t.strictSame(headers, ['Accept', '*/*', 'Cookie', 'a=1', ...tail])
})

t.test('Connection takes away what it nominates, and never a line of the gateway', async t => {
  const identity = ['X-Forwarded-User', 'jane']
  const raw = [
    'X-One',
    '1',
    'Connection',
    'close, X-One, X-Forwarded-User',
    'X-Two',
    '2',
    'connection',
    'x-forwarded-for, x-forwarded-proto, x-request-id, host, cookie, x-three',
    'X-Three',
    '3',
  ]
  const headers = build(raw, { ...own, identity, cookie: 'a=1' })
  t.strictSame(headers, ['X-Two', '2', 'Cookie', 'a=1', ...tail, ...identity])
})

t.test('values that applications in Python would trim are refused', async t => {
  const rows: [string, boolean, string][] = [
    ['plain', true, 'plain'],
    ['', true, 'empty'],
    ['\xa0root', false, 'before'],
    ['\x85root', false, 'before'],
    ['root\xa0', false, 'after'],
    ['root\x85', false, 'after'],
    ['ro\xa0\x85ot', true, 'inside'],
    ['\xa0', false, 'alone'],
    ['voil\xc3\xa0', true, 'a letter in UTF-8'],
    ['root\xc2\xa0', false, 'a no-break space in UTF-8'],
    ['root\xc2\x85', false, 'a next line in UTF-8'],
    ['\xffvoil\xc3\xa0', false, 'not UTF-8'],
  ]
  for (const [value, accepted, why] of rows) {
    const run = () => build(['X-Value', value], own)
    if (accepted) t.strictSame(run().slice(0, 2), ['X-Value', value], why)
    else t.throws(run, { code: 'GW_ERR_REQUEST_INVALID' }, why)
  }
  try {
    build(['X-Value', 'secret\xa0'], own)
  } catch (error) {
    t.type(error, GatewayError)
    t.notMatch((error as GatewayError).reason, 'secret', 'the value is not told')
  }
})
