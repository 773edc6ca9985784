// An application that no one here wrote: DokuWiki, in PHP, with sessions, forms and redirects of its own.
import t from 'tap'
import { fillSignIn, openChromium } from '../fixtures/chromium.js'
import { dokuWiki } from '../fixtures/dokuwiki.js'
import { testGateway } from '../fixtures/gateway.js'

t.test('DokuWiki: a page is written, saved and read, by who is signed in alone', async t => {
  const upstream = await dokuWiki(t)
  const { url } = await testGateway(t, {
    settings: { routes: [{ path: '/', access: 'signed-in', upstream }] },
  })
  const chromium = await openChromium(t)
  const page = await (await chromium.newContext()).newPage()
  await page.goto(`${url}/doku.php?id=start`)
  await fillSignIn(page, 'jane', 'Jane-pass1')
  t.equal(page.url(), `${url}/doku.php?id=start`)
  t.match(await page.title(), /Old wiki/)

  await page.goto(`${url}/doku.php?id=notes&do=edit`)
  await page.locator('#wiki__text').fill('====== 보고서 ======\n\nJané & <b>others</b>')
  await page.locator('#edbtn__save').click()
  await page.waitForURL(`${url}/doku.php?id=notes**`)
  t.equal((await page.locator('h1.sectionedit1').textContent())?.trim(), '보고서')
  t.match(await page.locator('.dw-content, .page').first().textContent(), 'Jané & <b>others</b>')
  const cookies = (await page.context().cookies()).map(({ name }) => name)
  t.ok(cookies.includes('DokuWiki'), 'its own session cookie beside ours')

  const stranger = await chromium.newContext()
  const answer = await stranger.request.get(`${url}/doku.php?id=notes`, {
    headers: { accept: 'application/json' },
  })
  t.equal(answer.status(), 401)
})
