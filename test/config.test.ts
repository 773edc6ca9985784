import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { loadConfig } from '../src/config.js'
import { SettingsRefused } from '../src/errors.js'
import { secret } from './fixtures/gateway.js'

const folder = mkdtempSync(join(tmpdir(), 'gateway-config-'))
let files = 0

const good = {
  COGNITO_USER_POOL_ID: 'eu-west-1_Abc123',
  COGNITO_CLIENT_ID: '1example23456789',
  COGNITO_DOMAIN: 'my-prefix',
  GATEWAY_UPSTREAM: 'http://localhost:8080',
  GATEWAY_SECRET: secret,
}

function file(content: string): string {
  const path = join(folder, `${files++}.txt`)
  writeFileSync(path, content)
  return path
}

function complaints(env: Record<string, string | undefined>, yaml?: string): readonly string[] {
  try {
    loadConfig({ env, file: yaml === undefined ? undefined : file(yaml) })
  } catch (error) {
    if (error instanceof SettingsRefused) return error.complaints
    throw error
  }
  return []
}

t.test('four settings and a secret are enough', async t => {
  const config = loadConfig({ env: good })
  t.strictSame(config.url, ['http://localhost:3000'])
  t.match(config.routes, [
    {
      path: '/',
      access: 'signed-in',
      upstream: 'http://localhost:8080',
      timeout: { connect: 5, firstByte: 60 },
    },
  ])
  t.match(config.session, { idle: 28_800, max: 43_200, refreshBefore: 300 })
  t.strictSame(config.paths, {
    prefix: '/oauth2',
    callback: '/oauth2/callback',
    resourceMetadata: true,
  })
  t.strictSame(config.cognito.scopes, ['openid', 'email', 'profile'])
})

t.test('the environment wins over the file, and NAME_FILE and PORT are read', async t => {
  const yaml = file('session: { idle: 1h, max: 2h }\nlisten: { port: 4000 }\n')
  const env = {
    ...good,
    GATEWAY_SESSION_IDLE: '30m',
    PORT: '5000',
    COGNITO_CLIENT_SECRET_FILE: file('abc\n'),
  }
  const config = loadConfig({ env, file: yaml })
  t.match(config.session, { idle: 1800, max: 7200 })
  t.equal(config.listen.port, 5000)
  t.strictSame(config.cognito.clientSecret, ['abc'])
  t.equal(loadConfig({ env: { ...env, GATEWAY_PORT: '6000' } }).listen.port, 6000)
})

t.test('everything that is wrong is said at once, with what was seen and an example', async t => {
  const said = complaints({
    COGNITO_USER_POOL_ID: 'nonsense',
    COGNITO_DOMAIN: 'http://example.com',
    GATEWAY_URL: 'https://a.example/path',
    GATEWAY_SESSION_IDLE: '5',
    GATEWAY_SECRET: 'short',
    GATEWAY_UPSTRAEM: 'http://x',
  }).join('\n')
  for (const expected of [
    /COGNITO_CLIENT_ID\): is missing; example: 1example/,
    /GATEWAY_URL\): .*origin.*seen: https:\/\/a\.example\/path/,
    /GATEWAY_SESSION_IDLE\): .*30s, 15m.*seen: 5/,
    /GATEWAY_SECRET\): a secret was read as base64url/,
    /GATEWAY_UPSTRAEM: there is no such setting/,
  ]) {
    t.match(said, expected)
  }
  t.notMatch(said, 'short', 'a secret is not shown')
})

