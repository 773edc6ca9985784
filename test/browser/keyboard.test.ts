// Pages without a mouse.
import t from 'tap'
import { openChromium } from '../fixtures/chromium.js'
import { pageServer } from '../fixtures/page-server.js'

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
