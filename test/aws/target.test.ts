import t from 'tap'
import { toSignableTarget } from '../../src/aws/target.js'

t.test('a target is sent in the spelling that is signed', async t => {
  const rows: [string, string, string][] = [
    ['/a/b', '/a/b', 'as it is'],
    ['/', '/', 'the root'],
    ['/a!b(c)*', '/a%21b%28c%29%2A', 'signs that browsers leave alone'],
    ['/a%7Eb~', '/a~b~', 'a sign that needs no encoding'],
    ['/%ed%95%9c', '/%ED%95%9C', 'upper case'],
    ['/a%2Fb', '/a%2Fb', 'an encoded slash stays one'],
    ['/a+b', '/a%2Bb', 'a plus in a path is a plus'],
    ['/a%zz', '/a%25zz', 'what cannot be decoded'],
    ['/x?b=1&a=2', '/x?b=1&a=2', 'the order stays'],
    ['/x?q=a+b%20c', '/x?q=a%20b%20c', 'a plus in a query is a space'],
    ['/x?acl', '/x?acl', 'no equals sign'],
    ['/x?acl=', '/x?acl=', 'nothing behind it'],
    ['/x?', '/x', 'an empty query'],
    ['/x?a=b=c', '/x?a=b%3Dc', 'a second equals sign'],
  ]
  for (const [raw, target, why] of rows) t.equal(toSignableTarget(raw).target, target, why)
})

t.test('the query is given decoded, every value of a name', async t => {
  const { query } = toSignableTarget('/x?a=2&a=1&b&%EC%9A%B4=%EC%98%81&__proto__=c')
  t.strictSame({ ...query }, { a: ['2', '1'], b: [''], 운: ['영'], ['__proto__']: ['c'] })
})

// `/admin;x` is decided on as `/admin`, and would have been sent as `/admin%3Bx`.
t.test('parameters in a path are refused; a semicolon as data and in a query is not', async t => {
  for (const raw of ['/admin;x', '/a;v=1/b', '/;']) {
    t.throws(() => toSignableTarget(raw), { code: 'GW_ERR_TARGET_REFUSED' }, raw)
  }
  t.equal(toSignableTarget('/a%3Bx').target, '/a%3Bx')
  t.equal(toSignableTarget('/a?b;c').target, '/a?b%3Bc')
})
