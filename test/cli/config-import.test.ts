// Settings of other gateways, read and written as ours: what comes out passes our own check.
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { loadConfig } from '../../src/config.js'
import { runCommand } from '../fixtures/command.js'

const toml = `
http_address = "0.0.0.0:4180"
reverse_proxy = true
provider = "oidc"
oidc_issuer_url = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI"
oidc_groups_claim = "cognito:groups"
client_id = "1example23456789"
client_secret = "canarysecret0123"
cookie_secret = "0123456789abcdef0123456789abcdef"
cookie_secure = true
cookie_expire = "168h0m0s"
redirect_url = "https://app.example.com/oauth2/callback"
email_domains = ["example.com", "example.org"]
allowed_groups = ["staff"]
upstreams = ["http://app:8080/", "http://api:9000/api/"]
skip_auth_routes = ["GET=^/health$", "^/assets/", "^/v[0-9]+/open"]
whitelist_domains = ["docs.example.com", "wiki.example.com", ".example.org"]
session_store_type = "redis"
redis_connection_url = "redis://redis:6379"
pass_access_token = true
skip_provider_button = true
htpasswd_file = "/etc/htpasswd"
made_up = 1
`
const flags = `# as in a systemd unit
--provider=oidc \\
--oidc-issuer-url=https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI
--client-id 1example23456789
--client-secret-file=/run/secrets/client
--email-domain=*
--upstream=http://app:8080
--upstream=https://files:8443/files/
--redirect-url="https://app.example.com/oauth2/callback"
--login-url=https://my-app.auth.eu-west-1.amazoncognito.com/oauth2/authorize
--pass-authorization-header
--upstream-timeout=30s
--pass-host-header=false
`

function command(t: Test, files: Record<string, string>) {
  const cwd = t.testdir(files)
  return {
    cwd,
    run: (words: string[], env: Record<string, string> = {}) =>
      runCommand(['config', 'import', ...words], { cwd, env }),
  }
}

t.test('oauth2-proxy.cfg becomes settings that pass our check', async t => {
  const { run } = command(t, { 'proxy.cfg': toml })
  const { status, stdout, stderr } = await run(['oauth2-proxy', 'proxy.cfg', '--domain', 'my-app'])
  t.equal(status, 0, stderr)
  const tree = parse(stdout)
  const config = loadConfig({ env: {}, base: tree })
  t.match(config, {
    url: ['https://app.example.com'],
    cognito: {
      userPoolId: 'eu-west-1_AbCdEfGhI',
      clientId: '1example23456789',
      clientSecret: ['canarysecret0123'],
      domain: 'my-app',
    },
    listen: { host: '0.0.0.0', port: 4180 },
    session: { store: 'redis', max: 7 * 86_400 },
    identity: { accessToken: true, style: ['forwarded'] },
    login: { returnTo: ['https://docs.example.com', 'https://wiki.example.com'] },
  })
  const rule = { groups: ['staff'], emailDomains: ['example.com', 'example.org'] }
  t.strictSame(tree.routes, [
    {
      path: '/health',
      exact: true,
      methods: ['GET'],
      access: 'optional',
      upstream: 'http://app:8080',
    },
    { path: '/assets', access: 'optional', upstream: 'http://app:8080' },
    { path: '/api', access: rule, upstream: 'http://api:9000' },
    { path: '/', access: rule, upstream: 'http://app:8080' },
  ])
  t.notMatch(stdout, '0123456789abcdef0123456789abcdef', 'its cookie secret is not ours')
  t.notMatch(stderr, /canary/)
})

t.test('each thing without a counterpart has one line', async t => {
  const { run } = command(t, { 'proxy.cfg': toml })
  const { stderr } = await run(['oauth2-proxy', 'proxy.cfg', '--domain', 'my-app'])
  const lines = stderr.trim().split('\n')
  const expected = [
    /^reverse_proxy: .*trustedProxies/,
    /^cookie_secret: .*signs in once more/,
    /^cookie_secure: /,
    /^whitelist_domains: \.example\.org stands for several/,
    /^htpasswd_file: has no counterpart/,
    /^made_up: has no counterpart$/,
    /^skip_auth: \^\/v\[0-9\]\+\/open cannot be written/,
    /^skip_auth: \^\/assets\/: \/assets itself is open too/,
  ]
  for (const line of expected) t.equal(lines.filter(one => line.test(one)).length, 1, `${line}`)
  t.equal(lines.length, expected.length, stderr)
})

