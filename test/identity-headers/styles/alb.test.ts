import t from 'tap'
import { identitySettings } from '../../../src/identity-headers/settings.js'
import { alb } from '../../../src/identity-headers/styles/alb.js'
import { session } from '../../fixtures/session.js'

const signer = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/a/1'
const settings = identitySettings.parse({ style: 'alb', alb: { signer } })

/** What would be signed. */
function saidOf(claims: Record<string, unknown>, onlyGroups?: string[]) {
  let said: { header: object; payload: object } | undefined
  const sign = (header: object, payload: object) => {
    said = { header, payload }
    return 'token'
  }
  const headers = alb.headers(session({}, claims), {
    ...settings,
    onlyGroups,
    signed: { alb: sign, assertion: sign },
  })
  return { headers, ...said }
}

t.test('header fields of the load balancer, and claims as userInfo writes them', async t => {
  const { headers, header, payload } = saidOf({
    aud: 'client-1',
    email: 'jane@example.com',
    email_verified: true,
    'custom:level': 3,
    identities: [{ providerName: 'Google', userId: '1' }],
    'cognito:groups': ['staff', 'admins'],
    'cognito:roles': ['arn:aws:iam::123456789012:role/x'],
    token_use: 'id',
    nonce: 'n',
    at_hash: 'h',
    auth_time: 1,
    exp: 2,
    iat: 1,
    jti: 'j',
    event_id: 'e',
    origin_jti: 'o',
  })
  t.strictSame(headers, [
    ['x-amzn-oidc-identity', 'jane-sub'],
    ['x-amzn-oidc-accesstoken', 'access-token'],
    ['x-amzn-oidc-data', 'token'],
  ])
  t.strictSame(header, { typ: 'JWT', iss: 'https://issuer', client: 'client-1', signer })
  t.strictSame(payload, {
    email: 'jane@example.com',
    email_verified: 'true',
    'custom:level': '3',
    identities: '[{"providerName":"Google","userId":"1"}]',
    sub: 'jane-sub',
    username: 'jane',
    iss: 'https://issuer',
    'cognito:groups': ['staff', 'admins'],
  })
})

t.test('a Bearer token names its client elsewhere, and only shown groups are in it', async t => {
  const { header, payload } = saidOf({ client_id: 'client-2', 'cognito:groups': ['a', 'b'] }, ['b'])
  t.match(header, { client: 'client-2' })
  t.match(payload, { 'cognito:groups': ['b'] })
  t.notOk('cognito:groups' in (saidOf({}).payload ?? {}), 'no group, no claim')
})
