// The emulator and the settings misconfigured in one way each: the doctor names that one, and nothing else.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { describeFailure, describeFinding, type Finding } from '../../src/cli/checks/finding.js'
import { checkPool } from '../../src/cli/checks/pool.js'
import {
  checkDirect,
  checkProxy,
  checkRedis,
  checkUpstreams,
} from '../../src/cli/checks/surroundings.js'
import { examine } from '../../src/cli/doctor.js'
import { resolveEndpoints } from '../../src/cognito/endpoints.js'
import { loadConfig } from '../../src/config.js'
import { type Emulator, startEmulator } from '../../src/emulator/app.js'
import { type PoolInput, parsePool } from '../../src/emulator/pool.js'
import { mergeTrees, type SettingTree } from '../../src/lib/setting-sources.js'
import { freePort } from '../fixtures/free-port.js'
import { clientSecret, secret, users } from '../fixtures/gateway.js'
import { program } from '../fixtures/program.js'
import { recordingUpstream } from '../fixtures/recording-upstream.js'
import { redisServer } from '../fixtures/redis-server.js'
import { signingKeys } from '../fixtures/signing-keys.js'
import { securePage, selfSigned } from '../fixtures/tls-front.js'

const run = promisify(execFile)
const url = 'http://localhost:3000'

interface Setup {
  readonly client?: Partial<PoolInput['clients'][number]>
  readonly settings?: SettingTree
  readonly prepare?: (emulator: Emulator) => void
}

async function prepare(t: Test, { client: changes = {}, settings = {}, prepare }: Setup) {
  const client: PoolInput['clients'][number] = {
    id: '1testclient0000000000000001',
    secrets: [clientSecret],
    callbackUrls: [`${url}/oauth2/callback`],
    logoutUrls: [`${url}/oauth2/signed_out`],
    ...changes,
  }
  const pool = parsePool({ users, clients: [client] })
  const emulator = await startEmulator({ pool, port: await freePort(), signingKeys })
  t.teardown(() => emulator.close())
  prepare?.(emulator)
  const base: SettingTree = {
    url: [url],
    secrets: [secret],
    cognito: {
      userPoolId: pool.poolId,
      clientId: client.id,
      clientSecret: [clientSecret],
      domain: emulator.domain,
      issuer: emulator.issuer,
    },
    upstream: (await recordingUpstream(t)).origin,
  }
  return { emulator, tree: mergeTrees(base, settings) }
}

async function findings(t: Test, setup: Setup): Promise<Finding[]> {
  const { tree } = await prepare(t, setup)
  return examine(loadConfig({ env: {}, base: tree }))
}

t.test('nothing is wrong: nothing is found', async t => {
  const found = await findings(t, {})
  t.strictSame(new Set(found.map(({ outcome }) => outcome)), new Set(['ok']))
  t.strictSame(
    new Set(found.map(({ check }) => check)),
    new Set([
      'public URL',
      'user pool',
      'domain',
      'clock',
      'keys',
      'client secret',
      'callback URL',
      'code grant',
      'scopes',
      'sign-out URL',
      'application',
    ]),
  )
  const open = await findings(t, {
    client: { secrets: [] },
    settings: { cognito: { clientSecret: undefined } },
  })
  t.strictSame(new Set(open.map(({ outcome }) => outcome)), new Set(['ok']), 'a public client')
})

type Row = [name: string, setup: Setup, expected: [check: string, cause: RegExp][]]

