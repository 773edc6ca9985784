import t from 'tap'
import { printable, quote } from '../../src/cognito/quote.js'

t.test('letters of every language stay, control and direction characters do not', async t => {
  t.equal(printable('가입이 거부되었습니다 登録'), '가입이 거부되었습니다 登録')
  t.equal(printable('a\r\nb\u001b[31mc\u202ed\u2028e\u0000\ud800'), 'a??b?[31mc?d?e??')
})

t.test('long text is cut, by whole characters', async t => {
  t.equal(printable('x'.repeat(10_000)).length, 200)
  t.equal(printable('😀'.repeat(300)), '😀'.repeat(200))
})

t.test('what could be a code, a token or a secret is left out', async t => {
  const rows: [string, string][] = [
    ['code 2b5f1c1e-3a9d-4d52-9c11-0123456789ab is used', 'code … is used'],
    ['token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl0', 'token …'],
    ['secret 1abcdefghijklmnopqrstuvwxyz', 'secret …'],
    ['invalid_client_secret', 'invalid_client_secret'],
    ['attributes required: [email]', 'attributes required: [email]'],
  ]
  for (const [text, expected] of rows) t.equal(quote(text), expected)
})
