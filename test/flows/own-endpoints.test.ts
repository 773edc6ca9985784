// The gateway's own URLs under requests that no page of ours makes.
import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { type TestGateway, testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'

async function signedIn({ url }: TestGateway): Promise<PlainBrowser> {
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  return browser
}

t.test('signing out by POST takes a body of any type, and reads none', async t => {
  const gateway = await testGateway(t)
  const types = ['application/json', 'text/plain', 'multipart/form-data; boundary=x', 'x/y']
  const spelled = ['APPLICATION/JSON', 'application/json\t; x', 'text/plain; charset=__proto__']
  for (const type of [...types, ...spelled]) {
    const browser = await signedIn(gateway)
    const answer = await browser.visit(`${gateway.url}/oauth2/sign_out`, {
      method: 'POST',
      headers: { 'content-type': type, 'sec-fetch-site': 'same-origin' },
      body: '{"broken":',
    })
    t.equal(answer.status, 303, type)
    t.equal((await browser.fetch(`${gateway.url}/`)).status, 401, `${type}: signed out`)
  }
})

t.test('a content type that is none is refused, and changes nothing', async t => {
  const gateway = await testGateway(t)
  const browser = await signedIn(gateway)
  for (const type of ['application/json nonsense', '__proto__', 'constructor', '', 'a/b/c']) {
    const answer = await browser.visit(`${gateway.url}/oauth2/sign_out`, {
      method: 'POST',
      headers: { 'content-type': type, 'sec-fetch-site': 'same-origin' },
      body: 'x',
    })
    t.equal(answer.status, 400, type)
    t.match(answer.body, 'GW_ERR_REQUEST_INVALID')
    t.equal((await browser.fetch(`${gateway.url}/`)).status, 200, `${type}: still signed in`)
  }
})

t.test('an answer does not wait for a body that never comes', async t => {
  const { url } = await testGateway(t)
  const head = 'POST /oauth2/sign_out HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n'
  const socket = connect(Number(new URL(url).port), 'localhost')
  t.teardown(() => socket.destroy())
  socket.write(head)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  t.match(String(answer), /^HTTP\/1\.1 303 /)
})

t.test('only somebody who goes there signs out by GET', async t => {
  const gateway = await testGateway(t)
  const browser = await signedIn(gateway)
  const signOut = `${gateway.url}/oauth2/sign_out`
  const rows: [string, Record<string, string>][] = [
    ['a prefetch', { 'sec-purpose': 'prefetch' }],
    ['a prerender', { 'sec-purpose': 'prefetch;prerender' }],
    ['an image', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['a frame', { 'sec-fetch-dest': 'iframe' }],
    ['a script', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
  ]
  for (const [why, headers] of rows) {
    const answer = await browser.visit(signOut, {
      headers: { 'sec-fetch-site': 'same-origin', ...headers },
    })
    t.equal(answer.status, 403, why)
    t.equal((await browser.fetch(`${gateway.url}/`)).status, 200, `${why}: still signed in`)
  }
  t.equal((await browser.visit(signOut, { method: 'HEAD' })).status, 404, 'HEAD')
  t.equal((await browser.fetch(`${gateway.url}/`)).status, 200, 'HEAD: still signed in')
  const link = await browser.visit(signOut, { headers: { 'sec-fetch-site': 'same-origin' } })
  t.equal(link.status, 302, 'a link of ours')
})

// The page has `no-referrer` elsewhere, with which browsers send `Origin: null`: the answer to its own
// question was taken for another site's.
t.test('who is asked whether to sign out can answer, also without Fetch Metadata', async t => {
  const gateway = await testGateway(t)
  const signOut = `${gateway.url}/oauth2/sign_out`
  for (const [origin, status] of [
    ['null', 200],
    ['https://evil.example', 200],
    [gateway.url, 303],
  ] as const) {
    const browser = await signedIn(gateway)
    const asked = await browser.visit(signOut, { headers: { 'sec-fetch-site': 'cross-site' } })
    t.equal(asked.headers['referrer-policy'], 'same-origin')
    const cookie = browser.cookieHeader(gateway.url)
    const posted = await fetch(signOut, {
      method: 'POST',
      headers: { cookie, origin },
      redirect: 'manual',
    })
    t.equal(posted.status, status, origin)
  }
})

t.test('HEAD is answered where GET changes nothing', async t => {
  const { url } = await testGateway(t)
  const head = async (path: string) =>
    (await new PlainBrowser().visit(url + path, { method: 'HEAD' })).status
  t.equal(await head('/oauth2/ping'), 200)
  t.equal(await head('/oauth2/userinfo'), 401)
  t.equal(await head('/oauth2/start'), 302)
  t.equal(await head('/oauth2/callback'), 404)
})

t.test('where to go after an earlier sign-out is forgotten by the next one', async t => {
  const gateway = await testGateway(t)
  const browser = await signedIn(gateway)
  await browser.visit(`${gateway.url}/oauth2/sign_out?rd=/public/old`)
  await browser.visit(`${gateway.url}/oauth2/sign_out`)
  const end = await browser.visit(`${gateway.url}/oauth2/signed_out`)
  t.equal(end.status, 200, 'the page, not /public/old')
})

t.test('nobody is sent to a page that only sends on, at any origin of ours', async t => {
  const { url, emulator } = await testGateway(t)
  const browser = new PlainBrowser()
  const start = `${url}/oauth2/start?rd=${encodeURIComponent('/oauth2/signed_out')}`
  const answer = await signIn(browser, start)
  t.equal(answer.url, `${url}/`)
  t.ok(emulator.calls.length)
})
