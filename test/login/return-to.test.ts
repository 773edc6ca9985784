import fc from 'fast-check'
import t from 'tap'
import { fitReturnTo, judgeReturnTo } from '../../src/login/return-to.js'

const rules = {
  origin: 'https://app.example.com',
  allowedOrigins: ['https://docs.example.com:8443'],
  passingPaths: new Set(['/oauth2/start', '/oauth2/callback']),
}

t.test('stays on our own origin or goes to an allowed one', async t => {
  const rows: [string, string][] = [
    ['/', '/'],
    ['/a/b?c=d#e', '/a/b?c=d#e'],
    ['a', '/a'],
    ['?x=1', '/?x=1'],
    ['/a/../b', '/b'],
    ['https://app.example.com/a', '/a'],
    ['https://APP.example.com:443/a', '/a'],
    ['https://docs.example.com:8443/x', 'https://docs.example.com:8443/x'],
    ['/한국어', '/%ED%95%9C%EA%B5%AD%EC%96%B4'],
    ['/oauth2/callback?code=1', '/'],
    ['/oauth2/start?rd=/x', '/'],
    ['/%2f%2fevil.example', '/%2f%2fevil.example'],
  ]
  for (const [asked, location] of rows) t.equal(judgeReturnTo(asked, rules), location, asked)
})

t.test('leads nowhere else', async t => {
  const rows = [
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    ' //evil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/a/..//evil.example',
    'https://evil.example',
    'https:evil.example',
    'https:/evil.example',
    'http://app.example.com/',
    'https://app.example.com:444/',
    'https://app.example.com@evil.example/',
    'https://user@app.example.com/',
    'https://app.example.com.evil.example/',
    'https://evil-docs.example.com:8443/',
    'https://docs.example.com/',
    'https://app\u3002example.com.evil.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    'blob:https://app.example.com/x',
    `/${'a'.repeat(2000)}`,
    'http://[',
  ]
  for (const asked of rows) t.equal(judgeReturnTo(asked, rules), null, asked)
})

t.test('whatever is accepted, a browser stays on an allowed origin', async _t => {
  const piece = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '@',
    ':',
    'https:',
    'evil.example',
    '?',
    '#',
    '%2f',
    '\t',
    '//',
    'a',
    '[',
    ';',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 7 }), pieces => {
      const location = judgeReturnTo(pieces.join(''), rules)
      if (location === null) return true
      const { origin } = new URL(location, rules.origin)
      return origin === rules.origin || rules.allowedOrigins.includes(origin)
    }),
    { numRuns: 5000 },
  )
})

t.test('a target too long for a cookie loses its query, then its path', async t => {
  const query = `?q=${'x'.repeat(2000)}`
  t.equal(fitReturnTo({ raw: `/a${query}`, path: '/a', query }), '/a')
  const path = `/${'y'.repeat(2000)}`
  t.equal(fitReturnTo({ raw: path, path, query: '' }), '/')
  t.equal(fitReturnTo({ raw: '/a?b', path: '/a', query: '?b' }), '/a?b')
})