t.test('a file of flags, and a secret that stays where it is', async t => {
  const { run } = command(t, { flags })
  const { status, stdout, stderr } = await run(['oauth2-proxy', 'flags'])
  t.equal(status, 0, stderr)
  const config = loadConfig({ env: {}, base: parse(stdout) })
  t.match(config.routes, [
    { path: '/files', access: 'signed-in', upstream: 'https://files:8443', hostHeader: 'upstream' },
    { path: '/', access: 'signed-in', upstream: 'http://app:8080', timeout: { firstByte: 30 } },
  ])
  t.match(config, {
    cognito: { domain: 'https://my-app.auth.eu-west-1.amazoncognito.com' },
    identity: { style: ['forwarded', 'bearer'], token: 'id' },
    listen: { host: '127.0.0.1', port: 4180 },
  })
  t.match(stderr, /COGNITO_CLIENT_SECRET_FILE=\/run\/secrets\/client/)
})

t.test('the environment, and what is missing is said', async t => {
  const { run } = command(t, {})
  const env = {
    OAUTH2_PROXY_CLIENT_ID: '1example23456789',
    OAUTH2_PROXY_EMAIL_DOMAINS: '*.example.com',
    OAUTH2_PROXY_UPSTREAMS: 'http://app:8080',
  }
  const { status, stdout, stderr } = await run(['oauth2-proxy'], env)
  t.equal(status, 1)
  t.match(stderr, /still to do: COGNITO_USER_POOL_ID|still to do: .*userPoolId/)
  t.match(stderr, /still to do: .*domain/)
  t.match(stderr, /\*\.example\.com stands for several domains/)
  t.match(parse(stdout).routes, [{ path: '/', access: 'deny' }], 'a rule nobody understands closes')
  t.match(await run(['oauth2-proxy']), { status: 2, stderr: /nothing to read/ })
})

t.test('open paths: what means the same, or lets fewer pass', async t => {
  const rows: [pattern: string, route: object | null][] = [
    ['^/a$', { path: '/a', exact: true }],
    ['POST=^/a$', { path: '/a', exact: true, methods: ['POST'] }],
    ['^/favicon\\.ico$', { path: '/favicon.ico', exact: true }],
    ['^/a(/|$)', { path: '/a' }],
    ['^/a/.*', { path: '/a' }],
    ['^/a/b', { path: '/a/b' }],
    ['^/', { path: '/' }],
    ['/a', null],
    ['^/a|^/b', null],
    ['GET!=^/a', null],
    ['^/(a|b)/', null],
    ['^/a/$', null],
    ['.*', null],
  ]
  const { run } = command(t, {
    'proxy.cfg': `upstreams = ["http://app/"]\nemail_domains = ["*"]\nskip_auth_routes = ${JSON.stringify(rows.map(([pattern]) => pattern))}`,
  })
  const { stdout, stderr } = await run(['oauth2-proxy', 'proxy.cfg'])
  const open = parse(stdout).routes.slice(0, -1)
  const way = { access: 'optional', upstream: 'http://app' }
  t.strictSame(
    open.map(({ path, exact, methods, ...rest }: Record<string, unknown>) => {
      t.strictSame(rest, way)
      return { path, ...(exact ? { exact } : {}), ...(methods ? { methods } : {}) }
    }),
    rows.flatMap(([, route]) => route ?? []),
  )
  for (const [pattern, route] of rows) {
    if (route === null) t.ok(stderr.includes(`skip_auth: ${pattern} cannot be written`), pattern)
  }
})

