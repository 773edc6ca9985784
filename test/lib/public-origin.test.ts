import t from 'tap'
import { createOriginFinder, splitHost } from '../../src/lib/public-origin.js'

t.test('a Host header chooses from the list, and becomes part of nothing', async t => {
  const find = createOriginFinder([
    'https://a.example',
    'http://localhost:3000',
    'http://localhost:4000',
  ])
  const rows: [string | undefined, string | null][] = [
    ['a.example', 'https://a.example'],
    ['A.Example', 'https://a.example'],
    ['a.example.', 'https://a.example'],
    ['a.example:443', 'https://a.example'],
    ['a.example:8443', 'https://a.example'],
    ['localhost:4000', 'http://localhost:4000'],
    ['localhost:5000', 'http://localhost:3000'],
    ['b.example', null],
    ['a.example.evil', null],
    ['evil-a.example', null],
    ['a.example/', null],
    ['a.example@b', null],
    ['', null],
    [undefined, null],
  ]
  for (const [host, expected] of rows) t.equal(find(host)?.origin ?? null, expected, String(host))
  t.equal(find('a.example')?.secure, true)
  t.equal(find('localhost')?.secure, false)
})

t.test('a host is split without case, port and trailing dot', async t => {
  t.strictSame(splitHost('A.b.:80'), { name: 'a.b', port: ':80' })
  t.strictSame(splitHost('[::1]:80'), { name: '[::1]', port: ':80' })
  t.strictSame(splitHost('[::1]'), { name: '[::1]', port: '' })
})

t.test('a port that an origin has counts; one that none has is a mapping', async t => {
  const find = createOriginFinder([
    'https://a.example:8443',
    'http://a.example',
    'http://[::1]:3000',
    'https://xn--bcher-kva.example',
  ])
  const rows: [string, string | null][] = [
    ['a.example:8443', 'https://a.example:8443'],
    ['a.example.:8443', 'https://a.example:8443'],
    ['a.example', 'http://a.example'],
    ['a.example:9999', 'https://a.example:8443'],
    ['[::1]:3000', 'http://[::1]:3000'],
    ['[::1]', 'http://[::1]:3000'],
    ['[::2]', null],
    ['XN--BCHER-KVA.example', 'https://xn--bcher-kva.example'],
    ['a.example:123456', null],
    ['a.example:x', null],
    ['a.example..', null],
    ['a.example, b.example', null],
    [' a.example', null],
    ['__proto__', null],
  ]
  for (const [host, expected] of rows) t.equal(find(host)?.origin ?? null, expected, host)
})

t.test('of two origins with one host the first wins', async t => {
  const find = createOriginFinder(['http://a.example', 'https://a.example'])
  t.strictSame(find('a.example'), {
    origin: 'http://a.example',
    secure: false,
    client: undefined,
  })
})

t.test('an origin knows the app client that it has of its own', async t => {
  const find = createOriginFinder(['https://a.example', 'https://b.example'], origin =>
    origin === 'https://b.example' ? 'client-b' : undefined,
  )
  t.equal(find('a.example')?.client, undefined)
  t.equal(find('b.example:8443')?.client, 'client-b')
})
