import t from 'tap'
import { readWishes } from '../../src/login/wishes.js'

t.test('what is a wish passes, what is none is left out', async t => {
  const rows: [string, object][] = [
    ['lang=ko', { lang: 'ko' }],
    ['lang=pt-br', { lang: 'pt-BR' }],
    ['lang=xx', {}],
    ['idp=Google', { idp: 'Google' }],
    ['idp=회사', { idp: '회사' }],
    ['idp=a%20b', {}],
    [`idp=${'a'.repeat(33)}`, {}],
    ['login_hint=jane%40example.com', { loginHint: 'jane@example.com' }],
    ['login_hint=a%0ab', {}],
    ['login_hint=', {}],
    ['screen=signup', { screen: 'signup' }],
    ['screen=forgot', {}],
    ['client_id=x&redirect_uri=https://evil.example&prompt=none', {}],
  ]
  for (const [query, expected] of rows) {
    t.strictSame(readWishes(new URLSearchParams(query)), expected, query)
  }
})
