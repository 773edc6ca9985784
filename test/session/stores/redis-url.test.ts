import t from 'tap'
import { parseRedisUrl } from '../../../src/session/stores/redis-url.js'

t.test('reads one server, Sentinel and Cluster, plain and TLS', async t => {
  t.match(parseRedisUrl('redis://redis'), {
    kind: 'single',
    nodes: [{ host: 'redis', port: 6379 }],
    tls: false,
    db: 0,
  })
  t.match(parseRedisUrl('rediss://app:p%40ss@redis.internal:6380/3'), {
    nodes: [{ host: 'redis.internal', port: 6380 }],
    tls: true,
    username: 'app',
    password: 'p@ss',
    db: 3,
  })
  t.match(parseRedisUrl('redis://:secret@[::1]:6379'), {
    nodes: [{ host: '::1', port: 6379 }],
    password: 'secret',
  })
  t.match(parseRedisUrl('redis+sentinel://:x@a,b:26380/main/2'), {
    kind: 'sentinel',
    nodes: [
      { host: 'a', port: 26_379 },
      { host: 'b', port: 26_380 },
    ],
    primary: 'main',
    db: 2,
  })
  t.match(parseRedisUrl('redis://host:65535'), { nodes: [{ host: 'host', port: 65_535 }] })
  t.match(parseRedisUrl('rediss+cluster://a:7000,b:7001'), { kind: 'cluster', tls: true })
})

t.test('says what is wrong, and never the password', async t => {
  const rows: [string, RegExp][] = [
    ['localhost:6379', /expected redis:/],
    ['http://localhost', /expected redis:/],
    ['redis://', /expected redis:/],
    ['redis://a,b', /redis\+sentinel:/],
    ['redis://host:port', /host:port/],
    ['redis://host:65536', /host:port/],
    ['redis://host?db=1', /nothing behind a \?/],
    ['redis://:p@ss@host', /percent-encoded/],
    ['redis://secret@host', /:password before/],
    ['redis://:a/b@host', /host/],
    ['redis://:%zz@host', /percent-encoded/],
    ['redis://host/main', /database number/],
    ['redis+sentinel://host', /name of the primary/],
    ['redis+cluster://host/1', /no databases/],
  ]
  for (const [url, expected] of rows) t.throws(() => parseRedisUrl(url), expected, url)
  try {
    parseRedisUrl('redis://:hunter2@host/main')
  } catch (error) {
    t.notMatch((error as Error).message, 'hunter2')
  }
})
