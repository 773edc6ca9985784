// Styles `alb` and `assertion` as applications check them, with the libraries that they use.
import { AlbJwtVerifier } from 'aws-jwt-verify'
import { AlbJwksCache } from 'aws-jwt-verify/alb-cache'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import t, { type Test } from 'tap'
import { request } from 'undici'
import { freePort } from '../fixtures/free-port.js'
import { secret, testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'

const albArn =
  'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/my-app/50dc6c495c0c9188'
const newSecret = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8'

type Headers = Record<string, string>

/** What an application is sent. */
async function headersAt(browser: PlainBrowser, url: string): Promise<Headers> {
  const { body, status } = await browser.fetch(url)
  if (status !== 200) throw new Error(`${status} ${body}`)
  return (JSON.parse(body) as { headers: Headers }).headers
}

/** The verifier of an application that was written for the load balancer. */
function albVerifier(gateway: string, issuer: string, clientId: string) {
  const fetched: string[] = []
  const fetch = async (uri: string) => {
    fetched.push(uri)
    // By a name of the inside, as applications reach the gateway.
    const { statusCode, body, headers } = await request(uri, { headers: { host: 'gateway' } })
    t.equal(statusCode, 200)
    t.match(headers['content-type'], 'text/plain')
    return body.arrayBuffer()
  }
  const verifier = AlbJwtVerifier.create(
    { albArn, issuer, clientId, jwksUri: `${gateway}/oauth2/public-keys` },
    { jwksCache: new AlbJwksCache({ fetcher: { fetch } }) },
  )
  return { verifier, fetched }
}

async function albGateway(t: Test) {
  const port = await freePort()
  return testGateway(t, {
    port,
    client: { callbackUrls: [`http://localhost:${port}/oauth2/idpresponse`] },
    settings: {
      paths: { callback: '/oauth2/idpresponse' },
      identity: { style: 'alb', alb: { signer: albArn } },
    },
  })
}

t.test(
  'an application written for the load balancer verifies what it is sent, as it always did',
  async t => {
    const { url, emulator } = await albGateway(t)
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    const headers = await headersAt(browser, `${url}/x`)
    const { verifier, fetched } = albVerifier(url, emulator.issuer, '1testclient0000000000000001')
    const claims = await verifier.verify(headers['x-amzn-oidc-data'] ?? '')
    t.equal(claims.sub, headers['x-amzn-oidc-identity'])
    t.match(claims, {
      email: 'jane@example.com',
      email_verified: 'true',
      username: 'jane',
      iss: emulator.issuer,
      'cognito:groups': ['staff'],
    })
    t.match(decodePadded(headers['x-amzn-oidc-data'], 0), {
      typ: 'JWT',
      alg: 'ES256',
      iss: emulator.issuer,
      client: '1testclient0000000000000001',
      signer: albArn,
      exp: claims.exp,
    })
    t.match(decodePadded(headers['x-amzn-oidc-accesstoken'], 1), { token_use: 'access' })
    t.equal(fetched.length, 1)
    const another = albVerifier(url, emulator.issuer, '2otherclient')
    await t.rejects(another.verifier.verify(headers['x-amzn-oidc-data'] ?? ''))
  },
)

t.test('each part ends in the padding that the load balancer has', async t => {
  const { url, twin } = await albGateway(t)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const padded = (await headersAt(browser, `${url}/x`))['x-amzn-oidc-data'] ?? ''
  t.ok(padded.split('.').every(part => part.length % 4 === 0))
  t.ok(padded.endsWith('=='), 'a signature of 64 bytes always has two')
  const strict = await twin({ identity: { alb: { padding: false } } })
  const plain = (await headersAt(browser, `${strict}/x`))['x-amzn-oidc-data'] ?? ''
  t.notMatch(plain, '=')
})

t.test('a token is signed once for many requests, and always good for a while', async t => {
  const { url, clock } = await albGateway(t)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const dataAt = async () => (await headersAt(browser, `${url}/x`))['x-amzn-oidc-data'] ?? ''
  const first = await dataAt()
  t.equal(await dataAt(), first)
  for (let passed = 0; passed < 300; passed += 17) {
    clock.offsetSeconds += 17
    const { exp } = decodePadded(await dataAt(), 0) as { exp: number }
    t.ok(exp - (Date.now() / 1000 + clock.offsetSeconds) > 35, `after ${passed}`)
  }
  t.not(await dataAt(), first)
})

t.test('the same keys at every instance; after a rotation the old one is still there', async t => {
  const { url, twin, emulator } = await albGateway(t)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const before = (await headersAt(browser, `${url}/x`))['x-amzn-oidc-data'] ?? ''
  const same = await twin()
  t.ok(
    await albVerifier(same, emulator.issuer, '1testclient0000000000000001').verifier.verify(before),
  )
  const rotated = await twin({ secrets: [newSecret, secret] })
  const { verifier } = albVerifier(rotated, emulator.issuer, '1testclient0000000000000001')
  const after = (await headersAt(browser, `${rotated}/x`))['x-amzn-oidc-data'] ?? ''
  t.ok(await verifier.verify(before))
  t.ok(await verifier.verify(after))
  t.not(
    (decodePadded(before, 0) as { kid: string }).kid,
    (decodePadded(after, 0) as { kid: string }).kid,
  )
  const unknown = await request(`${url}/oauth2/public-keys/00000000-0000-4000-8000-000000000000`)
  await unknown.body.dump()
  t.equal(unknown.statusCode, 404)
})

t.test('nobody else can send them, on any route, under any spelling', async t => {
  const { url, upstream } = await albGateway(t)
  const lies = {
    'x-amzn-oidc-data': 'lie',
    X_Amzn_Oidc_Identity: 'lie',
    'x-amzn.oidc.accesstoken': 'lie',
    'x-gateway-assertion': 'lie',
    X_GATEWAY_ASSERTION: 'lie',
  }
  const answer = await request(`${url}/public/x`, { headers: lies })
  await answer.body.dump()
  t.equal(answer.statusCode, 200)
  t.notMatch(JSON.stringify(upstream.seen.at(-1)?.rawHeaders), 'lie')
})

t.test('assertion: good for one route, checked with the published keys', async t => {
  const gateway = await testGateway(t, {
    settings: { identity: { style: ['forwarded', 'assertion'], assertion: { ttl: '90s' } } },
  })
  const { url, clock } = gateway
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`, 'admin')
  const keys = createRemoteJWKSet(new URL(`${url}/oauth2/jwks`))
  const tokenAt = async (path: string) =>
    (await headersAt(browser, url + path))['x-gateway-assertion'] ?? ''
  const ofAdmin = await tokenAt('/admin/x')
  const { payload } = await jwtVerify(ofAdmin, keys, { issuer: url, audience: '/admin' })
  t.match(payload, {
    preferred_username: 'admin',
    email: 'admin@example.com',
    email_verified: true,
    groups: ['admins', 'staff'],
  })
  t.equal((payload.exp ?? 0) - (payload.iat ?? 0), 90)
  await t.rejects(jwtVerify(await tokenAt('/x'), keys, { issuer: url, audience: '/admin' }))
  t.equal(await tokenAt('/admin/y'), ofAdmin)
  clock.offsetSeconds += 61
  const later = await tokenAt('/admin/x')
  t.not(later, ofAdmin)
  t.equal(decodeProtectedHeader(later).kid, decodeProtectedHeader(ofAdmin).kid)
})

t.test('a proxy that asks first gets them for the route that it asks about', async t => {
  const { url } = await testGateway(t, {
    settings: {
      trustedProxies: ['127.0.0.1', '::1'],
      identity: { style: ['alb', 'assertion'], alb: { signer: albArn } },
    },
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`, 'admin')
  const ask = (path: string) => browser.fetch(`${url}/oauth2/auth`, { 'x-original-uri': path })
  const audienceOf = (token: unknown) => (decodePadded(String(token), 1) as { aud: string }).aud
  t.equal(audienceOf((await ask('/admin/x')).headers['x-gateway-assertion']), '/admin')
  const { headers, status } = await ask('/x')
  t.equal(status, 202)
  t.equal(audienceOf(headers['x-gateway-assertion']), '/')
  t.ok(headers['x-amzn-oidc-data'])
  const nobody = await new PlainBrowser().fetch(`${url}/oauth2/auth`, {
    'x-original-uri': '/public/x',
  })
  t.equal(nobody.headers['x-amzn-oidc-data'], '', 'there, and empty')
})

function decodePadded(token: string | undefined, part: number): object {
  return JSON.parse(Buffer.from(token?.split('.')[part] ?? '', 'base64url').toString()) as object
}