const authenticate = {
  Type: 'authenticate-cognito',
  Order: 1,
  AuthenticateCognitoConfig: {
    UserPoolArn: 'arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI',
    UserPoolClientId: '1example23456789',
    UserPoolDomain: 'my-app',
    SessionCookieName: 'AWSELBAuthSessionCookie',
    Scope: 'openid email',
    SessionTimeout: 43_200,
    OnUnauthenticatedRequest: 'authenticate',
  },
}
const forward = (name: string) => ({
  Type: 'forward',
  Order: 2,
  TargetGroupArn: `arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/${name}/0123456789abcdef`,
})
const paths = (...Values: string[]) => ({ Field: 'path-pattern', PathPatternConfig: { Values } })
const rules = {
  Rules: [
    { Priority: 'default', Conditions: [], Actions: [authenticate, forward('app')] },
    { Priority: '10', Conditions: [paths('/health', '/assets/*')], Actions: [forward('app')] },
    {
      Priority: '2',
      Conditions: [
        paths('/api/*'),
        { Field: 'host-header', Values: ['App.example.com'] },
        { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } },
      ],
      Actions: [authenticate, forward('api')],
    },
    {
      Priority: '5',
      RuleArn:
        'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/my-app/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee',
      Conditions: [paths('/internal/*')],
      Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '403' } }],
    },
  ],
}

t.test('rules of a load balancer become routes, in their order', async t => {
  const { run, cwd } = command(t, { 'rules.json': JSON.stringify(rules) })
  const words = [
    'alb',
    'rules.json',
    '--upstream',
    'http://app:80',
    '--target',
    'api=http://api:81',
  ]
  const { status, stdout, stderr } = await run(words)
  t.equal(status, 0, stderr)
  const tree = parse(stdout)
  t.strictSame(tree.routes, [
    {
      path: '/api',
      host: 'app.example.com',
      methods: ['GET'],
      access: 'signed-in',
      upstream: 'http://api:81',
    },
    { path: '/internal', access: 'deny' },
    { path: '/health', exact: true, access: 'public', upstream: 'http://app:80' },
    { path: '/assets', access: 'public', upstream: 'http://app:80' },
    { path: '/', access: 'signed-in', upstream: 'http://app:80' },
  ])
  t.match(loadConfig({ env: {}, base: tree }), {
    url: ['https://app.example.com'],
    cognito: {
      userPoolId: 'eu-west-1_AbCdEfGhI',
      clientId: '1example23456789',
      domain: 'my-app',
      scopes: ['openid', 'email'],
    },
    session: { max: 43_200 },
    paths: { callback: '/oauth2/idpresponse' },
    identity: {
      style: ['forwarded', 'alb'],
      alb: {
        signer:
          'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/my-app/50dc6c495c0c9188',
      },
    },
  })
  t.match(stderr, /rule 5: fixed-response has no counterpart, so access is deny/)
  t.match(stderr, /client secret: .*COGNITO_CLIENT_SECRET/)

  t.equal((await run([...words, '--output', 'gateway.yaml'])).status, 0)
  t.equal(statSync(join(cwd, 'gateway.yaml')).mode & 0o777, 0o600)
  const again = await run([...words, '--output', 'gateway.yaml'])
  t.match(again, { status: 2, stderr: /--force replaces it/, stdout: '' })
})

t.test('a rule that cannot be said is named, and opens nothing', async t => {
  const { run, cwd } = command(t, {})
  const odd = [
    [paths('/admin*')],
    [paths('/admin/*'), { Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/8'] } }],
    [{ Field: 'host-header', HostHeaderConfig: { Values: ['*.example.com'] } }],
    [{ Field: 'path-pattern', PathPatternConfig: { RegexValues: ['^/a'] } }],
  ]
  for (const Conditions of odd) {
    const guarded = { Priority: '1', Conditions, Actions: [authenticate, forward('app')] }
    const open = { Priority: 'default', Conditions: [], Actions: [forward('app')] }
    writeFileSync(join(cwd, 'r.json'), JSON.stringify({ Rules: [guarded, open] }))
    const words = ['alb', 'r.json', '--url', 'https://app.example.com', '--upstream', 'http://app']
    const { stdout, stderr } = await run(words)
    t.match(stderr, /rule 1: .*left out/)
    t.strictSame(parse(stdout).routes, [{ path: '/', access: 'signed-in', upstream: 'http://app' }])
  }
  t.match(await run(['alb', 'r.json']), { status: 1, stderr: /target group app is not known/ })
  writeFileSync(join(cwd, 'r.json'), '{"TargetGroups":[]}')
  t.match(await run(['alb', 'r.json']), { status: 2, stderr: /not the answer of aws elbv2/ })
})
