import t from 'tap'
import * as z from 'zod'
import {
  complaintOfForwarding,
  createForwardingSettings,
  timeoutSetting,
  upstreamSetting,
  websocketSettings,
} from '../../src/proxy/settings.js'
import { selfSigned } from './fixtures/certificate.js'

t.test('an upstream is an origin', async t => {
  const rows: [string, string | null][] = [
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://localhost:8080/', 'http://localhost:8080'],
    ['https://APP.example', 'https://app.example'],
    ['http://10.0.0.1:80', 'http://10.0.0.1'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    ['unix:/run/app.sock', 'unix:/run/app.sock'],
    ['unix:run/app.sock', null],
    ['unix:/run/', null],
    ['unix:', null],
    ['unix:///run/app.sock', 'unix:///run/app.sock'],
    ['http://localhost:8080/path', null],
    ['http://localhost:8080/?a=1', null],
    ['http://localhost:8080/#a', null],
    ['http://user:pass@localhost:8080', null],
    ['localhost:8080', null],
    ['ftp://localhost', null],
    ['//localhost', null],
    ['', null],
  ]
  for (const [text, expected] of rows) {
    const { data = null } = upstreamSetting.safeParse(text)
    t.equal(data, expected, text)
  }
})

t.test('a timeout is that of the first byte, or one for each wait', async t => {
  const rows: [unknown, object | null][] = [
    [undefined, { connect: 5, firstByte: 60 }],
    ['30s', { connect: 5, firstByte: 30 }],
    ['2m', { connect: 5, firstByte: 120 }],
    [5, { connect: 5, firstByte: 5 }],
    [
      { connect: '1s', firstByte: '10s', idle: '1m' },
      { connect: 1, firstByte: 10, idle: 60 },
    ],
    [{ idle: '7d' }, { connect: 5, firstByte: 60, idle: 604_800 }],
    ['0s', null],
    ['2d', null],
    ['soon', null],
    [-1, null],
    [{ connect: '0s' }, null],
    [{ connect: '6m' }, null],
    [{ idle: '0s' }, null],
    [{ body: '1s' }, null],
  ]
  for (const [value, expected] of rows) {
    const { data = null } = timeoutSetting.safeParse(value)
    t.strictSame(data, expected, JSON.stringify(value))
  }
})

const settings = z.strictObject(
  createForwardingSettings({ isOwned: name => name.toLowerCase() === 'x-forwarded-user' }),
)

t.test('headers of a route can be set, but none that the gateway writes', async t => {
  const rows: [string, string, unknown, boolean, string][] = [
    ['request', 'X-Api-Key', 'k', true, 'any name'],
    ['request', 'Authorization', 'Basic eDp5', true, 'a fixed password'],
    ['request', 'X-Name', '한국어', true, 'letters of any script'],
    ['request', 'X-Api-Key', null, true, 'taken away'],
    ['request', 'x-forwarded-user', 'root', false, 'says who somebody is'],
    ['response', 'X-Forwarded-User', 'root', false, 'in an answer neither'],
    ['request', 'Host', 'x', false, 'hostHeader does that'],
    ['request', 'Cookie', 'cgw-session=1', false, 'cookies'],
    ['response', 'Set-Cookie', 'cgw-session=1', false, 'cookies'],
    ['request', 'Content-Length', '1', false, 'framing'],
    ['response', 'Content-Length', null, false, 'framing, taken away'],
    ['request', 'Transfer-Encoding', 'gzip', false, 'one connection'],
    ['response', 'Connection', 'close', false, 'one connection'],
    ['response', 'Upgrade', 'h2c', false, 'one connection'],
    ['request', 'X A', '1', false, 'no name'],
    ['request', 'X:', '1', false, 'no name'],
    ['request', '', '1', false, 'no name'],
    ['request', 'X-A', '', false, 'nothing'],
    ['request', 'X-A', 'a\r\nX-Forwarded-User: root', false, 'a line end'],
    ['request', 'X-A', 'a\u0085b', false, 'a line end of Unicode'],
    ['request', 'X-A', ' a', false, 'an edge that is trimmed'],
    ['request', 'X-A', 1, false, 'no text'],
  ]
  for (const [direction, name, value, accepted, why] of rows) {
    const given = { headers: { [direction]: { [name]: value } } }
    const { error } = settings.safeParse(given)
    t.equal(error === undefined, accepted, `${direction} ${name}: ${why}`)
    if (!accepted) {
      t.match(error?.issues, [{ path: ['headers', direction, name], params: { secret: true } }])
    }
  }
})

t.test('the most that a body may have', async t => {
  const rows: [unknown, number | null][] = [
    [0, 0],
    [1000, 1000],
    ['1000', 1000],
    ['500KB', 512_000],
    ['10MB', 10_485_760],
    ['2GB', 2_147_483_648],
    ['10 MB', null],
    ['10mb', null],
    ['much', null],
    [1.5, null],
    [-1, null],
  ]
  for (const [maxBody, expected] of rows) {
    t.equal(settings.safeParse({ maxBody }).data?.maxBody ?? null, expected, String(maxBody))
  }
})

t.test('files for TLS are read at the start, and what cannot be used is said', async t => {
  const own = selfSigned('localhost')
  const folder = t.testdir({
    'own.pem': own.cert,
    'own.key': own.key,
    'other.key': selfSigned('localhost').key,
    'broken.pem': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    'empty.pem': '',
  })
  const [cert, key] = [`${folder}/own.pem`, `${folder}/own.key`]
  t.strictSame(settings.parse({ tls: { ca: cert, cert, key, serverName: 'a.example' } }).tls, {
    ca: own.cert,
    cert: own.cert,
    key: own.key,
    serverName: 'a.example',
  })
  const rows: [object, RegExp, string][] = [
    [{ ca: `${folder}/none.pem` }, /cannot be read \(ENOENT\)/, 'no file'],
    [{ ca: folder }, /cannot be read \(EISDIR\)/, 'a folder'],
    [{ ca: `${folder}/empty.pem` }, /without PEM/, 'an empty file'],
    [{ cert: `${folder}/broken.pem`, key }, /cannot be used/, 'no certificate'],
    [{ cert, key: `${folder}/other.key` }, /cannot be used \(ERR_OSSL/, 'the key of another'],
    [{ cert }, /belong together/, 'a certificate alone'],
    [{ key }, /belong together/, 'a key alone'],
    [{ serverName: 'https://a' }, /expected a host name/, 'a URL'],
  ]
  for (const [tls, message, why] of rows) {
    t.match(settings.safeParse({ tls }).error?.issues, [{ message }], why)
  }
})

t.test('TLS needs an upstream with https', async t => {
  const tls = { serverName: 'a.example' }
  t.equal(complaintOfForwarding({ upstream: 'https://a.example', tls }), null)
  t.equal(complaintOfForwarding({ upstream: 'http://a.example' }), null)
  for (const upstream of ['http://a.example', 'unix:/run/a.sock']) {
    t.match(complaintOfForwarding({ upstream, tls }), { path: ['tls'], message: /https/ })
  }
})

t.test('upgraded connections are bounded, whatever is said', async t => {
  t.strictSame(websocketSettings.parse({}), { idle: 3600, max: 10_000, closeCodes: true })
  const rows: [object, boolean][] = [
    [{ idle: '1s', max: 1, closeCodes: false }, true],
    [{ idle: '7d' }, true],
    [{ idle: '0s' }, false],
    [{ idle: '8d' }, false],
    [{ max: 0 }, false],
    [{ max: 1.5 }, false],
    [{ closeCodes: 'no' }, false],
    [{ pings: true }, false],
  ]
  for (const [value, good] of rows)
    t.equal(websocketSettings.safeParse(value).success, good, JSON.stringify(value))
})
