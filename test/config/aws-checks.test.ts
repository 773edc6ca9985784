// Settings of AWS credentials, and of what is signed: what they need beside them.
import t from 'tap'
import { loadConfig } from '../../src/config.js'
import { SettingsRefused } from '../../src/errors.js'
import { mergeTrees, type SettingTree } from '../../src/lib/setting-sources.js'
import { secret } from '../fixtures/gateway.js'

const route = { path: '/', access: 'signed-in', upstream: 'https://api.example.com' }
const base: SettingTree = {
  secrets: secret,
  cognito: { userPoolId: 'eu-west-1_Abc123', clientId: '1example23456789', domain: 'my-prefix' },
  routes: [route],
}
const identityPoolId = 'eu-west-1:12345678-1234-1234-1234-123456789012'
const sigv4 = { service: 'execute-api', region: 'eu-west-1' }

function complaints(settings: SettingTree): string {
  try {
    loadConfig({ env: {}, base: mergeTrees(base, settings) })
    return ''
  } catch (error) {
    if (error instanceof SettingsRefused) return error.complaints.join('\n')
    throw error
  }
}

t.test('each of these stops the start', async t => {
  const aws = { identityPoolId }
  const rows: [SettingTree, RegExp][] = [
    [{ aws: { credentialsEndpoint: true } }, /aws\.identityPoolId: \(COGNITO_IDENTITY_POOL_ID\)/],
    [{ routes: [{ ...route, sigv4 }] }, /aws\.identityPoolId: .* is needed/],
    [{ aws: { role: 'token' } }, /aws\.identityPoolId: .* is needed/],
    [{ aws, session: { keep: ['access', 'refresh'] } }, /session\.keep: id is needed/],
    [{ aws, routes: [{ ...route, access: 'public', sigv4 }] }, /routes\.0\.sigv4: needs somebody/],
    [
      { aws, routes: [{ ...route, access: 'optional', sigv4 }] },
      /routes\.0\.sigv4: needs somebody/,
    ],
    [
      { aws, routes: [{ ...route, upstream: 'unix:/run/a.sock', sigv4 }] },
      /an upstream with a host/,
    ],
    [
      {
        aws,
        routes: [{ ...route, upstream: 'http://a', sigv4: { ...sigv4, payload: 'unsigned' } }],
      },
      /payload unsigned needs an https upstream/,
    ],
    [{ aws: { ...aws, endpoint: 'http://vpce.example.com' } }, /aws\.endpoint.*only for loopback/],
    [{ aws: { identityPoolId: 'eu-west-1_Abc' } }, /aws\.identityPoolId.*REGION:UUID/],
    [{ aws: { ...aws, role: 'admin' } }, /aws\.role.*ARN/],
    [
      { aws: { ...aws, roles: [{ access: 'public', role: 'arn:aws:iam::1:role/a' }] } },
      /aws\.roles/,
    ],
    [{ identity: { style: 'alb' } }, /identity\.alb\.signer: is needed/],
    [{ identity: { alb: { signer: 'my-load-balancer' } } }, /identity\.alb\.signer.*ARN/],
  ]
  for (const [settings, expected] of rows) t.match(complaints(settings), expected)
})

t.test('these are good', async t => {
  const roles = [{ access: { groups: ['a'] }, role: 'arn:aws:iam::123456789012:role/a' }]
  const rows: SettingTree[] = [
    { aws: { identityPoolId, credentialsEndpoint: true, roles } },
    { aws: { identityPoolId, flow: 'basic' }, routes: [{ ...route, sigv4 }] },
    { aws: { identityPoolId, endpoint: 'http://localhost:9339' } },
    { aws: { identityPoolId, endpoint: 'https://vpce.example.com' } },
    {
      aws: { identityPoolId, endpoint: 'http://emulator:9339' },
      cognito: { allowHttp: true },
    },
    { routes: [{ ...route, access: { groups: ['a'] }, sigv4 }], aws: { identityPoolId } },
  ]
  for (const settings of rows) t.equal(complaints(settings), '')
})
