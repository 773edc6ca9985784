// Pages with the logo, the title and the colours of a site, and from the keyboard.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { pagesSettings } from '../../src/pages/settings.js'
import { openChromium } from '../fixtures/chromium.js'
import { auditPages } from '../fixtures/page-audit.js'
import { pageServer } from '../fixtures/page-server.js'

t.test('the look of a site', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'logo-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const logo = join(folder, 'logo.svg')
  writeFileSync(
    logo,
    '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="32"><script>alert(1)</script><rect width="96" height="32" fill="#00695c"/></svg>',
  )
  const look = pagesSettings.parse({
    ...{ title: 'A site with quite a long name that has to be broken somewhere', logo },
    colors: { light: { accent: '#00695c', page: '#fdf6e3' }, dark: { accent: '#80cbc4' } },
  })
  const server = await pageServer(t, look)
  const browser = await openChromium(t)
  await auditPages(t, browser, server, 'en')
  const page = await browser.newPage()
  await page.goto(`${server.origin}/en/signed-out/0`)
  t.equal(await page.evaluate('document.images[0].naturalWidth'), 96, 'the logo is shown')
  t.match(await page.title(), /You are signed out · A site/)
})

t.test('everything can be done from the keyboard, and one sees where one is', async t => {
  const { origin, pathsIn } = await pageServer(t)
  const page = await (await (await openChromium(t)).newContext()).newPage()
  for (const path of pathsIn('en')) {
    await page.goto(origin + path)
    const expected = await page.locator('a, button:visible, summary').count()
    const reached = new Set<string>()
    for (let step = 0; step < expected; step++) {
      await page.keyboard.press('Tab')
      const [at, outline] = (await page.evaluate(`(() => {
        const focused = document.activeElement
        const all = [...document.querySelectorAll('a, button, summary')]
        return [String(all.indexOf(focused)), getComputedStyle(focused).outlineStyle]
      })()`)) as [string, string]
      t.equal(outline, 'solid', `${path}, step ${step}`)
      reached.add(at)
    }
    t.equal(reached.size, expected, path)
  }
})
