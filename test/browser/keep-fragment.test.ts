// The part of a link behind `#`, through the sign-in and back.
import t, { type Test } from 'tap'
import { fillSignIn, openChromium } from '../fixtures/chromium.js'
import { testGateway } from '../fixtures/gateway.js'
import { ready } from '../fixtures/ready.js'
import { recordingUpstream } from '../fixtures/recording-upstream.js'

const browser = openChromium(t)

async function board(t: Test) {
  const upstream = await recordingUpstream(t)
  upstream.answer = (_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><title>board</title><h1>Board</h1>')
  }
  const routes = [{ path: '/', access: 'signed-in', keepFragment: true, upstream: upstream.origin }]
  const gateway = await testGateway(t, { settings: { routes } })
  await ready(gateway)
  const context = await (await browser).newContext({ locale: 'en-US' })
  return { ...gateway, context, page: await context.newPage() }
}

t.test('a deep link comes back whole, and no server sees what stands behind #', async t => {
  const { url, emulator, lines, page } = await board(t)
  const asked: string[] = []
  page.on('request', request => asked.push(request.url()))
  const deep = `${url}/board?view=week&q=%ED%95%9C#/cards/7?x=<b>&secret-part`
  await page.goto(deep)
  await fillSignIn(page, 'jane', 'Jane-pass1')
  await page.waitForURL(/#\/cards/)
  t.equal(await page.textContent('h1'), 'Board')
  t.equal(page.url(), new URL(deep).href)
  t.equal(await page.evaluate('sessionStorage.length'), 0, 'nothing is left behind')
  const seen = asked.map(address => address.split('#')[0])
  t.notMatch(seen.join('\n'), 'secret-part')
  t.notMatch(lines.join('\n'), 'secret-part')
  t.notMatch(JSON.stringify(emulator.calls), 'secret-part')
})

t.test('a link without it takes no detour', async t => {
  const { url, page } = await board(t)
  const asked: string[] = []
  page.on('request', request => asked.push(new URL(request.url()).pathname))
  await page.goto(`${url}/board`)
  await fillSignIn(page, 'jane', 'Jane-pass1')
  await page.waitForURL(`${url}/board`)
  t.notOk(asked.includes('/oauth2/landing'))
})

t.test('what was kept for another page is not used', async t => {
  const { url, page } = await board(t)
  await page.goto(`${url}/board#/one`)
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
  await page.goto(`${url}/other`)
  await fillSignIn(page, 'jane', 'Jane-pass1')
  await page.waitForURL(`${url}/other`)
  await page.goto(`${url}/oauth2/landing?rd=/other`)
  await page.waitForURL(`${url}/other`)
  t.equal(page.url(), `${url}/other`)
})

t.test('what stands in the store leads nowhere else', async t => {
  const { url, page } = await board(t)
  await page.goto(`${url}/board`)
  await fillSignIn(page, 'jane', 'Jane-pass1')
  await page.waitForURL(`${url}/board`)
  for (const kept of [
    '["/board","https://evil.example/"]',
    '["/board","javascript:alert(1)"]',
    '[',
    'null',
    '5',
  ]) {
    await page.evaluate(`sessionStorage.setItem('cgw-fragment', ${JSON.stringify(kept)})`)
    await page.goto(`${url}/oauth2/landing?rd=/board`)
    await page.waitForURL(/\/board/)
    t.ok(page.url().startsWith(`${url}/board`), kept)
  }
})

t.test('without scripts there is a link', async t => {
  const { url, context } = await board(t)
  const plain = await context.browser()?.newContext({ javaScriptEnabled: false })
  const page = await plain?.newPage()
  if (page === undefined) throw new Error('the browser is gone')
  await page.goto(`${url}/board#/x`)
  await page.getByRole('link', { name: 'Sign in' }).click()
  await fillSignIn(page, 'jane', 'Jane-pass1')
  await page.waitForSelector('h1')
  t.equal(new URL(page.url()).pathname, '/board')
})
