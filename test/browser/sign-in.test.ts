// The main job in a real browser.
import t from 'tap'
import { fillSignIn, gatewayCookies, openChromium } from '../fixtures/chromium.js'
import { sampleGateway } from '../fixtures/sample-gateway.js'

for (const publicClient of [false, true]) {
  const kind = publicClient ? 'without a secret' : 'with a secret'

  t.test(`an app client ${kind}: from a deep link to the page and out again`, async t => {
    const { url } = await sampleGateway(t, { publicClient })
    const context = await (await openChromium(t)).newContext()
    const page = await context.newPage()

    await page.goto(`${url}/upload?from=mail`)
    t.match(page.url(), /\/login\?/)
    await fillSignIn(page, 'jane', 'wrong')
    t.equal(await page.getByRole('alert').textContent(), 'Incorrect username or password.')
    await fillSignIn(page, 'jane', 'Jane-pass1')
    t.equal(page.url(), `${url}/upload?from=mail`, 'no code and no state in the address bar')

    await page.goto(`${url}/`)
    t.equal(await page.locator('#visitor').textContent(), 'jane')
    for (const { name, httpOnly, secure, sameSite, path, domain } of await gatewayCookies(
      context,
    )) {
      t.strictSame(
        { httpOnly, secure, sameSite, path, domain },
        { httpOnly: true, secure: false, sameSite: 'Lax', path: '/', domain: 'localhost' },
        name,
      )
    }
    t.equal(await page.evaluate('document.cookie'), '', 'scripts see no cookie')

    const refused = await page.goto(`${url}/admin`)
    t.equal(refused?.status(), 403)
    t.match(await page.textContent('body'), 'GW_ERR_FORBIDDEN')

    await page.goto(`${url}/`)
    await page.getByRole('link', { name: 'Sign out' }).click()
    t.equal(page.url(), `${url}/oauth2/signed_out`)
    t.equal(await page.getByRole('heading').textContent(), 'You are signed out')
    t.strictSame(
      (await gatewayCookies(context)).filter(({ name }) => name.includes('session')),
      [],
    )
    await page.goBack()
    await page.waitForLoadState()
    t.equal(await page.locator('#visitor').count(), 0, 'Back shows nothing protected')
  })
}

t.test('two tabs sign in at once and each lands on its own page', async t => {
  const { url } = await sampleGateway(t)
  const context = await (await openChromium(t)).newContext()
  const [first, second] = [await context.newPage(), await context.newPage()]
  await first.goto(`${url}/upload`)
  await second.goto(`${url}/?tab=2`)
  await fillSignIn(first, 'jane', 'Jane-pass1')
  t.equal(first.url(), `${url}/upload`)
  await fillSignIn(second, 'jane', 'Jane-pass1')
  t.equal(second.url(), `${url}/?tab=2`)
})

t.test('Back into the hosted UI and the callback, and signing in again, end at a page', async t => {
  const { url } = await sampleGateway(t)
  const page = await (await openChromium(t)).newPage()
  const callbacks: string[] = []
  page.on('request', request => {
    if (request.url().includes('/oauth2/callback')) callbacks.push(request.url())
  })
  await page.goto(`${url}/upload`)
  await fillSignIn(page, 'jane', 'Jane-pass1')
  await page.goto(callbacks[0] ?? '')
  t.equal(page.url(), `${url}/upload`, 'a bookmarked callback goes on to its page')
  await page.goto(`${url}/oauth2/start?rd=/`)
  t.equal(await page.locator('#visitor').textContent(), 'jane')
})

t.test('an admin passes, a form and an upload arrive, a public page needs nobody', async t => {
  const { url } = await sampleGateway(t)
  const context = await (await openChromium(t)).newContext()
  const page = await context.newPage()
  await page.goto(`${url}/public`)
  t.equal(await page.getByRole('heading').textContent(), 'About this board')
  await page.goto(`${url}/admin`)
  await fillSignIn(page, 'admin', 'Admin-pass1')
  t.equal(await page.getByRole('heading').textContent(), 'Administration')

  await page.goto(`${url}/`)
  await page.getByLabel('New note').fill('Tea at four <b>& cake</b> 한국어')
  await page.getByRole('button', { name: 'Pin it' }).click()
  t.match(await page.getByRole('article').textContent(), 'Tea at four <b>& cake</b> 한국어')

  await page.goto(`${url}/upload`)
  const file = {
    name: 'a.bin',
    mimeType: 'application/octet-stream',
    buffer: Buffer.alloc(3_000_000, 7),
  }
  await page.getByLabel('File').setInputFiles(file)
  await page.getByRole('button', { name: 'Send it' }).click()
  t.match(await page.getByRole('article').textContent(), /Received 30\d{5} bytes/)
})

t.test(
  'a script of the application gets 401 with the login URL after the session has ended',
  async t => {
    const { url } = await sampleGateway(t)
    const context = await (await openChromium(t)).newContext({ bypassCSP: true })
    const page = await context.newPage()
    await page.goto(`${url}/upload`)
    await fillSignIn(page, 'jane', 'Jane-pass1')
    await page.goto(`${url}/public`)
    await context.clearCookies({ name: /^cgw-/ })
    const answer = await page.evaluate(
      `fetch('/upload').then(async a => [a.status, await a.json()])`,
    )
    t.match(answer, [401, { error: 'login_required', login: '/oauth2/start?rd=%2Fpublic' }])
    t.strictSame(await gatewayCookies(context), [], 'and starts no login')
  },
)
