import t from 'tap'
import { sessionSettings } from '../../src/session/settings.js'

const complaints = (given: unknown) =>
  sessionSettings
    .safeParse(given)
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []

t.test('without a word sessions live in the cookie for 8 hours idle and 12 at most', async t => {
  t.match(sessionSettings.parse({}), {
    store: 'cookie',
    idle: 28_800,
    max: 43_200,
    refreshBefore: 300,
    endsWithBrowser: false,
    redis: { prefix: 'cognito-gateway:', timeout: 500 },
  })
})

t.test('the Redis store needs a URL', async t => {
  const redis = { url: 'redis://redis' }
  t.strictSame(complaints({ store: 'redis', redis }), [])
  t.match(complaints({ store: 'redis' }), ['redis.url: is needed'])
  t.strictSame(complaints({ redis }), [], 'for the ends of sessions in cookies')
  t.match(complaints({ store: 'redis', redis: { url: 'http://redis' } }), ['redis.url: expected'])
})

t.test('each wrong setting is named', async t => {
  const rows: [unknown, RegExp][] = [
    [{ store: 'memory' }, /^store: /],
    [{ idle: '59s' }, /^idle: must be at least 60s/],
    [{ max: '299s' }, /^max: must be at least 300s/],
    [{ max: '401d' }, /^max: must be at most 400d/],
    [{ refreshBefore: 'soon' }, /^refreshBefore: expected a number with a unit/],
    [{ endsWithBrowser: 'true' }, /^endsWithBrowser: /],
    [{ redis: { timeout: 49 } }, /^redis.timeout: /],
    [{ idel: '1h' }, /^: .*idel/],
  ]
  for (const [given, expected] of rows) {
    t.equal(complaints(given).length, 1)
    t.match(complaints(given)[0], expected)
  }
  const neighbours = { idle: '60s', max: '300s', refreshBefore: '0s', endsWithBrowser: true }
  t.strictSame(complaints({ ...neighbours, redis: { timeout: 50 } }), [])
})

t.test('a password of Redis is in no complaint', async t => {
  const url = 'redis://user:canary@redis:notaport'
  t.notMatch(JSON.stringify(complaints({ store: 'redis', redis: { url } })), 'canary')
})

t.test('files for TLS are read at the start, together, and only for rediss', async t => {
  const folder = t.testdir({ 'a.pem': '-----BEGIN CERTIFICATE-----', 'b.pem': 'rubbish' })
  const [pem, rubbish] = [`${folder}/a.pem`, `${folder}/b.pem`]
  const given = (redis: Record<string, string>) =>
    complaints({ store: 'redis', redis: { url: 'rediss://redis', ...redis } })
  t.strictSame(given({ ca: pem, cert: pem, key: pem }), [])
  t.match(given({ ca: `${folder}/none.pem` }), [/redis\.ca: .*none\.pem cannot be read \(ENOENT\)/])
  t.match(given({ ca: folder }), [/redis\.ca: .* cannot be read \(EISDIR\)/])
  t.match(given({ ca: rubbish }), [/redis\.ca: .* is a file without PEM in it/])
  t.match(given({ cert: pem }), ['redis.cert: and session.redis.key belong together'])
  t.match(given({ key: pem }), ['redis.cert: and session.redis.key belong together'])
  t.match(given({ url: 'redis://redis', ca: pem }), ['redis.url: has to begin with rediss'])
})
