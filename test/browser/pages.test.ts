// Pages as the gateway sends them, to people of three languages. Each page by itself: samples-*.test.ts.
import t from 'tap'
import { fillSignIn, openChromium } from '../fixtures/chromium.js'
import { testGateway } from '../fixtures/gateway.js'
import { narrow, violationsOf } from '../fixtures/page-audit.js'
import { ready } from '../fixtures/ready.js'
import { redisServer } from '../fixtures/redis-server.js'

const languages = { en: 'en-US', ko: 'ko-KR', ja: 'ja-JP' } as const
t.test('pages as the gateway sends them, in each language', async t => {
  const gateway = await testGateway(t)
  const { url, upstream } = gateway
  await ready(gateway)
  upstream.answer = (request, response) => {
    // Half an answer: the page says that the application cannot be understood.
    if (request.url?.startsWith('/public/broken'))
      return void response.socket?.end('HTTP/1.1 abc\r\n\r\n')
    response.setHeader('content-type', 'text/html')
    response.end(
      '<!doctype html><html lang="en"><title>app</title><main><h1>app</h1></main></html>',
    )
  }
  const pages: [path: string, status: number][] = [
    ['/oauth2/signed_out', 200],
    ['/oauth2/account', 200],
    ['/oauth2/nothing', 404],
    ['/oauth2/callback?error=access_denied', 403],
    ['/oauth2/callback', 400],
    ['/public/a%2fb', 400],
    ['/public/broken', 502],
    ['/admin', 403],
  ]
  const browser = await openChromium(t)
  for (const [language, locale] of Object.entries(languages)) {
    const context = await browser.newContext({ locale, viewport: narrow })
    const page = await context.newPage()
    await page.goto(`${url}/`)
    await fillSignIn(page, 'jane', 'Jane-pass1')
    await page.waitForURL(`${url}/`)
    const foreign: string[] = []
    page.on('request', request => {
      if (!request.url().startsWith(url)) foreign.push(request.url())
    })
    for (const [path, status] of pages) {
      const name = `${path} ${language}`
      const answer = await page.goto(url + path)
      t.equal(answer?.status(), status, name)
      t.equal(answer?.headers()['content-language'], language, name)
      t.equal(await page.getAttribute('html', 'lang'), language, name)
      t.strictSame(await violationsOf(page), [], name)
    }
    t.strictSame(foreign, [], 'nothing from elsewhere')
    await context.close()
  }
})

t.test('the account page: other sessions end with one click, without scripts', async t => {
  const { url: redis } = await redisServer(t)
  const gateway = await testGateway(t, {
    settings: { session: { store: 'redis', redis: { url: redis } } },
  })
  await ready(gateway)
  const browser = await openChromium(t)
  const visitor = async () => {
    const context = await browser.newContext({ locale: 'en-US', javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${gateway.url}/oauth2/account`)
    await fillSignIn(page, 'jane', 'Jane-pass1')
    await page.getByRole('heading', { name: 'Your account' }).waitFor()
    return page
  }
  const [phone, laptop] = [await visitor(), await visitor()]
  await laptop.getByRole('button', { name: 'End' }).click()
  await laptop.getByText('You are signed in nowhere else.').waitFor()
  const there = await phone.context().request.get(`${gateway.url}/oauth2/userinfo`)
  t.equal(there.status(), 401, 'the other browser is signed in no more')
  await laptop.getByRole('button', { name: 'Sign out', exact: true }).click()
  await laptop.getByRole('heading', { name: 'You are signed out' }).waitFor()
})

t.test('a page that is refused to one account opens with another', async t => {
  const { url, upstream } = await testGateway(t)
  upstream.answer = ({ headers }, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<p id="who">${headers['x-forwarded-email']}</p>`)
  }
  const page = await (await (await openChromium(t)).newContext({ locale: 'ko-KR' })).newPage()
  await page.goto(`${url}/admin/report?year=2026`)
  await fillSignIn(page, 'jane', 'Jane-pass1')
  await page.getByRole('heading', { name: '볼 수 있는 권한이 없습니다' }).waitFor()
  await page.getByRole('link', { name: '다른 계정으로 로그인' }).click()
  await fillSignIn(page, 'admin', 'Admin-pass1')
  await page.waitForURL(`${url}/admin/report?year=2026`)
  t.equal(await page.textContent('#who'), 'admin@example.com')
})

t.test('a link that asks for a language is answered in it', async t => {
  const { url } = await testGateway(t)
  const page = await (await (await openChromium(t)).newContext({ locale: 'en-US' })).newPage()
  await page.goto(`${url}/oauth2/signed_out?lang=ja`)
  await page.getByRole('heading', { name: 'サインアウトしました' }).waitFor()
  await page.goto(`${url}/oauth2/start?rd=/&lang=ko&login_hint=jane@example.com`)
  t.match(page.url(), /[?&]lang=ko(?:&|$)/)
  t.match(page.url(), /login_hint=jane%40example\.com/)
  const answer = await page.goto(`${url}/public/a%2fb?lang=ko`)
  t.equal(answer?.headers()['content-language'], 'en', 'lang= of an application is not ours')
})
