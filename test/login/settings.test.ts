import t from 'tap'
import * as z from 'zod'
import { createLoginSettings, routeLoginSetting } from '../../src/login/settings.js'

const loginSettings = createLoginSettings({
  access: z.strictObject({ groups: z.array(z.string()) }),
})

t.test('other origins are written as origins, or refused', async t => {
  t.strictSame(loginSettings.parse({}).returnTo, [])
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

t.test('what links may ask: some of the names, and no others', async t => {
  t.strictSame(loginSettings.parse({}).parameters, [
    'idp',
    'idp_identifier',
    'lang',
    'login_hint',
    'screen',
  ])
  t.ok(loginSettings.safeParse({ parameters: [] }).success)
  t.notOk(loginSettings.safeParse({ parameters: ['client_id'] }).success)
})

t.test('what a route may ask of the sign-in', async t => {
  const good = {
    idp: 'Google',
    idpIdentifier: 'example.com',
    lang: 'pt-BR',
    prompt: 'login consent',
    resource: 'https://api.example.com',
    screen: 'signup',
    scopes: ['billing/read'],
  }
  t.strictSame(routeLoginSetting.parse(good), good)
  t.strictSame(routeLoginSetting.parse(undefined), {})
  for (const [name, value] of [
    ['idp', 'a b'],
    ['lang', 'xx'],
    ['prompt', 'none'],
    ['prompt', 'sometimes'],
    ['resource', 'http://api.example.com'],
    ['resource', 'https://api.example.com#x'],
    ['screen', 'login'],
    ['scopes', []],
    ['scopes', ['a b']],
    ['client_id', 'x'],
  ] as const) {
    t.notOk(routeLoginSetting.safeParse({ [name]: value }).success, `${name} ${value}`)
  }
})
