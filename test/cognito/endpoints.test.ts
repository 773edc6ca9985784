import t from 'tap'
import { logoutUrl, resolveEndpoints, toInternal } from '../../src/cognito/endpoints.js'
import { cognitoSettings } from '../../src/cognito/settings.js'

function resolve(settings: object) {
  const base = { userPoolId: 'eu-west-1_Abc123', clientId: 'abc', domain: 'my-prefix' }
  return resolveEndpoints(cognitoSettings.parse({ ...base, ...settings }))
}

t.test('all endpoints follow from pool id and domain prefix', async t => {
  const domain = 'https://my-prefix.auth.eu-west-1.amazoncognito.com'
  const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123'
  t.same(resolve({}), {
    issuer,
    jwksUri: `${issuer}/.well-known/jwks.json`,
    authorization: `${domain}/oauth2/authorize`,
    token: `${domain}/oauth2/token`,
    userInfo: `${domain}/oauth2/userInfo`,
    revocation: `${domain}/oauth2/revoke`,
    logout: `${domain}/logout`,
  })
})

t.test('partitions and forms of the domain', async t => {
  const rows: [string, object, string, string][] = [
    [
      'GovCloud',
      { userPoolId: 'us-gov-west-1_Abc123' },
      'https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_Abc123',
      'https://my-prefix.auth-fips.us-gov-west-1.amazoncognito.com/logout',
    ],
    [
      'China',
      { userPoolId: 'cn-north-1_Abc123' },
      'https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_Abc123',
      'https://my-prefix.auth.cn-north-1.amazoncognito.com.cn/logout',
    ],
    [
      'a custom domain',
      { domain: 'login.example.com' },
      'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123',
      'https://login.example.com/logout',
    ],
    [
      'full URLs, with slashes at their ends',
      { domain: 'http://localhost:9339/', issuer: 'http://127.0.0.1:9339/us-east-1_Emulator1/' },
      'http://127.0.0.1:9339/us-east-1_Emulator1',
      'http://localhost:9339/logout',
    ],
    [
      'the updated issuer',
      { issuer: 'https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123' },
      'https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123',
      'https://my-prefix.auth.eu-west-1.amazoncognito.com/logout',
    ],
  ]
  for (const [name, settings, issuer, logout] of rows) {
    const endpoints = resolve(settings)
    t.equal(endpoints.issuer, issuer, name)
    t.equal(endpoints.jwksUri, `${issuer}/.well-known/jwks.json`, name)
    t.equal(endpoints.logout, logout, name)
  }
})

t.test('sign-out is Cognito’s own: client_id and logout_uri, nothing else', async t => {
  const url = logoutUrl(resolve({}), 'abc+def', 'https://app.example.com/oauth2/signed_out?a=b c')
  t.equal(
    url,
    'https://my-prefix.auth.eu-west-1.amazoncognito.com/logout?client_id=abc%2Bdef&logout_uri=https%3A%2F%2Fapp.example.com%2Foauth2%2Fsigned_out%3Fa%3Db+c',
  )
})

t.test('the internal origin replaces the origin, and nothing else', async t => {
  const url = 'https://login.example.com/a/oauth2/token?x=1'
  t.equal(toInternal(url, {}), url)
  t.equal(
    toInternal(url, { internalUrl: 'http://pool:9339/' }),
    'http://pool:9339/a/oauth2/token?x=1',
  )
})
