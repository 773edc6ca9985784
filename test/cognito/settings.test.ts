import t from 'tap'
import { cognitoSettings } from '../../src/cognito/settings.js'

const good = { userPoolId: 'eu-west-1_Abc123', clientId: '1example23456789', domain: 'my-prefix' }

function complaints(settings: object): string[] {
  const { error } = cognitoSettings.safeParse(settings)
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

t.test('the least that is needed, with its defaults', async t => {
  t.same(cognitoSettings.parse(good), {
    ...good,
    allowHttp: false,
    clients: [],
    refreshTokenValidity: 30 * 86_400,
    scopes: ['openid', 'email', 'profile'],
  })
})

t.test('text of the environment means the same as YAML', async t => {
  const fromText = cognitoSettings.parse({
    ...good,
    clientSecret: 'first,second',
    scopes: 'openid, email orders/read',
    allowHttp: 'true',
  })
  const fromYaml = cognitoSettings.parse({
    ...good,
    clientSecret: ['first', 'second'],
    scopes: ['openid', 'email', 'orders/read'],
    allowHttp: true,
  })
  t.same(fromText, fromYaml)
  t.equal(cognitoSettings.parse({ ...good, allowHttp: 'false' }).allowHttp, false)
})

t.test('each setting is accepted or refused on its own', async t => {
  const accepted: [string, object][] = [
    ['GovCloud', { userPoolId: 'us-gov-west-1_Abc123' }],
    ['China', { userPoolId: 'cn-north-1_Abc123' }],
    [
      'an id of an emulator, with its issuer and domain',
      {
        userPoolId: 'local_pool-1',
        issuer: 'http://localhost:9229/local_pool-1',
        domain: 'http://localhost:9229',
      },
    ],
    ['a custom domain', { domain: 'login.example.com' }],
    ['a full URL', { domain: 'https://login.example.com/' }],
    ['a full URL with a path', { domain: 'https://localstack.example/_aws/cognito-idp' }],
    ['a secret of the customer', { clientSecret: 'with_and+' }],
    ['an internal origin', { internalUrl: 'https://pool.internal:8443/' }],
    ['the shortest refresh token', { refreshTokenValidity: '60m' }],
    ['the longest refresh token', { refreshTokenValidity: '3650d' }],
    ['loopback by name', { domain: 'http://localhost:9339' }],
    ['loopback by number', { domain: 'http://127.0.0.2:9339' }],
    ['loopback, IPv6', { domain: 'http://[::1]:9339' }],
    ['plain http where it is allowed', { domain: 'http://emulator:9339', allowHttp: true }],
  ]
  for (const [why, settings] of accepted) t.same(complaints({ ...good, ...settings }), [], why)

  const refused: [string, object, RegExp][] = [
    ['no region', { userPoolId: 'Abc123' }, /^userPoolId: expected REGION_ID/],
    ['a region that is no host name', { userPoolId: 'EU-WEST-1_Abc123' }, /^userPoolId: .*REGION/],
    ['empty', { userPoolId: '' }, /^userPoolId: expected REGION_ID/],
    [
      'a prefix without a region',
      { userPoolId: 'x', issuer: 'https://x.example' },
      /^domain: .*URL/,
    ],
    ['a client id with a space', { clientId: 'a b' }, /^clientId: expected/],
    ['three secrets', { clientSecret: 'a,b,c' }, /^clientSecret: expected one secret, or two/],
    ['the same secret twice', { clientSecret: 'a,a' }, /^clientSecret: the same secret/],
    ['a secret in quotes', { clientSecret: '"a"' }, /^clientSecret.0: expected letters/],
    ['an upper-case prefix', { domain: 'My-Prefix' }, /^domain: expected a domain prefix/],
    ['a host with a path', { domain: 'login.example.com/login' }, /^domain: expected/],
    ['a URL with a query', { domain: 'https://a.example/?a=1' }, /^domain: expected/],
    ['a URL with a user', { domain: 'https://a:b@a.example' }, /^domain: expected/],
    ['another scheme', { domain: 'ftp://a.example' }, /^domain: expected/],
    ['an issuer with a query', { issuer: 'https://a.example/?x' }, /^issuer: expected an http/],
    ['an issuer that is none', { issuer: 'a.example' }, /^issuer: expected an http/],
    ['an internal URL with a path', { internalUrl: 'https://a/b' }, /^internalUrl: .*origin/],
    [
      'plain http elsewhere',
      { domain: 'http://a.example' },
      /^domain: plain http is only for loop/,
    ],
    ['a host like loopback', { domain: 'http://localhost.a.example' }, /^domain: plain http/],
    ['an issuer over http', { issuer: 'http://a.example' }, /^issuer: plain http/],
    ['an internal URL over http', { internalUrl: 'http://pool:1' }, /^internalUrl: plain http/],
    [
      'too short a refresh token',
      { refreshTokenValidity: '59m' },
      /^refreshTokenValidity: must be/,
    ],
    [
      'too long a refresh token',
      { refreshTokenValidity: '3651d' },
      /^refreshTokenValidity: must be/,
    ],
    ['neither true nor false', { allowHttp: 'yes' }, /^allowHttp: expected true or false/],
    ['no openid', { scopes: 'email' }, /^scopes: openid is needed/],
    [
      'offline_access',
      { scopes: 'openid offline_access' },
      /^scopes: offline_access does not exist/,
    ],
    ['a scope in quotes', { scopes: 'openid "email"' }, /^scopes: expected names/],
    ['a misspelt name', { clientid: 'x' }, /^: Unrecognized key/],
  ]
  for (const [why, settings, expected] of refused) {
    const found = complaints({ ...good, ...settings })
    t.equal(found.length, 1, why)
    t.match(found[0], expected, why)
  }
})

t.test('a URL that cannot be read is a complaint, not a crash', async t => {
  t.match(complaints({ ...good, internalUrl: 'nonsense' })[0], /^internalUrl: expected/)
})

t.test('everything is said at once, combinations too', async t => {
  const found = complaints({
    clientId: 3,
    userPoolId: 'x',
    domain: 'http://a.example',
    internalUrl: 'http://b.example',
    scopes: 'email',
  })
  t.same(found.map(line => line.split(':')[0]).sort(), [
    'clientId',
    'domain',
    'internalUrl',
    'scopes',
    'userPoolId',
  ])
})

/** Not in the environment, by the table of settings. */
const fileOnly = new Set(['bearerClientIds', 'clients', 'allowHttp', 'refreshTokenValidity'])

t.test('every setting says what it is, with an example', async t => {
  for (const [name, schema] of Object.entries(cognitoSettings.shape)) {
    const { description, example, env } = schema.meta() ?? {}
    t.ok(description && example, name)
    if (!fileOnly.has(name)) t.match(env, /^COGNITO_[A-Z_]+$/, name)
  }
  t.equal(cognitoSettings.shape.clientSecret.meta()?.secret, true)
})
