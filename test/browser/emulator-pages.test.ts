// Every page of the emulator, by day and by night, on a telephone and on a desk: readable, reachable, nothing to scroll
// sideways; and a person's way through sign-up and a provider.
import { AxeBuilder } from '@axe-core/playwright'
import type { BrowserContext, Page } from 'playwright-core'
import t from 'tap'
import { fillSignIn, openChromium } from '../fixtures/chromium.js'
import { testGateway } from '../fixtures/gateway.js'

const email = 'newcomer@example.com'

async function look(page: Page, name: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const width = Number(await page.evaluate('document.documentElement.scrollWidth'))
  const { width: viewport = 0 } = page.viewportSize() ?? {}
  return [
    ...violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes[0]?.html}`),
    ...(width > viewport ? [`${name}: ${width} wide`] : []),
  ]
}

t.test('pages are right, light and dark, narrow and wide; people find their way', async t => {
  const { url, emulator, upstream } = await testGateway(t, {
    users: [
      { username: 'admin', password: 'Admin-pass1', groups: ['admins'] },
      { username: 'made', password: 'Given-pass1', status: 'FORCE_CHANGE_PASSWORD' },
    ],
  })
  emulator.settings.providers.push({
    name: 'Google',
    type: 'Google',
    identifiers: [],
    issuer: null,
    people: [{ id: '123', attributes: { email: 'grace@example.com', name: 'Grace Guest' } }],
  })
  upstream.answer = ({ headers }, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<p id="who">${headers['x-forwarded-email']}</p>`)
  }
  const browser = await openChromium(t)
  const faults: string[] = []
  for (const [colorScheme, width] of [
    ['light', 320],
    ['dark', 320],
    ['light', 1100],
    ['dark', 1100],
  ] as const) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } })
    const page = await context.newPage()
    const see = async (name: string) => {
      faults.push(...(await look(page, `${name} ${colorScheme} ${width}`)))
      await shoot(page, `${name}-${colorScheme}-${width}`)
    }
    await page.goto(url)
    await see('login')
    await page.getByRole('link', { name: 'Create an account' }).click()
    await see('sign-up')
    await page.getByLabel('User name').fill(`new-${colorScheme}-${width}`)
    await page.getByLabel('E-mail').fill(`${colorScheme}.${width}.${email}`)
    await page.getByLabel('Password').fill('weak')
    await page.getByRole('button', { name: 'Sign up' }).click()
    await page.getByRole('alert').waitFor()
    await see('sign-up-refused')
    await page.getByLabel('Password').fill('Newcomer-1')
    await page.getByRole('button', { name: 'Sign up' }).click()
    await page.getByRole('heading', { name: 'Confirm your account' }).waitFor()
    await see('confirm')
    await page.getByLabel('Code').fill(await codeFromOutbox(context, emulator.domain, see))
    await page.getByRole('button', { name: 'Confirm account' }).click()
    t.equal(await page.textContent('#who'), `${colorScheme}.${width}.${email}`)
    await page.goto(`${emulator.domain}/emulator`)
    await see('admin')
    await context.close()
  }
  t.strictSame(faults, [])
})

t.test('somebody of a provider, and somebody with a first password, come in', async t => {
  const { url, emulator, upstream } = await testGateway(t, {
    users: [{ username: 'made', password: 'Given-pass1', status: 'FORCE_CHANGE_PASSWORD' }],
    settings: { routes: [{ path: '/', access: 'signed-in', upstream: 'http://localhost:9' }] },
  })
  void upstream
  emulator.settings.providers.push({
    name: 'Corp',
    type: 'SAML',
    identifiers: [],
    issuer: 'urn:corp',
    people: [{ id: 'sam', attributes: { email: 'sam@example.com', name: 'Sam Staff' } }],
  })
  emulator.settings.loginPages = 'managed'
  const browser = await openChromium(t)
  for (const colorScheme of ['light', 'dark'] as const) {
    const viewport = { width: 320, height: 800 }
    const context = await browser.newContext({ colorScheme, viewport })
    const page = await context.newPage()
    await page.goto(url)
    t.strictSame(await look(page, 'managed'), [])
    await shoot(page, `managed-${colorScheme}`)
    await page.getByRole('link', { name: 'Continue with Corp' }).click()
    t.strictSame(await look(page, 'provider'), [])
    await shoot(page, `provider-${colorScheme}`)
    await page.getByRole('button', { name: 'Sam Staff' }).click()
    await page.waitForURL(`${url}/`)
    const answer = await page.goto(`${url}/oauth2/userinfo`)
    t.match(await answer?.json(), { email: 'sam@example.com' })
    await context.close()
  }
  emulator.settings.loginPages = 'classic'
  const page = await (await browser.newContext()).newPage()
  await page.goto(url)
  await shoot(page, 'classic')
  await fillSignIn(page, 'made', 'Given-pass1')
  await page.getByRole('heading', { name: 'Change password' }).waitFor()
  t.strictSame(await look(page, 'change password'), [])
  await shoot(page, 'change-password')
  await page.getByLabel('New password').fill('Chosen-pass1')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.waitForURL(`${url}/`)
  t.equal(emulator.settings.users[0]?.status, 'CONFIRMED')
})

/** As a person reads it, in a tab of its own. */
async function codeFromOutbox(
  context: BrowserContext,
  domain: string,
  see: (name: string) => Promise<void>,
): Promise<string> {
  const page = await context.newPage()
  await page.goto(`${domain}/emulator/outbox`)
  const code = await page.locator('code.code').first().textContent()
  void see
  await page.close()
  return code ?? ''
}

/** Pictures for a person to look at, when a folder is named. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.PICTURES
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}