const rows: Row[] = [
  [
    'no secret for a client that has one',
    { settings: { cognito: { clientSecret: undefined } } },
    [['client secret', /has a secret, and COGNITO_CLIENT_SECRET is not set/]],
  ],
  [
    'a wrong secret',
    { settings: { cognito: { clientSecret: ['wrong'] } } },
    [['client secret', /not the secret of this app client/]],
  ],
  [
    'a secret for a client that has none',
    { client: { secrets: [] } },
    [['client secret', /has no secret, and COGNITO_CLIENT_SECRET is set/]],
  ],
  [
    'an unknown client',
    { settings: { cognito: { clientId: 'unknown' } } },
    [['client secret', /not known/]],
  ],
  [
    'a callback URL that is not registered',
    { client: { callbackUrls: [`${url}/other`] } },
    [['callback URL', /to the letter/]],
  ],
  [
    'a callback URL with a slash at its end',
    { client: { callbackUrls: [`${url}/oauth2/callback/`] } },
    [['callback URL', /to the letter/]],
  ],
  [
    'one of two origins not registered',
    { settings: { url: [url, 'http://localhost:4000'] } },
    [
      ['callback URL', /to the letter/],
      ['sign-out URL', /not a sign-out URL/],
    ],
  ],
  [
    'a sign-out URL that is not registered',
    { client: { logoutUrls: [`${url}/`] } },
    [['sign-out URL', /not a sign-out URL/]],
  ],
  [
    'a scope that is not enabled',
    { settings: { cognito: { scopes: ['openid', 'email', 'notes/read'] } } },
    [['scopes', /not enabled at the app client: notes\/read/]],
  ],
  [
    'the implicit grant alone',
    { client: { responseTypes: ['token'] } },
    [['code grant', /does not allow the authorization code grant/]],
  ],
  ...[
    ['no style for managed login', 'Login pages unavailable', /no style is assigned/],
    ['OAuth switched off', 'Client is not enabled for OAuth2.0 flows.', /OAuth is switched off/],
  ].map(
    ([name, text, cause]): Row => [
      String(name),
      {
        prepare: ({ faults }) =>
          faults.set('/oauth2/authorize', { status: 400, body: `<title>x</title><p>${text}</p>` }),
      },
      [['callback URL', cause as RegExp]],
    ],
  ),
  [
    'an issuer that is another pool',
    { settings: { cognito: { issuer: 'http://localhost:1/us-east-1_Other' } } },
    [
      ['user pool', /nothing listens/],
      ['keys', /nothing listens/],
    ],
  ],
  [
    'keys that cannot be had',
    { prepare: ({ faults }) => faults.set('/.well-known/jwks.json', { status: 500, body: '{}' }) },
    [['keys', /no token can be verified/]],
  ],
  [
    'a domain where nobody is',
    { settings: { cognito: { domain: 'http://localhost:1' } } },
    [
      ['domain', /second domain/],
      ['domain', /nothing listens/],
    ],
  ],
  [
    'a host that has no name',
    { settings: { cognito: { domain: 'https://nobody.invalid' } } },
    [
      ['domain', /second domain/],
      ['domain', /no host has this name|names cannot be resolved/],
    ],
  ],
  [
    'an application that is not there',
    { settings: { upstream: 'http://localhost:1' } },
    [['application', /nothing listens/]],
  ],
  [
    'an application without TLS behind https',
    { settings: { upstream: 'https://localhost:1' } },
    [['application', /nothing listens/]],
  ],
  [
    'a Redis that is not there',
    { settings: { session: { store: 'redis', redis: { url: 'redis://localhost:1' } } } },
    [['Redis', /./]],
  ],
  [
    'https, and no proxy that is trusted',
    {
      client: {
        callbackUrls: ['https://app.example.com/oauth2/callback'],
        logoutUrls: ['https://app.example.com/oauth2/signed_out'],
      },
      settings: { url: ['https://app.example.com'] },
    },
    [['proxy in front', /seem to come from its address/]],
  ],
  [
    'a user pool that is not in this region',
    {
      prepare: ({ faults }) =>
        faults.set('/.well-known/openid-configuration', { status: 400, body: '{}' }),
    },
    [['user pool', /no user pool of this id in this region/]],
  ],
  [
    'the token endpoint throttled',
    { prepare: ({ faults }) => faults.set('/oauth2/token', { status: 429, body: '<html>' }) },
    [['client secret', /says nothing about the client/]],
  ],
  [
    'plain http for the world',
    { settings: { url: ['http://app.example.com'] } },
    [
      ['public URL', /can be read on the way/],
      ['callback URL', /to the letter/],
      ['sign-out URL', /not a sign-out URL/],
    ],
  ],
]

