import t from 'tap'
import { timeoutSetting, upstreamSetting, websocketSettings } from '../../src/proxy/settings.js'

t.test('an upstream is an origin', async t => {
  const rows: [string, string | null][] = [
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://localhost:8080/', 'http://localhost:8080'],
    ['https://APP.example', 'https://app.example'],
    ['http://10.0.0.1:80', 'http://10.0.0.1'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
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

t.test('a timeout is a duration, in seconds, of a minute by default', async t => {
  const rows: [unknown, number | null][] = [
    [undefined, 60],
    ['30s', 30],
    ['2m', 120],
    [5, 5],
    ['0s', null],
    ['2d', null],
    ['soon', null],
    [-1, null],
  ]
  for (const [value, expected] of rows) {
    const { data = null } = timeoutSetting.safeParse(value)
    t.equal(data, expected, String(value))
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