t.test('each of these stops the start', async t => {
  const rows: [string, Record<string, string | undefined>, string | undefined, RegExp][] = [
    [
      'no upstream and no routes',
      { ...good, GATEWAY_UPSTREAM: undefined },
      undefined,
      /neither given/,
    ],
    ['both', good, 'routes: []', /both given/],
    [
      'an upstream with a path',
      { ...good, GATEWAY_UPSTREAM: 'http://x/y' },
      undefined,
      /without path/,
    ],
    [
      'an unknown setting',
      good,
      'sesion: {}',
      /:1:1: sesion: there is no such setting, did you mean session\?; there are: .*session/,
    ],
    [
      'an unknown setting further in',
      good,
      'session: { idel: 1h }',
      /session\.idel: there is no such setting/,
    ],
    ['a pool id without region', { ...good, COGNITO_USER_POOL_ID: 'abc' }, undefined, /REGION_ID/],
    [
      'offline_access',
      { ...good, COGNITO_SCOPES: 'openid offline_access' },
      undefined,
      /invalid_scope/,
    ],
    ['no openid', { ...good, COGNITO_SCOPES: 'email' }, undefined, /openid is needed/],
    [
      'plain http to Cognito',
      { ...good, COGNITO_DOMAIN: 'http://a.example' },
      undefined,
      /plain http/,
    ],
    [
      'three client secrets',
      { ...good, COGNITO_CLIENT_SECRET: 'a,b,c' },
      undefined,
      /clientSecret/,
    ],
    ['one secret twice', { ...good, GATEWAY_SECRET: `${secret},${secret}` }, undefined, /twice/],
    [
      'a file that is not there',
      { ...good, GATEWAY_SECRET_FILE: '/nowhere', GATEWAY_SECRET: undefined },
      undefined,
      /ENOENT/,
    ],
    ['broken YAML', good, 'a: [', /txt: /],
    ['YAML that is a list', good, '- a', /settings by name/],
    [
      'a host of no origin',
      { ...good, GATEWAY_UPSTREAM: undefined },
      'routes: [{ path: /, host: b.example, access: public, upstream: "http://x" }]',
      /host of no origin/,
    ],
    [
      'a route without upstream',
      { ...good, GATEWAY_UPSTREAM: undefined },
      'routes: [{ path: /, access: public }]',
      /needs an upstream/,
    ],
    [
      'a misspelt variable',
      { ...good, GATEWAY_SESION_IDLE: '1h' },
      undefined,
      /GATEWAY_SESION_IDLE: there is no such setting, did you mean GATEWAY_SESSION_IDLE\?/,
    ],
    [
      'a route that is never reached',
      { ...good, GATEWAY_UPSTREAM: undefined },
      'routes:\n  - { path: /a, access: public, upstream: "http://x" }\n  - { path: /a/b, access: deny }',
      /:3:7: routes\.1\.path: \/a\/b is never reached: routes\.0 \(\/a\)/,
    ],
    [
      'a route in the place of our own',
      { ...good, GATEWAY_UPSTREAM: undefined },
      'routes: [{ path: /oauth2/app, access: deny }]',
      /never reached: \/oauth2 is the gateway's own/,
    ],
    [
      'a route in the place of the callback',
      { ...good, GATEWAY_UPSTREAM: undefined },
      'paths: { callback: /back }\nroutes: [{ path: /back, access: deny }]',
      /never reached: \/back is the gateway's own; paths\.callback moves it/,
    ],
    [
      'a route in the place of the resource metadata',
      { ...good, GATEWAY_UPSTREAM: undefined },
      'routes: [{ path: /.well-known/oauth-protected-resource, access: deny }]',
      /is the gateway's own; paths\.resourceMetadata: false leaves it to the application/,
    ],
    [
      'a token that applications are to be shown and sessions do not keep',
      good,
      'session: { keep: [refresh] }\nidentity: { accessToken: true }',
      /session\.keep: access is needed for what identity says; add it/,
    ],
    [
      'a path that is no path',
      { ...good, GATEWAY_UPSTREAM: undefined },
      'routes: [{ path: /a/../b, access: deny }, { path: /a/, access: deny }]',
      /routes\.0\.path/,
    ],
  ]
  for (const [name, env, yaml, expected] of rows)
    t.match(complaints(env, yaml).join('\n'), expected, name)
  t.strictSame(complaints(good), [], 'the neighbour of all of them')
  const served = {
    ...good,
    GATEWAY_SERVICE_HOST: '10.0.0.1',
    GATEWAY_PORT_3000_TCP: 'tcp://10.0.0.1',
  }
  t.strictSame(complaints(served), [], 'what Kubernetes adds for a service called gateway')
})

