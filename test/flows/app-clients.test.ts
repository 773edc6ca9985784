// One gateway, several sites, each with an app client of its own: nothing of one is anything at another.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { request } from 'undici'
import { examineCognito } from '../../src/cli/doctor.js'
import { loadConfig } from '../../src/config.js'
import type { SettingsRefused } from '../../src/errors.js'
import { mergeTrees, type SettingTree } from '../../src/lib/setting-sources.js'
import { freePort } from '../fixtures/free-port.js'
import { clientSecret, secret, type TestGatewayOptions, testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'

const usualId = '1testclient0000000000000001'
const shopId = '2shopclient0000000000000002'
const shopSecret = 'shopsecret000000000000000000000000000000000000000001'

/** A gateway at two hosts: `localhost` for the usual app client, `127.0.0.1` for the shop's. */
async function twoSites(
  t: Test,
  changes: SettingTree = {},
  emulator: TestGatewayOptions['emulator'] = {},
) {
  const port = await freePort()
  const [usual, shop] = [`http://localhost:${port}`, `http://127.0.0.1:${port}`]
  const client = (id: string, own: string, origin: string, scopes: string[]) => ({
    id,
    secrets: [own],
    scopes,
    callbackUrls: [`${origin}/oauth2/callback`],
    logoutUrls: [`${origin}/oauth2/signed_out`],
  })
  const settings: SettingTree = {
    url: [usual, shop],
    cognito: {
      clients: [
        { url: shop, clientId: shopId, clientSecret: shopSecret, scopes: 'openid email phone' },
      ],
    },
    session: { refreshBefore: '0s' },
  }
  const gateway = await testGateway(t, {
    port,
    emulator,
    pool: {
      clients: [
        client(usualId, clientSecret, usual, ['openid', 'email', 'profile']),
        client(shopId, shopSecret, shop, ['openid', 'email', 'phone']),
      ],
    },
    settings: mergeTrees(settings, changes),
  })
  return { ...gateway, usual, shop, port }
}

const claimsOf = (jwt = '') =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >

async function tokenSeen(browser: PlainBrowser, url: string) {
  const { body } = await browser.fetch(`${url}/x`)
  const { headers } = JSON.parse(body) as { headers: Record<string, string> }
  return claimsOf(headers['x-forwarded-access-token'])
}

t.test('each site signs in, refreshes and signs out at its own app client', async t => {
  const { usual, shop, clock, emulator } = await twoSites(t, { identity: { accessToken: true } })
  const browser = new PlainBrowser()
  const authorize = async (url: string) => {
    const { location } = await browser.visit(`${url}/x`)
    return new URL(location ?? '').searchParams
  }
  t.match(Object.fromEntries(await authorize(usual)), {
    client_id: usualId,
    scope: 'openid email profile',
    redirect_uri: `${usual}/oauth2/callback`,
  })
  t.match(Object.fromEntries(await authorize(shop)), {
    client_id: shopId,
    scope: 'openid email phone',
    redirect_uri: `${shop}/oauth2/callback`,
  })
  await signIn(browser, `${usual}/`)
  t.equal((await browser.fetch(`${shop}/x`)).status, 401, 'signed in at one is nobody at the other')
  t.equal((await browser.follow(`${shop}/x`)).status, 200, 'Cognito knows who it is')
  t.equal((await tokenSeen(browser, usual)).client_id, usualId)
  t.equal((await tokenSeen(browser, shop)).client_id, shopId)

  const before = await tokenSeen(browser, shop)
  clock.offsetSeconds += 3600
  for (const [url, id] of [
    [usual, usualId],
    [shop, shopId],
  ] as const) {
    const after = await tokenSeen(browser, url)
    t.equal(after.client_id, id, 'refreshed')
    t.not(after.jti, before.jti)
  }
  const out = await browser.visit(`${shop}/oauth2/sign_out`)
  t.equal(new URL(out.location ?? '').searchParams.get('client_id'), shopId)
  const isRevoked = () =>
    emulator.calls.some(({ path, status }) => path === '/oauth2/revoke' && status === 200)
  while (!isRevoked()) await new Promise(resolve => setTimeout(resolve, 10))
  t.equal((await browser.fetch(`${shop}/x`)).status, 401)
  t.equal((await browser.fetch(`${usual}/x`)).status, 200, 'the other session goes on')
})

// The whole list of routes counted, and Cognito refused the sign-in with `invalid_scope`.
t.test('scopes that a route of one site asks for are not asked for at another', async t => {
  const upstream = 'http://127.0.0.1:9'
  const routes = [
    {
      host: 'localhost',
      path: '/own',
      access: 'signed-in',
      login: { scopes: ['profile'] },
      upstream,
    },
    { path: '/', access: 'signed-in', upstream },
  ]
  const { shop } = await twoSites(
    t,
    { routes },
    {
      triggers: {
        preTokenGeneration(event) {
          const accessTokenGeneration = { scopesToAdd: ['profile'] }
          event.response.claimsAndScopeOverrideDetails = { accessTokenGeneration }
          return event
        },
      },
    },
  )
  const browser = new PlainBrowser()
  await signIn(browser, `${shop}/x`)
  const { location } = await browser.visit(`${shop}/oauth2/start?rd=/x`)
  const { searchParams } = new URL(location ?? '')
  t.equal(searchParams.get('scope'), 'openid email phone')
})

t.test(
  'a session of one site is nothing at another, nor after its app client was changed',
  async t => {
    const { usual, shop, twin } = await twoSites(t)
    const browser = new PlainBrowser()
    await signIn(browser, `${shop}/`)
    const cookie = browser.cookieHeader(shop)
    const statusAt = async (url: string, host = new URL(url).host) => {
      const answer = await request(`${url}/x`, { headers: { cookie, host } })
      await answer.body.dump()
      return answer.statusCode
    }
    t.equal(await statusAt(shop), 200)
    t.equal(await statusAt(usual), 401)
    const host = new URL(shop).host
    const same = await twin()
    t.equal(await statusAt(same, host), 200, 'another instance')
    const without = await twin({ cognito: { clients: [] } })
    t.equal(await statusAt(without, host), 401, 'the usual app client')
    const other = await twin({ cognito: { clients: [{ url: shop, clientId: '3other' }] } })
    t.equal(await statusAt(other, host), 401, 'another app client of its own')
  },
)

t.test(
  'Bearer tokens count at the site of their app client, and where the list names it',
  async t => {
    const { usual, shop, twin, emulator } = await twoSites(t)
    const tokenOf = async (id: string) =>
      (await emulator.administration.tokensFor('jane', id)).access_token
    const statusAt = async (url: string, id: string, host = new URL(url).host) => {
      const authorization = `Bearer ${await tokenOf(id)}`
      const answer = await request(`${url}/x`, { headers: { authorization, host } })
      await answer.body.dump()
      return answer.statusCode
    }
    t.equal(await statusAt(usual, usualId), 200)
    t.equal(await statusAt(usual, shopId), 401)
    t.equal(await statusAt(shop, shopId), 200)
    t.equal(await statusAt(shop, usualId), 401)
    const clients = [{ url: shop, clientId: shopId, bearerClientIds: [shopId, usualId] }]
    const both = await twin({ cognito: { clients } })
    t.equal(await statusAt(both, usualId, new URL(shop).host), 200)
    t.equal(await statusAt(both, shopId, new URL(usual).host), 401)
  },
)

t.test('the metadata of an origin names its own scopes', async t => {
  const { usual, shop } = await twoSites(t, { paths: { resourceMetadata: true } })
  const scopesAt = async (url: string) => {
    const { body } = await new PlainBrowser().fetch(`${url}/.well-known/oauth-protected-resource`)
    return (JSON.parse(body) as { scopes_supported: string[] }).scopes_supported
  }
  t.strictSame(await scopesAt(usual), ['openid', 'email', 'profile'])
  t.strictSame(await scopesAt(shop), ['openid', 'email', 'phone'])
})

t.test('the doctor looks at each, and says at which site something is wrong', async t => {
  const { usual, shop, emulator, upstream } = await twoSites(t)
  const file = join(t.testdir(), 'shop-secret')
  const findings = async (shopClient: SettingTree, routes: SettingTree[] = []) => {
    const base: SettingTree = {
      url: [usual, shop],
      secrets: secret,
      cognito: {
        userPoolId: emulator.settings.poolId,
        domain: emulator.domain,
        issuer: emulator.issuer,
        clientId: usualId,
        clientSecret,
        clients: [{ url: shop, clientId: shopId, scopes: 'openid', ...shopClient }],
      },
      routes: [...routes, { path: '/', access: 'signed-in', upstream: upstream.origin }],
    }
    const found = await examineCognito(loadConfig({ env: {}, base }))
    return found.filter(({ outcome }) => outcome !== 'ok').map(({ check }) => check)
  }
  writeFileSync(file, `${shopSecret}\n`)
  t.strictSame(await findings({ clientSecretFile: file }), [])
  writeFileSync(file, 'another')
  const host = new URL(shop).host
  t.strictSame(await findings({ clientSecretFile: file }), [`client secret (${host})`])
  t.strictSame(await findings({ clientSecret: shopSecret, scopes: 'openid profile' }), [
    `scopes (${host})`,
  ])
  const route = { path: '/a', access: 'signed-in', upstream: upstream.origin, host: '127.0.0.1' }
  t.strictSame(
    await findings({ clientSecret: shopSecret }, [{ ...route, login: { scopes: ['profile'] } }]),
    [`scopes (${host})`],
    'a scope that a route asks for',
  )
})

t.test('settings of app clients: each origin is one of ours, and has one', async t => {
  const base: SettingTree = {
    url: ['https://a.example.com', 'https://b.example.com'],
    secrets: secret,
    upstream: 'http://app',
    cognito: { userPoolId: 'eu-west-1_Abc123', clientId: usualId, domain: 'my-prefix' },
  }
  const complaints = (clients: object[]) => {
    try {
      loadConfig({ env: {}, base: mergeTrees(base, { cognito: { clients } }) })
      return ''
    } catch (error) {
      return (error as SettingsRefused).complaints.join('\n')
    }
  }
  const b = { url: 'https://b.example.com', clientId: shopId }
  t.equal(complaints([b]), '')
  t.equal(complaints([{ ...b, url: ['https://a.example.com', 'https://b.example.com'] }]), '')
  const rows: [object[], RegExp][] = [
    [
      [{ ...b, url: 'https://c.example.com' }],
      /cognito\.clients\.0\.url: https:\/\/c\.example\.com is none of url/,
    ],
    [[b, b], /cognito\.clients\.1\.url: .* has an app client of its own already/],
    [[{ url: b.url }], /clientId/],
    [[{ ...b, scopes: 'email' }], /openid is needed/],
    [[{ ...b, clientSecretFile: '/nowhere/secret' }], /cannot be read \(ENOENT\)/],
  ]
  for (const [clients, expected] of rows) t.match(complaints(clients), expected)
})