for (const [name, setup, expected] of rows) {
  t.test(`${name}: found, and nothing else`, async t => {
    const wrong = (await findings(t, setup)).filter(({ outcome }) => outcome !== 'ok')
    t.strictSame(
      wrong.map(({ check }) => check),
      expected.map(([check]) => check),
    )
    for (const [at, [, cause]] of expected.entries()) t.match(wrong[at]?.cause, cause)
    for (const finding of wrong) {
      t.ok(finding.remedy, 'what to do')
      t.notMatch(describeFinding(finding), clientSecret)
    }
  })
}

t.test('what is wrong with TLS, in words', async t => {
  const plain = (await recordingUpstream(t)).origin.replace('http:', 'https:')
  const [secured] = [await freePort()]
  await securePage(t, selfSigned(t), secured, 'hello')
  const causeFor = async (upstream: string) => {
    const { routes } = loadConfig({ env: {}, base: { ...tree, upstream } })
    return (await checkUpstreams({ routes }))[0]?.cause
  }
  const { tree } = await prepare(t, {})
  t.equal(await causeFor(plain), 'it does not speak TLS')
  t.equal(await causeFor(`https://localhost:${secured}`), 'its certificate is not accepted')
})

t.test('codes of failures, in words', async t => {
  const causeOf = (code: string) =>
    describeFailure(
      new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) }),
    ).cause
  for (const [code, cause] of [
    ['UND_ERR_CONNECT_TIMEOUT', 'there is no answer in time'],
    ['ETIMEDOUT', 'there is no answer in time'],
    ['EHOSTUNREACH', 'no way leads there'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate is not accepted'],
    ['CERT_HAS_EXPIRED', 'its certificate is not accepted'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is not accepted'],
    ['EPROTO', 'it does not speak TLS'],
    ['EWHATEVER', 'it cannot be reached'],
  ] as const) {
    t.equal(causeOf(code), cause, code)
  }
  const late = new DOMException('late', 'TimeoutError')
  t.equal(describeFailure(late).cause, 'there is no answer in time')
})

t.test('a domain that never answers costs no more than one deadline', async t => {
  const found = await findings(t, {
    prepare: ({ faults }) => {
      for (const path of ['/oauth2/authorize', '/oauth2/token', '/logout']) {
        faults.set(path, { hang: true })
      }
    },
  })
  const wrong = found.filter(({ outcome }) => outcome !== 'ok')
  t.match(wrong, [{ check: 'domain', cause: 'there is no answer in time' }])
})

t.test('the domain of another user pool', async t => {
  const other = await prepare(t, {})
  const found = await findings(t, { settings: { cognito: { domain: other.emulator.domain } } })
  const wrong = found.filter(({ outcome }) => outcome !== 'ok')
  t.match(wrong, [{ check: 'domain', cause: /the domain of another user pool/ }])
})

t.test('https behind a proxy that is trusted', async t => {
  const trusted = { url: ['https://app.example.com'], trustedProxies: ['10.0.0.0/8'] }
  t.match(checkProxy(trusted), [{ outcome: 'ok', seen: 'trusted: 10.0.0.0/8' }])
  t.strictSame(checkProxy({ url: ['http://localhost:3000'], trustedProxies: [] }), [])
})

t.test('an application that answers the world, one that does not, and one that might', async t => {
  const { origin } = await recordingUpstream(t)
  t.match(await checkDirect(origin), {
    outcome: 'failure',
    seen: /answers from here \(status 200\)/,
    cause: /can write any header/,
  })
  t.match(await checkDirect('http://127.0.0.1:1'), { outcome: 'ok', seen: /nothing listens/ })
  t.match(await checkDirect(origin.replace('http:', 'https:')), { outcome: 'warning' })
})

t.test('what Redis tells of itself', async t => {
  const info = (lines: string) => checkRedis({ info: async () => lines.replaceAll('\n', '\r\n') })
  const usual =
    'redis_version:7.2.4\nused_memory:95000000\nmaxmemory:0\nmaxmemory_policy:noeviction'
  t.strictSame(
    (await info(usual)).map(({ outcome, seen }) => `${outcome} ${seen}`),
    ['ok version 7.2.4', 'ok 95.0 MB in use, without a limit', 'ok noeviction'],
  )
  t.match(await info(usual.replace('redis_version:7.2.4', 'redis_version:5.0.14')), [
    { outcome: 'warning', seen: 'version 5.0.14' },
  ])
  const valkey = await info(`valkey_version:8.1.0\n${usual}`)
  t.equal(valkey[0]?.seen, 'Valkey 8.1.0')
  t.match(await info(usual.replace('maxmemory:0', 'maxmemory:100000000')), [
    {},
    { outcome: 'warning', seen: '95.0 MB of 100.0 MB in use' },
  ])
  for (const policy of ['allkeys-lru', 'volatile-lru', 'volatile-ttl']) {
    const found = await info(usual.replace('noeviction', policy))
    t.match(found[2], { outcome: 'warning', seen: `maxmemory-policy is ${policy}` })
  }
})

