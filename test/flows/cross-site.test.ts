// What another site's page makes a browser send with its cookie changes nothing.

import t from 'tap'
import { request } from 'undici'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'

t.test('unsafe methods with a session need proof of our own origin', async t => {
  const { url, upstream } = await testGateway(t)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const cookie = browser.cookieHeader(url)
  const rows: [name: string, method: string, headers: Record<string, string>, status: number][] = [
    ['our page', 'POST', { 'sec-fetch-site': 'same-origin' }, 200],
    ['our page, older browser', 'POST', { origin: url }, 200],
    [
      'another site',
      'POST',
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      403,
    ],
    ['another site that lies', 'POST', { 'sec-fetch-site': 'cross-site', origin: url }, 403],
    ['another site, older browser', 'POST', { origin: 'https://evil.example' }, 403],
    ['a sandbox', 'POST', { origin: 'null' }, 403],
    ['a sibling', 'POST', { 'sec-fetch-site': 'same-site', origin: 'https://sib.example' }, 403],
    ['nothing said', 'POST', {}, 403],
    ['both said', 'POST', { 'sec-fetch-site': 'same-origin, cross-site', origin: url }, 200],
    ['both said, and not where', 'POST', { 'sec-fetch-site': 'same-origin, cross-site' }, 403],
    ['two origins', 'POST', { origin: `${url}, https://evil.example` }, 403],
    ['nothing said, PUT', 'PUT', {}, 403],
    ['nothing said, DELETE', 'DELETE', {}, 403],
    ['a link on another site', 'GET', { 'sec-fetch-site': 'cross-site' }, 200],
    ['HEAD', 'HEAD', {}, 200],
    ['OPTIONS', 'OPTIONS', {}, 200],
  ]
  for (const [name, method, headers, status] of rows) {
    const before = upstream.seen.length
    const answer = await request(`${url}/form`, {
      method: method as 'POST',
      headers: { cookie, ...headers },
    })
    const body = await answer.body.text()
    t.equal(answer.statusCode, status, name)
    t.equal(upstream.seen.length - before, status === 200 ? 1 : 0, name)
    if (status === 403) t.match(body, 'GW_ERR_CROSS_SITE')
  }
})

t.test('without a session there is nothing to protect, and a route may do it itself', async t => {
  const gateway = await testGateway(t)
  const { url, emulator, upstream } = gateway
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  const post = async (to: string, headers: Record<string, string>) => {
    const answer = await request(to, { method: 'POST', headers })
    await answer.body.dump()
    return answer.statusCode
  }
  t.equal(await post(`${url}/public/hook`, foreign), 200, 'a public route')
  const { access_token: token } = await emulator.administration.tokensFor(
    'jane',
    '1testclient0000000000000001',
  )
  t.equal(
    await post(`${url}/api`, { ...foreign, authorization: `Bearer ${token}` }),
    200,
    'a token',
  )
  t.equal(await post(`${url}/form`, foreign), 401, 'nobody is told to sign in, as before')

  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const cookie = browser.cookieHeader(url)
  const open = await gateway.twin({
    routes: [
      { path: '/saml', access: 'signed-in', crossSite: 'allow', upstream: upstream.origin },
      { path: '/', access: 'signed-in', upstream: upstream.origin },
    ],
  })
  t.equal(await post(`${open}/saml`, { ...foreign, cookie }), 200)
  t.equal(await post(`${open}/form`, { ...foreign, cookie }), 403)
})
