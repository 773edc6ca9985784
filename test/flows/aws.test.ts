// From a sign-in to AWS: credentials for pages and programs, and requests signed with them, against the emulator's identity
// pool and STS by AWS's own clients.
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fromHttp } from '@aws-sdk/credential-provider-http'
import t, { type Test } from 'tap'
import { request } from 'undici'
import { type ArrivedRequest, complaintOfSignature } from '../fixtures/aws-service.js'
import { type TestGateway, type TestGatewayOptions, testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'
import { type Certificate, selfSigned } from '../fixtures/tls-front.js'

const identityPoolId = 'us-east-1:11111111-2222-4333-8444-555555555555'
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`
const groups = [
  { name: 'staff', roleArn: role('staff'), precedence: 2 },
  { name: 'admins', roleArn: role('admins'), precedence: 1 },
]

type Changes = Record<string, unknown>

async function awsGateway(
  t: Test,
  {
    aws = {},
    identityPool = {},
    settings = {},
    ...options
  }: { aws?: Changes; identityPool?: Changes } & TestGatewayOptions = {},
) {
  const gateway = await testGateway(t, {
    ...options,
    pool: {
      groups,
      identityPools: [{ id: identityPoolId, authenticatedRole: role('user'), ...identityPool }],
    },
    settings: { ...settings, session: { refreshBefore: '0s' } },
  })
  const endpoint = gateway.emulator.domain
  const url = await gateway.twin({
    aws: { identityPoolId, endpoint, credentialsEndpoint: true, ...aws },
  })
  return { ...gateway, url, signInUrl: gateway.url }
}

interface Given {
  readonly AccessKeyId: string
  readonly SecretAccessKey: string
  readonly Token: string
  readonly Expiration: string
  readonly RoleArn?: string
}

async function credentialsAt(browser: PlainBrowser, url: string) {
  const answer = await browser.fetch(`${url}/oauth2/aws-credentials`)
  return { ...answer, given: JSON.parse(answer.body) as Given }
}

const roleBehind = ({ emulator }: TestGateway, { AccessKeyId }: Given) =>
  emulator.administration.awsSession(AccessKeyId)?.roleArn

t.test(
  'a page gets the credentials of its user, the same until shortly before their end',
  async t => {
    const gateway = await awsGateway(t)
    const { url, signInUrl, clock, lines } = gateway
    const browser = new PlainBrowser()
    await signIn(browser, `${signInUrl}/`)
    const { status, headers, given } = await credentialsAt(browser, url)
    t.equal(status, 200)
    t.equal(headers['cache-control'], 'no-store')
    t.match(given, { AccessKeyId: /^ASIA/, Expiration: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/ })
    t.notOk('RoleArn' in given, 'the identity pool does not say which role it chose')
    t.equal(roleBehind(gateway, given), role('user'))
    t.strictSame((await credentialsAt(browser, url)).given, given)
    clock.offsetSeconds += 3000
    t.strictSame((await credentialsAt(browser, url)).given, given)
    t.equal(lines.filter(line => line.includes('"AWS credentials"')).length, 1)
    const { SecretAccessKey, Token } = given
    t.notOk(lines.some(line => line.includes(SecretAccessKey) || line.includes(Token)))
  },
)

t.test('fifty at once are one fetch', async t => {
  const { url, signInUrl, lines } = await awsGateway(t)
  const browser = new PlainBrowser()
  await signIn(browser, `${signInUrl}/`)
  const all = await Promise.all(Array.from({ length: 50 }, () => credentialsAt(browser, url)))
  t.equal(new Set(all.map(({ given }) => given.AccessKeyId)).size, 1)
  t.equal(lines.filter(line => line.includes('"AWS credentials"')).length, 1)
})

t.test(
  'only a script of the same origin gets them, and only where the settings say so',
  async t => {
    const { url, signInUrl } = await awsGateway(t)
    const browser = new PlainBrowser()
    await signIn(browser, `${signInUrl}/`)
    const rows: [string, Record<string, string>, number][] = [
      ['same origin', {}, 200],
      ['a sibling host', { 'sec-fetch-site': 'same-site' }, 403],
      ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
      ['the address bar', { 'sec-fetch-site': 'none', 'sec-fetch-dest': 'document' }, 403],
      ['a navigation of ours', { 'sec-fetch-dest': 'document' }, 403],
      ['a script element', { 'sec-fetch-dest': 'script' }, 403],
    ]
    for (const [why, headers, expected] of rows) {
      const { status, body } = await browser.fetch(`${url}/oauth2/aws-credentials`, headers)
      t.equal(status, expected, why)
      if (expected !== 200) t.notMatch(body, 'ASIA')
    }
    const unsaid = await request(`${url}/oauth2/aws-credentials`, {
      headers: { cookie: browser.cookieHeader(url) },
    })
    await unsaid.body.dump()
    t.equal(unsaid.statusCode, 403, 'who says nothing')
    t.equal((await new PlainBrowser().fetch(`${url}/oauth2/aws-credentials`)).status, 401, 'nobody')
    const off = await browser.fetch(`${signInUrl}/oauth2/aws-credentials`)
    t.equal(off.status, 404, 'switched off')
  },
)

t.test('an AWS SDK reads them as from a container, with an ID token', async t => {
  const gateway = await awsGateway(t)
  const { emulator, url } = gateway
  const tokens = await emulator.administration.tokensFor('jane', '1testclient0000000000000001')
  const provide = fromHttp({
    awsContainerCredentialsFullUri: `${url.replace('localhost', '127.0.0.1')}/oauth2/aws-credentials`,
    awsContainerAuthorizationToken: `Bearer ${tokens.id_token}`,
  })
  await t.rejects(provide(), 'another host than the public one')
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = await fromHttp({
    awsContainerCredentialsFullUri: `${url}/oauth2/aws-credentials`,
    awsContainerAuthorizationToken: `Bearer ${tokens.id_token}`,
  })()
  const known = emulator.administration.awsSession(accessKeyId)
  t.match(known, { secretAccessKey, sessionToken, roleArn: role('user') })
  t.ok((expiration?.getTime() ?? 0) > Date.now())
  const byAccess = await request(`${url}/oauth2/aws-credentials`, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  })
  await byAccess.body.dump()
  t.equal(byAccess.statusCode, 401, 'an access token is no proof to AWS')
})

t.test('roles: by rule, by the token, by the identity pool; in both flows', async t => {
  const rules = [{ access: { groups: ['admins'] }, role: role('admins') }]
  const rows: [string, Changes, Changes, string, string][] = [
    ['a rule of ours', { roles: rules }, {}, 'admin', 'admins'],
    ['no rule of ours, so the pool chooses', { roles: rules }, {}, 'jane', 'user'],
    ['the token', { role: 'token' }, {}, 'jane', 'staff'],
    ['the pool by the token', {}, { roleMapping: { type: 'Token' } }, 'jane', 'staff'],
    ['basic: the token', { flow: 'basic' }, {}, 'admin', 'admins'],
    ['basic: everybody the same', { flow: 'basic', role: role('user') }, {}, 'jane', 'user'],
  ]
  for (const [why, aws, identityPool, user, expected] of rows) {
    const gateway = await awsGateway(t, { aws, identityPool })
    const browser = new PlainBrowser()
    await signIn(browser, `${gateway.signInUrl}/`, user)
    const { given, status } = await credentialsAt(browser, gateway.url)
    t.equal(status, 200, why)
    t.equal(roleBehind(gateway, given), role(expected), why)
  }
})

t.test(
  'every refusal of AWS: which code, why in the log, and none of its text on a page',
  async t => {
    const elsewhere = 'eu-west-1:11111111-2222-4333-8444-555555555555'
    const rows: [string, Changes, Changes, string, RegExp][] = [
      [
        'a role that is not in the token',
        { role: role('boss') },
        {},
        'GW_ERR_AWS_REFUSED',
        /stands not in cognito:roles/,
      ],
      [
        'a pool of another Region',
        { identityPoolId: elsewhere },
        {},
        'GW_ERR_AWS_MISCONFIGURED',
        /no such identity pool in the Region/,
      ],
      [
        'an app client that is not linked',
        {},
        { clients: ['another'] },
        'GW_ERR_AWS_REFUSED',
        /names another app client/,
      ],
      [
        'a pool without a role',
        {},
        { authenticatedRole: undefined },
        'GW_ERR_AWS_MISCONFIGURED',
        /has no role for people who are signed in/,
      ],
      [
        'basic: a role that does not trust',
        { flow: 'basic', role: role('boss') },
        {},
        'GW_ERR_AWS_REFUSED',
        /trust policy/,
      ],
      [
        'basic: switched off',
        { flow: 'basic' },
        { basicFlow: false },
        'GW_ERR_AWS_MISCONFIGURED',
        /basic flow is switched off/,
      ],
      [
        'nobody answers',
        { endpoint: 'http://127.0.0.1:9' },
        {},
        'GW_ERR_AWS_UNAVAILABLE',
        /could not be reached/,
      ],
    ]
    for (const [why, aws, identityPool, code, cause] of rows) {
      const gateway = await awsGateway(t, { aws, identityPool })
      const browser = new PlainBrowser()
      await signIn(browser, `${gateway.signInUrl}/`)
      const { body } = await credentialsAt(browser, gateway.url)
      t.match(body, code, why)
      t.notMatch(body, /Access to|arn:aws|Invalid|IdentityPool|not found|Exception/, why)
      t.ok(
        gateway.lines.some(line => cause.test(line)),
        `${why}: in the log`,
      )
    }
  },
)

t.test('a session that ended: its credentials are fetched for nobody again', async t => {
  const { url, signInUrl, lines } = await awsGateway(t)
  const browser = new PlainBrowser()
  await signIn(browser, `${signInUrl}/`)
  const { given } = await credentialsAt(browser, url)
  const copied = browser.cookieHeader(url)
  await browser.visit(`${url}/oauth2/sign_out`)
  const answer = await request(`${url}/oauth2/aws-credentials`, {
    headers: { cookie: copied, 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'empty' },
  })
  t.equal(answer.statusCode, 401)
  t.notMatch(await answer.body.text(), given.AccessKeyId)
  t.equal(lines.filter(line => line.includes('"AWS credentials"')).length, 1)
})

/** A service behind the gateway that looks at signatures. */
async function signedService(t: Test, { emulator }: TestGateway, certificate?: Certificate) {
  const arrived: ArrivedRequest[] = []
  const listener: RequestListener = async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const { method = '', url = '', headers } = incoming
    const one = { method, url, headers, body: Buffer.concat(chunks) }
    arrived.push(one)
    const complaint = complaintOfSignature(
      one,
      id => emulator.administration.awsSession(id) ?? null,
    )
    response.writeHead(complaint === null ? 200 : 403)
    response.end(complaint ?? `signed, ${one.body.length} bytes`)
  }
  const server =
    certificate === undefined ? createServer(listener) : createHttpsServer(certificate, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { arrived, host, origin: `${certificate === undefined ? 'http' : 'https'}://${host}` }
}

