// API clients: a Bearer token is the only proof of who sends it, and all bad ones look alike.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { request } from 'undici'
import { clientSecret, type TestGateway, testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'

const clientId = '1testclient0000000000000001'

async function ask(url: string, headers: Record<string, string | string[]> = {}) {
  const answer = await request(url, { headers: { accept: '*/*', ...headers } })
  const body = await answer.body.text()
  return { status: answer.statusCode, headers: answer.headers, body }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

function jwksCalls({ emulator }: TestGateway): number {
  return emulator.calls.filter(({ path }) => path.endsWith('jwks.json')).length
}

t.test('an access token is who it says, and cookies beside it are not looked at', async t => {
  const gateway = await testGateway(t)
  const { url, emulator, upstream } = gateway
  const { access_token: token } = await emulator.administration.tokensFor('jane', clientId)
  const answer = await ask(`${url}/x`, bearer(token))
  t.equal(answer.status, 200)
  t.match(JSON.parse(answer.body), {
    headers: {
      'x-forwarded-preferred-username': 'jane',
      'x-forwarded-groups': 'staff',
      authorization: `Bearer ${token}`,
    },
  })
  const admin = new PlainBrowser()
  await signIn(admin, `${url}/`, 'admin')
  const both = await ask(`${url}/x`, { ...bearer(token), cookie: admin.cookieHeader(url) })
  t.match(both.body, '"x-forwarded-preferred-username":"jane"')
  const bad = await ask(`${url}/x`, { ...bearer('bad'), cookie: admin.cookieHeader(url) })
  t.equal(bad.status, 401, 'a good cookie does not help a bad token')
  const seen = upstream.seen.length
  t.equal((await ask(`${url}/x?access_token=${token}`)).status, 401, 'in the query it is nothing')
  const form = { method: 'POST', body: new URLSearchParams({ access_token: token }) }
  t.equal((await fetch(`${url}/x`, form)).status, 401, 'nor in the body')
  t.equal(upstream.seen.length, seen)
  t.equal((await ask(`${url}/public`, bearer('bad'))).status, 200, 'where nobody is asked for')
})

t.test('groups of the token decide; a refusal says insufficient_scope', async t => {
  const { url, emulator } = await testGateway(t)
  const tokenOf = async (name: string) =>
    (await emulator.administration.tokensFor(name, clientId)).access_token
  t.equal((await ask(`${url}/admin`, bearer(await tokenOf('admin')))).status, 200)
  const refused = await ask(`${url}/admin`, bearer(await tokenOf('jane')))
  t.equal(refused.status, 403)
  t.match(
    refused.headers['www-authenticate'],
    /^Bearer error="insufficient_scope", resource_metadata="/,
  )
})

t.test('every bad token gets the same answer, and the log the reason', async t => {
  const gateway = await testGateway(t)
  const { url, emulator, clock, lines } = gateway
  const { access_token: good, id_token: idToken } = await emulator.administration.tokensFor(
    'jane',
    clientId,
  )
  const [head = '', payload = '', signature = ''] = good.split('.')
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
  const rows: [string, string][] = [
    ['nothing', ''],
    ['a word', 'x'],
    ['an ID token', idToken ?? ''],
    ['another signature', `${head}.${payload}.${signature.split('').reverse().join('')}`],
    ['no signature', `${head}.${payload}.`],
    ['alg none', `${encode({ alg: 'none' })}.${payload}.`],
    ['alg HS256', `${encode({ alg: 'HS256', kid: 'x' })}.${payload}.${signature}`],
    ['other claims', `${head}.${encode({ ...claims, sub: 'other' })}.${signature}`],
    ['of another client', `${head}.${encode({ ...claims, client_id: 'other' })}.${signature}`],
    [
      'of another pool',
      `${head}.${encode({ ...claims, iss: 'https://evil.example' })}.${signature}`,
    ],
    ['without exp', `${head}.${encode({ ...claims, exp: undefined })}.${signature}`],
    ['bad encoding', '%%%.%%%.%%%'],
    ['very long', 'x'.repeat(20_000)],
  ]
  t.equal((await ask(`${url}/x`, bearer(good))).status, 200, 'remembered from here on')
  const bodies = new Set<string>()
  for (const [why, token] of rows) {
    lines.length = 0
    const answer = await ask(`${url}/x`, bearer(token))
    t.equal(answer.status, 401, why)
    t.match(
      answer.headers['www-authenticate'],
      /^Bearer error="invalid_token", resource_metadata="/,
    )
    bodies.add(answer.body.replace(/"id":"[^"]*"/, ''))
    const line = lines.find(text => text.includes('GW_ERR_TOKEN_INVALID')) ?? ''
    t.match(line, /"reason":"./, why)
    if (token.length > 10) t.notMatch(line, token.slice(0, 40))
  }
  t.equal(bodies.size, 1, 'the same words')
  const again = await ask(`${url}/x`, bearer(`${head}.${payload}.${signature}`))
  t.equal(again.status, 200)
  const spelled = await ask(`${url}/x`, bearer(`${head}.${payload}=.${signature}`))
  t.equal(spelled.status, 401, 'in another spelling')
  t.equal((await ask(`${url}/x`, bearer(good))).status, 200, 'the good neighbour')
  clock.offsetSeconds = 3700
  t.equal((await ask(`${url}/x`, bearer(good))).status, 401, 'not remembered past its end')
})

t.test('other schemes, odd headers, and applications with a scheme of their own', async t => {
  const gateway = await testGateway(t)
  const { url, emulator } = gateway
  const { access_token: token } = await emulator.administration.tokensFor('jane', clientId)
  const basic = { authorization: 'Basic amFuZTp4' }
  const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
  const refused = await ask(`${url}/x`, { ...basic, ...page })
  t.equal(refused.status, 401, 'a program is not sent to a page')
  t.match(refused.headers['www-authenticate'], /^Bearer resource_metadata="/)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const own = await ask(`${url}/x`, { ...basic, cookie: browser.cookieHeader(url) })
  t.equal(own.status, 200, 'beside a session it is the application’s')
  t.match(own.body, '"authorization":"Basic amFuZTp4"')
  t.equal((await ask(`${url}/x`, { authorization: `bEARER   ${token} ` })).status, 200)
  const twice = await ask(`${url}/x`, { authorization: [`Bearer ${token}`, 'Basic x'] })
  t.equal(twice.status, 400, 'the application might take the other')
})

// Beside a session other schemes are the application's; nobody may bring it a Bearer token that way unseen.
t.test('a Bearer token in an odd spelling is a bad one, also beside a session', async t => {
  const { url, upstream, emulator } = await testGateway(t)
  const { access_token: token } = await emulator.administration.tokensFor('jane', clientId)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const cookie = browser.cookieHeader(url)
  upstream.seen.length = 0
  const rows: [string, string | string[], number][] = [
    ['a tab', `Bearer\t${token}`, 401],
    ['a space of Latin-1', `Bearer\xa0${token}`, 401],
    ['a comma', `bearer,${token}`, 401],
    ['two tokens', `Bearer ${token} ${token}`, 401],
    ['the second of a list', `Basic x, Bearer ${token}`, 400],
    ['the second of two lines', ['Basic x', `Bearer ${token}`], 400],
    ['two lines of other schemes', ['Basic x', 'Basic y'], 400],
  ]
  for (const [why, authorization, status] of rows) {
    t.equal((await ask(`${url}/x`, { authorization, cookie })).status, status, why)
  }
  t.strictSame(upstream.seen, [])
  const neighbours = ['Basic x', 'Bearerish x', 'Digest username="bearer", realm="a, b"', '']
  for (const authorization of neighbours) {
    t.equal((await ask(`${url}/x`, { authorization, cookie })).status, 200, authorization)
  }
})

t.test('a route may want ID tokens, and the settings may name further clients', async t => {
  const gateway = await testGateway(t)
  const { url, emulator, upstream } = gateway
  const { id_token: idToken = '', access_token: accessToken } =
    await emulator.administration.tokensFor('jane', clientId)
  const other = await gateway.twin({
    cognito: { bearerClientIds: ['other', clientId] },
    routes: [
      { path: '/id', access: 'signed-in', tokenUse: 'id', upstream: upstream.origin },
      { path: '/', access: 'signed-in', upstream: upstream.origin },
    ],
  })
  t.equal((await ask(`${other}/id`, bearer(idToken))).status, 200)
  t.match((await ask(`${other}/id`, bearer(idToken))).body, 'jane@example.com')
  t.equal((await ask(`${other}/id`, bearer(accessToken))).status, 401)
  t.equal((await ask(`${other}/x`, bearer(accessToken))).status, 200)
  const elsewhere = await gateway.twin({ cognito: { bearerClientIds: ['other'] } })
  t.equal((await ask(`${elsewhere}/x`, bearer(accessToken))).status, 401)
  t.equal((await ask(`${url}/x`, bearer(accessToken))).status, 200)
})

t.test('the protected resource says who issues its tokens (RFC 9728)', async t => {
  const { url, emulator } = await testGateway(t)
  const { headers } = await ask(`${url}/x`)
  const [, where = ''] =
    /resource_metadata="([^"]*)"/.exec(String(headers['www-authenticate'])) ?? []
  t.equal(where, `${url}/.well-known/oauth-protected-resource`)
  const answer = await ask(where)
  t.equal(answer.status, 200)
  t.strictSame(JSON.parse(answer.body), {
    resource: url,
    authorization_servers: [emulator.issuer],
    scopes_supported: ['openid', 'email', 'profile'],
    bearer_methods_supported: ['header'],
  })
})

t.test('an application may have a resource metadata of its own', async t => {
  const gateway = await testGateway(t)
  const { origin } = gateway.upstream
  const path = '/.well-known/oauth-protected-resource'
  const url = await gateway.twin({
    paths: { resourceMetadata: false },
    routes: [
      { path, access: 'public', upstream: origin },
      { path: '/', access: 'signed-in', upstream: origin },
    ],
  })
  t.match((await ask(url + path)).body, `"url":"${path}"`)
  const bad = await ask(`${url}/x`, bearer('bad'))
  t.equal(bad.headers['www-authenticate'], 'Bearer error="invalid_token"')
  t.equal((await ask(`${url}/x`)).headers['www-authenticate'], 'Bearer')
  t.equal((await ask(`${gateway.url}${path}/x`)).status, 401, 'below it is nothing of ours')
})

t.test('no key can be had: 503, and nobody is let in; later by itself', async t => {
  const jwks = '/.well-known/jwks.json'
  const gateway = await testGateway(t, {
    prepare: ({ faults }) => faults.set(jwks, { status: 500 }),
  })
  const { url, emulator, clock } = gateway
  const { access_token: token } = await emulator.administration.tokensFor('jane', clientId)
  const answer = await ask(`${url}/x`, bearer(token))
  t.equal(answer.status, 503)
  t.ok(Number(answer.headers['retry-after']) > 0)
  emulator.faults.clear()
  clock.offsetSeconds = 15
  emulator.faults.clockOffsetSeconds = 15
  t.equal((await ask(`${url}/x`, bearer(token))).status, 200)
})

t.test(
  '10,000 tokens of unknown keys look for keys once, and good tokens pass meanwhile',
  async t => {
    const gateway = await testGateway(t)
    const { url, emulator } = gateway
    const { access_token: good } = await emulator.administration.tokensFor('jane', clientId)
    t.equal((await ask(`${url}/x`, bearer(good))).status, 200)
    const [before, begun] = [jwksCalls(gateway), Date.now()]
    const [, payload = '', signature = ''] = good.split('.')
    const forged = (n: number) => {
      const head = Buffer.from(JSON.stringify({ alg: 'RS256', kid: `unknown-${n}` }))
      return `${head.toString('base64url')}.${payload}.${signature}`
    }
    const statuses = new Set<number>()
    for (let n = 0; n < 10_000; n += 250) {
      const flood = Array.from({ length: 250 }, (_, at) => ask(`${url}/x`, bearer(forged(n + at))))
      for (const { status } of await Promise.all(flood)) statuses.add(status)
      t.equal((await ask(`${url}/x`, bearer(good))).status, 200)
    }
    t.notOk(
      [...statuses].some(status => ![401, 503].includes(status)),
      [...statuses].join(),
    )
    // Once in ten seconds, however long a busy machine takes.
    const looks = jwksCalls(gateway) - before
    t.ok(looks <= 2 + (Date.now() - begun) / 10_000, `${looks} looks`)
  },
)

// Project Wycheproof's vectors: https://github.com/C2SP/wycheproof (Apache-2.0), reduced to the signatures.
t.test('Wycheproof’s signatures are no tokens of ours: 401 each, and no call', async t => {
  const file = new URL('../fixtures/wycheproof/json-web-signature.json', import.meta.url)
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as { id: number; jws: unknown }[]
  t.ok(vectors.length > 300)
  const gateway = await testGateway(t)
  const { url, upstream, adminUrl } = gateway
  while ((await fetch(`${adminUrl}/readyz`)).status !== 200) await new Promise(setImmediate)
  const before = jwksCalls(gateway)
  for (const { id, jws } of vectors) {
    const text = typeof jws === 'string' ? jws : JSON.stringify(jws)
    const answer = await ask(`${url}/x`, bearer(text.replaceAll(/[^\x20-\x7e]/g, '')))
    t.equal(answer.status, 401, `${id}`)
  }
  t.equal(jwksCalls(gateway), before)
  t.strictSame(upstream.seen, [])
})

t.test('the client’s secret is in no log line', async t => {
  const { url, lines, emulator } = await testGateway(t)
  const { access_token: token } = await emulator.administration.tokensFor('jane', clientId)
  await ask(`${url}/x`, bearer(token))
  await ask(`${url}/x`, bearer(`${token}x`))
  t.notOk(lines.some(line => line.includes(clientSecret) || line.includes(token)))
})