t.test('routes that only look as if one hid another', async t => {
  const env = {
    ...good,
    GATEWAY_UPSTREAM: undefined,
    GATEWAY_URL: 'https://a.example,https://b.example',
  }
  const line = (match: string) => `  - { ${match}, access: public, upstream: "http://x" }\n`
  const both = (first: string, second: string) =>
    complaints(env, `routes:\n${line(first)}${line(second)}`)
  const rows: [string, string, boolean][] = [
    ['path: /', 'path: /a', true],
    ['path: /a', 'path: /a', true],
    ['path: /a', 'path: /ab', false],
    ['path: /a, exact: true', 'path: /a', false],
    ['path: /a, exact: true', 'path: /a, exact: true', true],
    ['path: /a, methods: [GET]', 'path: /a', false],
    ['path: /a, methods: [GET, POST]', 'path: /a/b, methods: [GET]', true],
    ['path: /a, methods: [GET]', 'path: /a/b, methods: [GET, POST]', false],
    ['path: /a, host: a.example', 'path: /a', false],
    ['path: /a, host: a.example', 'path: /a, host: b.example', false],
    ['path: /a', 'path: /a/b, host: b.example', true],
    ['path: /A, ignoreCase: true', 'path: /a, ignoreCase: true', true],
    ['path: /A', 'path: /a', false],
  ]
  for (const [first, second, hidden] of rows) {
    t.equal(
      both(first, second).some(text => text.includes('never reached')),
      hidden,
      `${first} before ${second}`,
    )
  }
})

t.test('the example file is good', async t => {
  const yaml = fileURLToPath(new URL('../gateway.example.yaml', import.meta.url))
  const config = loadConfig({ env: { GATEWAY_SECRET: secret }, file: yaml })
  t.equal(config.routes.length, 3)
})

t.test('several origins, each with the host of its routes', async t => {
  const config = loadConfig({
    env: {
      ...good,
      GATEWAY_UPSTREAM: undefined,
      GATEWAY_URL: 'https://a.example, https://b.example/',
    },
    file: file('routes: [{ path: /, host: B.example, access: public, upstream: "http://x" }]'),
  })
  t.strictSame(config.url, ['https://a.example', 'https://b.example'])
  t.equal(config.routes[0]?.host, 'b.example')
})

t.test('an origin with a pattern in it is none: every origin is listed', async t => {
  t.match(complaints({ ...good, GATEWAY_URL: 'https://*.example.com' }).join(), /without patterns/)
})

t.test('sessions cannot be ended in advance', async t => {
  const [past, future] = [-3600, 3600].map(by => new Date(Date.now() + by * 1000).toISOString())
  const at = (instant: string | undefined) =>
    complaints({ ...good, GATEWAY_SESSION_NOT_BEFORE: instant }).join()
  t.equal(at(past), '')
  t.match(at(future), /lies in the future/)
  t.match(at('yesterday'), /2026-11-20T18:00:00Z/)
})

t.test('cors of a route', async t => {
  const env = { ...good, GATEWAY_UPSTREAM: undefined }
  const said = (cors: string) =>
    complaints(
      env,
      `routes: [{ path: /, access: public, upstream: "http://x", cors: ${cors} }]`,
    ).join()
  t.equal(said('application'), '')
  t.equal(said('{ origins: ["https://a.example"], maxAge: 1h }'), '')
  t.equal(said('{ origins: ["*"], credentials: false }'), '')
  t.match(said('{ origins: ["*"] }'), /only possible with credentials: false/)
  for (const origin of [
    'https://a.example/',
    'a.example',
    'https://*.example',
    'null',
    'https://A.example',
  ]) {
    t.match(said(`{ origins: ["${origin}"] }`), /cors: expected|origin/, origin)
  }
})

t.test('embedding in frames needs https everywhere', async t => {
  const yaml = 'embedding: { ancestors: ["https://portal.example"] }'
  t.match(
    complaints(good, yaml).join(),
    /embedding\.ancestors: needs https, and url .* has http:\/\/localhost:3000/,
  )
  t.strictSame(complaints({ ...good, GATEWAY_URL: 'https://a.example' }, yaml), [])
})
