// The app client as it is registered, beside what the settings need.
import t from 'tap'
import {
  type RegisteredClient,
  readRegisteredClient,
} from '../../src/cli/checks/registered-client.js'
import { compareRegistered } from '../../src/cli/checks/registered-difference.js'
import { loadConfig } from '../../src/config.js'
import { mergeTrees, type SettingTree } from '../../src/lib/setting-sources.js'
import { urlsToRegister } from '../../src/services/registration.js'
import { awsApi } from '../fixtures/aws-api.js'
import { runCommand } from '../fixtures/command.js'
import { secret } from '../fixtures/gateway.js'

const right: RegisteredClient = {
  ClientSecret: 'canaryclientsecret',
  CallbackURLs: ['https://app.example.com/oauth2/callback', 'https://other.example.com/'],
  LogoutURLs: ['https://app.example.com/oauth2/signed_out'],
  AllowedOAuthFlows: ['code'],
  AllowedOAuthFlowsUserPoolClient: true,
  AllowedOAuthScopes: ['openid', 'email', 'profile', 'phone'],
  ReadAttributes: ['email', 'email_verified', 'name', 'phone_number'],
  EnableTokenRevocation: true,
  RefreshTokenValidity: 30,
  AccessTokenValidity: 60,
  TokenValidityUnits: { AccessToken: 'minutes', RefreshToken: 'days' },
}

const base: SettingTree = {
  url: 'https://app.example.com',
  upstream: 'http://localhost:8080',
  secrets: secret,
  cognito: {
    userPoolId: 'eu-west-1_AbCdEfGhI',
    clientId: '1example23456789',
    clientSecret: 'canaryclientsecret',
    domain: 'my-app',
  },
}

function compare(client: RegisteredClient, settings: SettingTree = {}) {
  const config = loadConfig({ env: {}, base: mergeTrees(base, settings) })
  const { cognito, session } = config
  return compareRegistered(client, { settings: cognito, session, ...urlsToRegister(config) })
}

t.test('what is registered is what is needed: no difference', async t => {
  t.strictSame(new Set(compare(right).map(({ outcome }) => outcome)), new Set(['ok']))
  t.strictSame(compare({ ...right, ReadAttributes: undefined }).length, 10)
})

type Row = [
  name: string,
  client: RegisteredClient,
  settings: SettingTree,
  check: string,
  outcome: 'failure' | 'warning',
  seen: RegExp,
]

const callback = 'https://app.example.com/oauth2/callback'
const rows: Row[] = [
  [
    'no secret in the settings',
    {},
    { cognito: { clientSecret: undefined } },
    'secret',
    'failure',
    /registered: a secret; settings: none/,
  ],
  ['no secret registered', { ClientSecret: undefined }, {}, 'secret', 'failure', /no secret/],
  [
    'a callback URL in other letters',
    { CallbackURLs: [`${callback}/`] },
    {},
    'callback URLs',
    'failure',
    /\+ https:\/\/app\.example\.com\/oauth2\/callback \(registered: .*callback\/\)/,
  ],
  ['no callback URL', { CallbackURLs: undefined }, {}, 'callback URLs', 'failure', /nothing/],
  [
    'no sign-out URL',
    { LogoutURLs: [callback] },
    {},
    'sign-out URLs',
    'failure',
    /\+ .*signed_out/,
  ],
  [
    'the implicit grant alone',
    { AllowedOAuthFlows: ['implicit'] },
    {},
    'grants',
    'failure',
    /\+ code/,
  ],
  [
    'OAuth switched off',
    { AllowedOAuthFlowsUserPoolClient: false },
    {},
    'grants',
    'failure',
    /OAuth off/,
  ],
  [
    'the implicit grant as well',
    { AllowedOAuthFlows: ['code', 'implicit'] },
    {},
    'grants',
    'warning',
    /- implicit/,
  ],
  [
    'a scope that is not enabled',
    { AllowedOAuthScopes: ['openid', 'email'] },
    {},
    'scopes',
    'failure',
    /\+ profile \(registered: openid email\)/,
  ],
  [
    'email without email_verified',
    { ReadAttributes: ['email'] },
    {},
    'attributes',
    'failure',
    /\+ email_verified/,
  ],
  [
    'a shorter refresh token',
    { RefreshTokenValidity: 12, TokenValidityUnits: { RefreshToken: 'hours' } },
    {},
    'refresh token',
    'warning',
    /registered: 12h; cognito\.refreshTokenValidity: 30d/,
  ],
  [
    'sessions longer than the refresh token',
    { RefreshTokenValidity: 1 },
    { cognito: { refreshTokenValidity: '1d' }, session: { max: '7d' } },
    'refresh token',
    'warning',
    /registered: 1d; session\.max: 7d/,
  ],
  [
    'access tokens that are always due',
    { AccessTokenValidity: 5 },
    {},
    'access token',
    'warning',
    /registered: 5m; session\.refreshBefore: 5m/,
  ],
  [
    'rotation without grace',
    { RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 0 } },
    {},
    'rotation',
    'warning',
    /0 s of grace/,
  ],
  ['no revocation', { EnableTokenRevocation: false }, {}, 'revocation', 'warning', /off/],
]

