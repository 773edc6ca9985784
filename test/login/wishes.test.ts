import t from 'tap'
import { readWishes, wishNames } from '../../src/login/wishes.js'

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
    ['screen=forgot', { screen: 'forgot' }],
    ['screen=admin', {}],
    ['identity_provider=Google', { idp: 'Google' }],
    ['idp=Google&identity_provider=Facebook', { idp: 'Google' }],
    ['idp_identifier=example.com', { idpIdentifier: 'example.com' }],
    [`idp_identifier=${'a'.repeat(41)}`, {}],
    ['prompt=select_account', { prompt: 'select_account' }],
    ['prompt=login%20consent', { prompt: 'login consent' }],
    ['prompt=none%20login', {}],
    ['prompt=evil', {}],
    ['resource=https%3A%2F%2Fapi.example.com', { resource: 'https://api.example.com' }],
    ['resource=http%3A%2F%2Fapi.example.com', {}],
    ['resource=javascript', {}],
    ['client_id=x&redirect_uri=https://evil.example&scope=all', {}],
  ]
  for (const [query, expected] of rows) {
    t.strictSame(readWishes(new URLSearchParams(query), wishNames), expected, query)
  }
})

t.test('what the settings do not let a link ask is left out', async t => {
  const query = new URLSearchParams('idp=Google&lang=ko&prompt=none&resource=https://a.example')
  t.strictSame(readWishes(query, ['lang']), { lang: 'ko' })
  t.strictSame(readWishes(query, []), {})
})
