// An application in a frame of another site's page.
import t, { type Test } from 'tap'
import { fillSignIn, gatewayCookies, openChromium } from '../fixtures/chromium.js'
import { freePort } from '../fixtures/free-port.js'
import { testGateway } from '../fixtures/gateway.js'
import { securePage, selfSigned, tlsFront } from '../fixtures/tls-front.js'

/** A gateway behind TLS, a portal that the settings name, and another site. */
async function embedded(t: Test, changes: { partitioned?: boolean } = {}) {
  const [front, portal, stranger, port] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  const url = `https://localhost:${front}`
  // Ports make no site: the portal is of the gateway's own, as sibling hosts are.
  const [portalUrl, strangerUrl] = [`https://localhost:${portal}`, `https://127.0.0.1:${stranger}`]
  const gateway = await testGateway(t, {
    port,
    client: { callbackUrls: [`${url}/oauth2/callback`], logoutUrls: [`${url}/oauth2/signed_out`] },
    settings: { url: [url], embedding: { ancestors: [portalUrl], ...changes } },
  })
  gateway.upstream.answer = ({ headers }, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<p id="who">${headers['x-forwarded-email']}</p>`)
  }
  const certificate = selfSigned(t)
  const html = `<iframe src="${url}/page" width="600" height="400"></iframe>`
  await tlsFront(t, certificate, front, port)
  await securePage(t, certificate, portal, html)
  await securePage(t, certificate, stranger, html)
  const context = await (await openChromium(t)).newContext({ ignoreHTTPSErrors: true })
  return { ...gateway, url, portalUrl, strangerUrl, context }
}

t.test('a portal shows the application, once the person has signed in in a tab', async t => {
  const { context, portalUrl, strangerUrl, url } = await embedded(t)
  const page = await context.newPage()
  await page.goto(portalUrl)
  const frame = page.frameLocator('iframe')
  const link = frame.getByRole('link', { name: 'Sign in' })
  const [tab] = await Promise.all([context.waitForEvent('page'), link.click()])
  await fillSignIn(tab, 'jane', 'Jane-pass1')
  await tab.waitForSelector('#who')
  t.equal(tab.url(), `${url}/page`)

  await page.goto(portalUrl)
  t.equal(await frame.locator('#who').textContent(), 'jane@example.com')
  const session = (await gatewayCookies(context)).filter(({ name }) => name.includes('session'))
  t.ok(session.length > 0)
  for (const cookie of session) {
    t.match(cookie, { sameSite: 'None', secure: true, httpOnly: true })
    t.ok(cookie.partitionKey, 'kept apart for each site that shows it')
  }

  const other = await context.newPage()
  const refused = other.waitForEvent('console', message =>
    message.text().includes('frame-ancestors'),
  )
  await other.goto(strangerUrl)
  await refused
  t.equal(await other.frameLocator('iframe').locator('#who').count(), 0, 'no other site does')
})

t.test('without Partitioned', async t => {
  const { context, url } = await embedded(t, { partitioned: false })
  const page = await context.newPage()
  await page.goto(`${url}/page`)
  await fillSignIn(page, 'jane', 'Jane-pass1')
  await page.waitForSelector('#who')
  for (const cookie of await gatewayCookies(context)) {
    if (!cookie.name.includes('session')) continue
    t.match(cookie, { sameSite: 'None', secure: true })
    t.notOk(cookie.partitionKey)
  }
})
