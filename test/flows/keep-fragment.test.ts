// Routes whose links have a part behind `#`. What the pages do in a browser is in test/browser.
import t from 'tap'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { recordingUpstream } from '../fixtures/recording-upstream.js'

async function withFragments(t: Parameters<typeof testGateway>[0]) {
  const { origin: upstream } = await recordingUpstream(t)
  const routes = [
    { path: '/plain', access: 'signed-in', upstream },
    { path: '/', access: 'signed-in', keepFragment: true, upstream },
  ]
  return testGateway(t, { settings: { routes } })
}

t.test('a navigation gets a page that leads to the login, with and without fragment', async t => {
  const { url } = await withFragments(t)
  const page = await new PlainBrowser().visit(`${url}/board?view=week`)
  t.equal(page.status, 401)
  t.match(page.headers['www-authenticate'], /^Bearer /)
  const board = '%2Fboard%3Fview%3Dweek'
  t.match(page.body, `href="/oauth2/start?rd=${board}"`)
  t.match(
    page.body,
    `data-with-fragment="/oauth2/start?rd=${encodeURIComponent(`/oauth2/landing?rd=${board}`)}"`,
  )
  t.strictSame(page.setCookies, [], 'the login begins with the next request')
  const policy = String(page.headers['content-security-policy'])
  t.match(policy, /script-src 'nonce-[^']+'/)
  t.match(policy, "form-action 'none'")
})

t.test('everything else is as on other routes', async t => {
  const { url } = await withFragments(t)
  const browser = new PlainBrowser()
  t.equal((await browser.visit(`${url}/plain`)).status, 302)
  t.equal((await browser.fetch(`${url}/board`)).status, 401)
  t.equal((await browser.visit(`${url}/board`, { method: 'HEAD' })).status, 302)
  t.equal((await browser.visit(`${url}/board?${'x'.repeat(1500)}`)).status, 401)
  t.equal(
    (await browser.visit(`${url}/board?${'%ED'.repeat(600)}`)).status,
    302,
    'too long to come back by way of the landing page',
  )
})

t.test('the landing page leads nowhere else', async t => {
  const { url } = await withFragments(t)
  const browser = new PlainBrowser()
  const page = await browser.visit(`${url}/oauth2/landing?rd=/board%3Fview=week`)
  t.equal(page.status, 200)
  t.match(page.body, '<a class="button" href="/board?view=week">')
  for (const rd of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
  ]) {
    const refused = await browser.visit(`${url}/oauth2/landing?rd=${encodeURIComponent(rd)}`)
    t.equal(refused.status, 400, rd)
    t.notMatch(refused.body, 'evil')
  }
})
