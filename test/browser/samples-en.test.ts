// Every page with every sample, in English.
import t from 'tap'
import { openChromium } from '../fixtures/chromium.js'
import { auditPages } from '../fixtures/page-audit.js'
import { pageServer } from '../fixtures/page-server.js'

t.test('light and dark, narrow and wide', async t => {
  await auditPages(t, await openChromium(t), await pageServer(t), 'en')
})
