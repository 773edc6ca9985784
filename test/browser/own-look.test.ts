// Pages with the logo, the title and the colours of a site.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { pagesSettings } from '../../src/pages/settings.js'
import { openChromium } from '../fixtures/chromium.js'
import { auditPages } from '../fixtures/page-audit.js'
import { type PageServer, pageServer } from '../fixtures/page-server.js'

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
  const first: PageServer = {
    ...server,
    pathsIn: language => server.pathsIn(language).filter(path => path.endsWith('/0')),
  }
  await auditPages(t, browser, first, 'en')
  const page = await browser.newPage()
  await page.goto(`${server.origin}/en/signed-out/0`)
  t.equal(await page.evaluate('document.images[0].naturalWidth'), 96, 'the logo is shown')
  t.match(await page.title(), /You are signed out · A site/)
})
