// Pages of other origins: preflights, answers and refusals, as a route says.
import t, { type Test } from 'tap'
import { request } from 'undici'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'

const spa = 'https://spa.example.com'
const evil = 'https://evil.example'

async function gatewayWithCors(t: Test) {
  const gateway = await testGateway(t)
  const { origin: upstream } = gateway.upstream
  const url = await gateway.twin({
    routes: [
      {
        path: '/api',
        methods: ['GET', 'POST'],
        access: 'signed-in',
        upstream,
        cors: { origins: [spa] },
      },
      {
        path: '/open',
        access: 'public',
        upstream,
        cors: { origins: ['*'], credentials: false, headers: [], expose: ['X-Total'] },
      },
      { path: '/own', access: 'signed-in', upstream, cors: 'application' },
      { path: '/closed', access: 'deny', cors: 'application' },
      { path: '/', access: 'signed-in', upstream },
    ],
  })
  gateway.upstream.answer = (_request, response) => {
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('vary', 'Accept')
    response.end('of the application')
  }
  const ask = async (method: string, path: string, headers: Record<string, string>) => {
    const answer = await request(`${url}${path}`, { method: method as 'GET', headers })
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() }
  }
  return { ...gateway, url, ask }
}

const preflight = (origin: string, method = 'POST') => ({
  origin,
  'access-control-request-method': method,
  'access-control-request-headers': 'content-type',
})

t.test('preflights are answered as the route says, and cost no upstream call', async t => {
  const { ask, upstream } = await gatewayWithCors(t)
  const allowed = await ask('OPTIONS', '/api/x', preflight(spa))
  t.equal(allowed.status, 204)
  t.match(allowed.headers, {
    'access-control-allow-origin': spa,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'Authorization, Content-Type',
    'access-control-max-age': '600',
    vary: 'Origin',
  })
  const foreign = await ask('OPTIONS', '/api/x', preflight(evil))
  t.equal(foreign.status, 403)
  t.notOk(foreign.headers['access-control-allow-origin'])
  t.match(await ask('OPTIONS', '/open', preflight(evil)), {
    status: 204,
    headers: { 'access-control-allow-origin': '*' },
  })
  const without = await ask('OPTIONS', '/other', preflight(spa))
  t.equal(without.status, 401, 'a route that says nothing: a request like any other')
  t.notOk(without.headers['access-control-allow-origin'])
  t.equal(
    (await ask('OPTIONS', '/api/x', preflight(spa, 'DELETE'))).status,
    401,
    'of a method that another route takes',
  )
  t.equal(upstream.seen.length, 0)
})

t.test('a preflight carries nobody, also where a route says nothing of them', async t => {
  const gateway = await testGateway(t)
  const { upstream } = gateway
  const { origin } = upstream
  const url = await gateway.twin({
    routes: [
      { path: '/optional', access: 'optional', upstream: origin },
      { path: '/report', access: 'signed-in', mode: 'report', upstream: origin },
      { path: '/', access: 'signed-in', upstream: origin },
    ],
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${gateway.url}/`)
  upstream.seen.length = 0
  const ask = async (path: string, headers: Record<string, string>) => {
    const cookie = browser.cookieHeader(url)
    const all = { cookie, ...headers }
    const answer = await request(`${url}${path}`, { method: 'OPTIONS', headers: all })
    await answer.body.dump()
    return answer.statusCode
  }
  t.equal(await ask('/x', preflight(evil)), 401)
  t.equal(await ask('/optional', preflight(evil)), 200)
  t.equal(await ask('/report', preflight(evil)), 200)
  t.equal(upstream.seen.length, 2)
  for (const { headers } of upstream.seen) {
    t.notOk(Object.keys(headers).some(name => name.startsWith('x-forwarded-user')))
  }
  t.equal(await ask('/x', {}), 200, 'OPTIONS that asks about nothing is a request like any other')
  t.equal(upstream.seen.at(-1)?.headers['x-forwarded-email'], 'jane@example.com')
})

t.test('preflights that the application answers carry nobody', async t => {
  const { ask, url, emulator, upstream } = await gatewayWithCors(t)
  t.match(await ask('OPTIONS', '/own', preflight(evil)), {
    status: 200,
    body: 'of the application',
  })
  const { access_token: token } = await emulator.administration.tokensFor(
    'jane',
    '1testclient0000000000000001',
  )
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  for (const proof of [
    { authorization: `Bearer ${token}` },
    { cookie: browser.cookieHeader(url) },
  ]) {
    t.equal((await ask('OPTIONS', '/own', { ...preflight(evil), ...proof })).status, 200)
    const { headers } = upstream.seen.at(-1) ?? {}
    t.notOk(headers?.['x-forwarded-user'])
    t.notMatch(JSON.stringify(headers?.cookie ?? ''), 'cgw-')
  }
  t.equal((await ask('OPTIONS', '/own', { origin: evil })).status, 401, 'no preflight')
  t.equal((await ask('POST', '/own', { origin: evil })).status, 401, 'nor anything else')
  t.equal((await ask('OPTIONS', '/closed', preflight(evil))).status, 403, 'deny stays deny')
})

t.test('a page of an allowed origin can read answers and refusals', async t => {
  const { ask, emulator } = await gatewayWithCors(t)
  const refused = await ask('GET', '/api/x', { origin: spa })
  t.equal(refused.status, 401)
  t.match(refused.headers, {
    'access-control-allow-origin': spa,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': /WWW-Authenticate/,
    vary: 'Origin',
  })
  t.notOk((await ask('GET', '/api/x', { origin: evil })).headers['access-control-allow-origin'])

  const { access_token: token } = await emulator.administration.tokensFor(
    'jane',
    '1testclient0000000000000001',
  )
  const bearer = { authorization: `Bearer ${token}` }
  const answer = await ask('GET', '/api/x', { origin: spa, ...bearer })
  t.equal(answer.status, 200)
  t.equal(
    answer.headers['access-control-allow-origin'],
    spa,
    'in place of what the application said',
  )
  t.strictSame(answer.headers.vary, ['Accept', 'Origin'])
  const foreign = await ask('GET', '/api/x', { origin: evil, ...bearer })
  t.notOk(
    foreign.headers['access-control-allow-origin'],
    'nor does the application speak for another',
  )
  t.match(
    (await ask('GET', '/api/x', bearer)).headers.vary,
    ['Accept', 'Origin'],
    'caches keep them apart',
  )
  const open = await ask('GET', '/open', { origin: evil })
  t.equal(open.headers['access-control-allow-origin'], '*')
  t.notOk(open.headers['access-control-allow-credentials'])
  t.match(open.headers['access-control-expose-headers'], /X-Total/)
})

t.test('an allowed origin may make changes with the session, others may not', async t => {
  const { ask, url } = await gatewayWithCors(t)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const cookie = browser.cookieHeader(url)
  const sameSite = { cookie, 'sec-fetch-site': 'same-site' }
  t.equal((await ask('POST', '/api/x', { ...sameSite, origin: spa })).status, 200)
  t.equal((await ask('POST', '/api/x', { ...sameSite, origin: evil })).status, 403)
  t.equal((await ask('POST', '/other', { ...sameSite, origin: spa })).status, 403, 'another route')
})