for (const [name, changes, settings, check, outcome, seen] of rows) {
  t.test(`${name}: found, and nothing else`, async t => {
    const wrong = compare({ ...right, ...changes }, settings).filter(
      finding => finding.outcome !== 'ok',
    )
    t.match(wrong, [{ check: `registered ${check}`, outcome, seen, cause: /\w/, remedy: /\w/ }])
    t.equal(wrong.length, 1)
    t.notMatch(JSON.stringify(wrong), /canary/)
    const { command } = wrong[0] ?? {}
    if (command !== undefined) t.match(command, /describe-user-pool-client .* update-user-pool/)
  })
}

t.test('the command reads one thing, signed, and changes nothing', async t => {
  const api = await awsApi(t)
  const env = {
    GATEWAY_SECRET: secret,
    GATEWAY_URL: 'https://app.example.com',
    GATEWAY_UPSTREAM: 'http://127.0.0.1:1',
    COGNITO_USER_POOL_ID: 'us-east-1_Nobody1',
    COGNITO_ISSUER: 'http://127.0.0.1:1/us-east-1_Nobody1',
    COGNITO_DOMAIN: 'http://127.0.0.1:1',
    COGNITO_CLIENT_ID: '1example23456789',
    COGNITO_CLIENT_SECRET: 'canaryclientsecret',
    AWS_ENDPOINT_URL: api.url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'canary-aws-key',
  }
  const doctor = async () => {
    const { status, stdout } = await runCommand(['doctor', '--aws', '--json'], { env })
    t.equal(status, 1, 'nothing else is there')
    t.notMatch(stdout, /canary/)
    return (JSON.parse(stdout) as { findings: { check: string; outcome: string; seen: string }[] })
      .findings
  }
  api.answer(200, { UserPoolClient: { ...right, LogoutURLs: [] } })
  const registered = (await doctor()).filter(({ check }) => check.startsWith('registered'))
  t.equal(registered.length, 10)
  t.match(
    registered.filter(({ outcome }) => outcome !== 'ok'),
    [{ check: 'registered sign-out URLs', outcome: 'failure' }],
  )
  t.strictSame(api.asked, ['AWSCognitoIdentityProviderService.DescribeUserPoolClient'])

  api.answer(400, { __type: 'AccessDeniedException', message: 'canary-arn is not allowed' })
  const denied = (await doctor()).find(({ check }) => check === 'AWS')
  t.match(denied, { seen: /AccessDenied/, remedy: /cognito-idp:DescribeUserPoolClient/ })
})

t.test('without the AWS SDK, or without an answer: said, with what to do', async t => {
  const where = { userPoolId: 'eu-west-1_AbCdEfGhI', clientId: '1example23456789' }
  const missing = Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' })
  t.match(await readRegisteredClient(where, () => Promise.reject(missing)), {
    check: 'AWS',
    outcome: 'failure',
    remedy: 'npm install @aws-sdk/client-cognito-identity-provider',
  })
  for (const [name, remedy] of [
    ['CredentialsProviderError', /AWS_PROFILE/],
    ['ResourceNotFoundException', /COGNITO_CLIENT_ID/],
    ['ExpiredTokenException', /once more/],
    ['SomethingElse', /./],
  ] as const) {
    const failed = () => Promise.reject(Object.assign(new Error('no'), { name }))
    t.match(await readRegisteredClient(where, failed), { check: 'AWS', remedy }, name)
  }
})