t.test('a Redis that is there', async t => {
  const redis = await redisServer(t)
  const settings = { session: { store: 'redis', redis: { url: redis.url } } }
  const found = await findings(t, { settings })
  t.match(found.find(({ check }) => check === 'Redis')?.seen, /^(?:version|Valkey) \d/)
  t.match(
    found.find(({ check }) => check === 'Redis eviction'),
    { outcome: 'ok', seen: 'noeviction' },
  )
})

t.test('the clock of this machine, beside what Cognito says it is', async t => {
  const endpoints = resolveEndpoints(
    loadConfig({ env: {}, base: (await prepare(t, {})).tree }).cognito,
  )
  const call = async (asked: string) => {
    const { issuer, authorization } = endpoints
    const document = { issuer, authorization_endpoint: authorization, keys: [{}], asked }
    const headers = { date: 'Sat, 21 Nov 2026 03:00:00 GMT' }
    return new Response(JSON.stringify(document), { headers })
  }
  const now = Date.parse('2026-11-21T03:00:00Z') / 1000
  for (const [by, outcome, seen] of [
    [10, 'ok', /within 10 s/],
    [-30, 'warning', /30 s behind Cognito's/],
    [61, 'failure', /61 s ahead of Cognito's/],
  ] as const) {
    const found = await checkPool({ endpoints, call, clock: () => now + by })
    t.match(
      found.find(({ check }) => check === 'clock'),
      { outcome, seen },
    )
  }
})

t.test('an update to paste carries all that the client has', async t => {
  const found = await findings(t, { client: { logoutUrls: [] } })
  const { command = '' } = found.find(({ check }) => check === 'sign-out URL') ?? {}
  t.match(command, /describe-user-pool-client .* \| jq 'del\(.*\) \| \.LogoutURLs = .*signed_out/)
  t.match(command, /update-user-pool-client --cli-input-json/)
})

t.test('the command: a list, JSON, and an exit status, in less than three seconds', async t => {
  const { emulator, tree } = await prepare(t, {})
  const upstream = String((tree as { upstream?: unknown }).upstream)
  const env = {
    PATH: process.env.PATH ?? '',
    COGNITO_USER_POOL_ID: emulator.settings.poolId,
    COGNITO_CLIENT_ID: '1testclient0000000000000001',
    COGNITO_CLIENT_SECRET: clientSecret,
    COGNITO_DOMAIN: emulator.domain,
    COGNITO_ISSUER: emulator.issuer,
    GATEWAY_UPSTREAM: upstream,
    GATEWAY_SECRET: secret,
  }
  const doctor = (changes: Record<string, string | undefined>, ...words: string[]) =>
    run(process.execPath, [...program, 'doctor', ...words], {
      env: { ...env, ...changes },
    })
  const { stdout } = await doctor({})
  t.match(stdout, /^✓ settings: complete\n[^✗!]*Nothing is wrong\.\n$/)
  await t.rejects(doctor({ COGNITO_CLIENT_SECRET: 'wrong' }), {
    code: 1,
    stdout:
      /✗ client secret: .*invalid_client\n {4}because .*\n {4}to do .*1 to mend, 0 to look at/s,
  })
  await t.rejects(doctor({ COGNITO_CLIENT_ID: undefined }, '--json'), {
    code: 2,
    stdout: /"check": "settings"/,
  })
  await t.rejects(doctor({}, '--direct', upstream), {
    code: 1,
    stdout: /✗ way past the gateway: .* answers from here/,
  })
  await t.rejects(doctor({}, '--direct', 'foo'), {
    code: 2,
    stderr: /--direct <url>.*expected an address such as http:/s,
  })
})