const nothing: ArrivedRequest = { method: '', url: '', headers: {}, body: Buffer.alloc(0) }
const lastOf = ({ arrived }: { arrived: ArrivedRequest[] }) => arrived.at(-1) ?? nothing
const firstOf = ({ arrived }: { arrived: ArrivedRequest[] }) => arrived[0] ?? nothing

async function signedGateway(t: Test, route: Changes = {}, certificate?: Certificate) {
  const gateway = await testGateway(t, {
    pool: { groups, identityPools: [{ id: identityPoolId, authenticatedRole: role('user') }] },
  })
  const service = await signedService(t, gateway, certificate)
  const url = await gateway.twin({
    aws: { identityPoolId, endpoint: gateway.emulator.domain },
    identity: { style: ['forwarded', 'bearer'] },
    routes: [
      {
        path: '/',
        access: 'signed-in',
        upstream: service.origin,
        sigv4: { service: 'execute-api', region: 'us-east-1' },
        maxBody: '100KB',
        ...route,
      },
    ],
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${gateway.url}/`)
  return { ...gateway, url, service, browser }
}

t.test('requests are signed with the user’s own credentials, as the service sees them', async t => {
  const { url, service, browser, emulator } = await signedGateway(t)
  const rows: { path: string; method?: string; headers?: Record<string, string>; body?: string }[] =
    [
      { path: '/' },
      { path: '/prod/items?b=2&a=1&a=0&q=x+y' },
      { path: '/prod/%ED%95%9C(a)!/x' },
      {
        path: '/prod/items',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"a":1}',
      },
      { path: '/prod/items', method: 'PUT', body: 'x'.repeat(90_000) },
      { path: '/prod/items/1', method: 'DELETE' },
      { path: '/prod', headers: { 'x-amz-meta-a': '1', authorization: 'Basic lie' } },
      {
        path: '/prod',
        headers: { 'x-amz-date': '20000101T000000Z', 'x-amz-security-token': 'lie' },
      },
    ]
  for (const { path, headers = {}, ...rest } of rows) {
    const answer = await browser.visit(url + path, { headers: { ...own, ...headers }, ...rest })
    t.equal(
      answer.status,
      200,
      `${path} ${JSON.stringify({ headers, ...rest }).slice(0, 80)}: ${answer.body.slice(0, 200)}`,
    )
    const { headers: seen } = lastOf(service)
    t.equal(seen.host, service.host)
    t.match(seen['x-forwarded-host'], /^localhost:/)
    t.match(seen['x-forwarded-preferred-username'], 'jane')
    t.notMatch(JSON.stringify(seen), /lie|cgw-/)
  }
  const { headers } = firstOf(service)
  const [, id = ''] = /Credential=(\w+)\//.exec(headers.authorization ?? '') ?? []
  t.equal(emulator.administration.awsSession(id)?.roleArn, role('user'))
})

t.test(
  'bodies that come in pieces are read whole and signed; too large ones are refused',
  async t => {
    const { url, service, browser } = await signedGateway(t)
    const headers = { cookie: browser.cookieHeader(url), 'sec-fetch-site': 'same-origin' }
    async function* pieces(count: number) {
      for (let n = 0; n < count; n++) yield Buffer.alloc(10_000, 97)
    }
    const send = async (count: number) => {
      const answer = await request(`${url}/x`, {
        method: 'POST',
        headers,
        body: Readable.from(pieces(count)),
      })
      return [answer.statusCode, await answer.body.text()] as const
    }
    t.strictSame(await send(9), [200, 'signed, 90000 bytes'])
    t.equal((await send(11))[0], 413)
    t.equal(service.arrived.length, 1)
  },
)

t.test(
  'nobody is signed for: neither who is not signed in nor who has an access token alone',
  async t => {
    const { url, service, emulator, lines } = await signedGateway(t)
    t.equal((await new PlainBrowser().fetch(`${url}/x`)).status, 401)
    const tokens = await emulator.administration.tokensFor('jane', '1testclient0000000000000001')
    const answer = await request(`${url}/x`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    t.equal(answer.statusCode, 403)
    t.match(await answer.body.text(), 'GW_ERR_AWS_REFUSED')
    t.ok(lines.some(line => line.includes('there is no ID token')))
    t.equal(service.arrived.length, 0)
  },
)

t.test('a Bearer ID token signs as its person; upgrades are not let through', async t => {
  const { url, service, emulator } = await signedGateway(t, { tokenUse: 'id' })
  const tokens = await emulator.administration.tokensFor('admin', '1testclient0000000000000001')
  const authorization = `Bearer ${tokens.id_token}`
  const answer = await request(`${url}/x`, { headers: { authorization } })
  t.equal(answer.statusCode, 200, await answer.body.text())
  t.match(service.arrived.at(-1)?.headers['x-forwarded-preferred-username'], 'admin')
  const upgrade = await request(`${url}/x`, {
    headers: { authorization, origin: url },
    upgrade: 'websocket',
  }).catch((error: Error) => error)
  t.ok(upgrade instanceof Error || upgrade.statusCode >= 400)
  t.equal(service.arrived.length, 1)
})

const own = {
  'sec-fetch-site': 'same-origin',
  'sec-fetch-dest': 'empty',
  'sec-fetch-mode': 'cors',
}

t.test(
  'to S3 over https bodies stream, and the signature says that it leaves them out',
  async t => {
    const certificate = selfSigned(t)
    const route = {
      sigv4: { service: 's3', region: 'us-east-1' },
      tls: { ca: join(t.testdirName, 'cert.pem') },
    }
    const { url, service, browser } = await signedGateway(t, route, certificate)
    const { status, body } = await browser.visit(`${url}/bucket/key%20with(odd)!?acl`, {
      method: 'PUT',
      headers: own,
      body: 'x'.repeat(50_000),
    })
    t.equal(status, 200, body)
    const { headers, url: target, body: seen } = lastOf(service)
    t.equal(headers['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD')
    t.equal(target, '/bucket/key%20with%28odd%29%21?acl')
    t.equal(seen.length, 50_000)
    const large = await browser.visit(`${url}/b/k`, {
      method: 'PUT',
      headers: own,
      body: 'x'.repeat(200_000),
    })
    t.equal(large.status, 413)
    t.equal((await browser.visit(`${url}/b/k`, { headers: own })).status, 200)
    t.not(lastOf(service).headers['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD', 'no body')
  },
)

t.test('to S3 over plain http bodies are signed', async t => {
  const sigv4 = { service: 's3', region: 'us-east-1' }
  const { url, service, browser } = await signedGateway(t, { sigv4 })
  const { status } = await browser.visit(`${url}/b/k`, { method: 'PUT', headers: own, body: 'x' })
  t.equal(status, 200)
  t.match(lastOf(service).headers['x-amz-content-sha256'], /^[0-9a-f]{64}$/)
})
