// Signing out ends the session here, the refresh token at Cognito, and the hosted UI's own session.
import t from 'tap'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'

t.test(
  'one click: cookie cleared, token revoked, signed out at Cognito, signed-out page',
  async t => {
    const { url, emulator } = await testGateway(t)
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    const cookie = browser.cookieHeader(url)

    const first = await browser.visit(`${url}/oauth2/sign_out`)
    t.equal(first.status, 302)
    const logout = new URL(first.location ?? '')
    t.equal(logout.origin + logout.pathname, `${emulator.domain}/logout`)
    t.strictSame([...logout.searchParams.keys()].sort(), ['client_id', 'logout_uri'])
    t.equal(logout.searchParams.get('logout_uri'), `${url}/oauth2/signed_out`)
    for (const line of first.setCookies.filter(line => line.startsWith('cgw-session'))) {
      t.match(line, /^cgw-session(?:\.1)?=; Max-Age=0; Path=\/; HttpOnly; SameSite=Lax$/)
    }
    const page = await browser.follow(first.location ?? '')
    t.equal(page.url, `${url}/oauth2/signed_out`)
    t.equal(page.status, 200)
    t.match(
      emulator.calls.find(({ path }) => path === '/oauth2/revoke'),
      { status: 200 },
    )

    t.equal(
      (await new PlainBrowser().fetch(`${url}/`, { cookie })).status,
      401,
      'a copied cookie is dead',
    )
    const next = await browser.follow(`${url}/`)
    t.match(next.url, /\/login\?/, 'the next login asks for the password')
  },
)

t.test('rd leads on after the hosted UI, once', async t => {
  const { url } = await testGateway(t)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const end = await browser.follow(`${url}/oauth2/sign_out?rd=/public/bye`)
  t.equal(end.url, `${url}/public/bye`)
  t.equal((await browser.visit(`${url}/oauth2/signed_out`)).status, 200)
})

t.test('scope=gateway stays signed in at Cognito', async t => {
  const { url } = await testGateway(t)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const end = await browser.follow(`${url}/oauth2/sign_out?scope=gateway`)
  t.equal(end.url, `${url}/oauth2/signed_out`)
  t.equal((await browser.follow(`${url}/x`)).url, `${url}/x`, 'the next login is silent')
})

t.test(
  'signing out works while the revocation endpoint is down, and says so in the log',
  async t => {
    const { url, emulator, lines } = await testGateway(t)
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    emulator.faults.set('/oauth2/revoke', { reset: true })
    const answer = await browser.visit(`${url}/oauth2/sign_out`)
    t.equal(answer.status, 302)
    t.ok(lines.some(line => line.includes('refresh token was not revoked')))
  },
)

t.test('a link on another site asks first; a POST from our own origin does not', async t => {
  const { url } = await testGateway(t)
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  const asked = await browser.visit(`${url}/oauth2/sign_out`, {
    headers: { 'sec-fetch-site': 'cross-site' },
  })
  t.equal(asked.status, 200)
  t.match(asked.body, /<form method="post"/)
  t.equal((await browser.fetch(`${url}/`)).status, 200, 'still signed in')
  const form = { origin: url, 'content-type': 'application/x-www-form-urlencoded' }
  const posted = await browser.visit(`${url}/oauth2/sign_out`, {
    method: 'POST',
    headers: { ...form, 'sec-fetch-site': 'same-origin' },
    body: '',
  })
  t.equal(posted.status, 303)
})

t.test('nobody signing out ends at the signed-out page as well', async t => {
  const { url } = await testGateway(t)
  const end = await new PlainBrowser().follow(`${url}/oauth2/sign_out`)
  t.equal(end.url, `${url}/oauth2/signed_out`)
  t.equal(end.status, 200)
})
