import t from 'tap'
import { loginSettings } from '../../src/login/settings.js'

t.test('other origins are written as origins, or refused', async t => {
  t.strictSame(loginSettings.parse({}), { returnTo: [] })
  const good = ['https://docs.example.com', 'https://docs.example.com:8443', 'http://localhost:1']
  t.strictSame(loginSettings.parse({ returnTo: good }).returnTo, good)
  const rows = [
    'docs.example.com',
    'https://docs.example.com/',
    'https://docs.example.com/path',
    'https://docs.example.com?x',
    'https://docs.example.com#x',
    'https://DOCS.example.com',
    'https://docs.example.com:443',
    'https://me@docs.example.com',
    'https://*.example.com',
    'https://b\u00fccher.example',
    'ftp://docs.example.com',
    'javascript:alert(1)',
    '*',
    '',
    null,
  ]
  for (const origin of rows) {
    t.notOk(loginSettings.safeParse({ returnTo: [origin] }).success, String(origin))
  }
})
