// Behind nginx, Caddy and HAProxy, which ask the gateway and have their own way to the application: with the
// configuration that stands in deploy/.

import t from 'tap'
import { request } from 'undici'
import { fillSignIn, openChromium } from '../fixtures/chromium.js'
import { freePort } from '../fixtures/free-port.js'
import { type FrontProxy, frontProxy } from '../fixtures/front-proxy.js'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'

for (const kind of ['nginx', 'caddy', 'haproxy'] as const) {
  t.test(`${kind}: sign in, be known, be refused, sign out`, async t => {
    const { url, upstream, emulator, clock } = await behind(kind)
    const browser = new PlainBrowser()
    const answer = await signIn(browser, `${url}/reports?a=b&c=%26d&idp=x`)
    t.equal(answer.url, `${url}/reports?a=b&c=%26d&idp=x`)
    t.equal(answer.status, 200)
    t.match(upstream.seen.at(-1)?.headers, {
      'x-forwarded-preferred-username': 'jane',
      'x-forwarded-email': 'jane@example.com',
      'x-forwarded-groups': 'staff',
    })

    const own = browser.cookieHeader(url)
    t.match(own, 'cgw-session=')
    const headers = { cookie: `a=1; my-cgw-x=2; ${own}; b="x; y=3` }
    t.equal((await browser.fetch(`${url}/x`, headers)).status, 200)
    const { cookie } = upstream.seen.at(-1)?.headers ?? {}
    t.match(cookie, /^a=1; my-cgw-x=2; .*b="x; y=3$/, "the application's cookies stay")
    t.notMatch(cookie, /(?:^|; )(?:__Host-)?cgw-session/, "the gateway's end here")
    const alone = { cookie: own.replace(/(?:^|; )(?!cgw-session)[^;]*/g, '') }
    t.equal((await browser.fetch(`${url}/x`, alone)).status, 200)
    t.notMatch(upstream.seen.at(-1)?.headers.cookie, 'cgw-')

    const before = upstream.seen.length
    t.equal((await browser.fetch(`${url}/admin`)).status, 403)
    t.equal((await new PlainBrowser().fetch(`${url}/x`)).status, 401, 'a script without session')
    // What a login cannot help has no page to be sent to.
    const expired = { authorization: 'Bearer expired', 'sec-fetch-mode': 'navigate' }
    const over = await request(`${url}/x`, { headers: { ...expired, accept: 'text/html' } })
    t.equal(over.statusCode, 401, 'a Bearer token that is over')
    t.notOk(over.headers.location)
    await over.body.dump()
    const lie = {
      'x-forwarded-user': 'admin',
      'x-original-url': '/public',
      'x-forwarded-uri': '/public',
    }
    t.equal((await new PlainBrowser().fetch(`${url}/x`, lie)).status, 401, 'a client that lies')
    t.equal(upstream.seen.length, before, 'nothing arrived')
    const forged = await request(`${url}/public/x`, {
      headers: { 'x-forwarded-user': 'admin', 'x-forwarded-groups': 'admins', accept: '*/*' },
    })
    t.equal(forged.statusCode, 200)
    await forged.body.dump()
    const { headers: arrived = {} } = upstream.seen.at(-1) ?? {}
    t.notOk('x-forwarded-user' in arrived && arrived['x-forwarded-user'] !== '')
    t.notOk('x-forwarded-groups' in arrived && arrived['x-forwarded-groups'] !== '')

    if (kind === 'haproxy') {
      clock.offsetSeconds = 3500
      emulator.faults.clockOffsetSeconds = 3500
      const refreshed = await browser.fetch(`${url}/later`)
      t.equal(refreshed.status, 200)
      t.ok(
        refreshed.setCookies.some(line => line.startsWith('cgw-session=')),
        'refreshed',
      )
    }
    const end = await browser.follow(`${url}/oauth2/sign_out`)
    t.equal(end.url, `${url}/oauth2/signed_out`)
    t.equal((await browser.fetch(`${url}/x`)).status, 401)
  })

  t.test(`${kind}: the same in Chromium, from a deep link`, async t => {
    const { url } = await behind(kind)
    const page = await (await (await openChromium(t)).newContext()).newPage()
    await page.goto(`${url}/reports?from=mail`)
    await fillSignIn(page, 'jane', 'Jane-pass1')
    t.equal(page.url(), `${url}/reports?from=mail`)
    t.match(await page.textContent('body'), 'jane@example.com')
    t.equal((await page.goto(`${url}/admin`))?.status(), 403)
    await page.goto(`${url}/oauth2/sign_out`)
    t.equal(page.url(), `${url}/oauth2/signed_out`)
  })
}

async function behind(kind: FrontProxy) {
  const front = await freePort()
  const url = `http://localhost:${front}`
  const gateway = await testGateway(t, {
    client: {
      callbackUrls: [`${url}/oauth2/callback`],
      logoutUrls: [`${url}/oauth2/signed_out`],
    },
    settings: { url: [url], trustedProxies: ['127.0.0.0/8', '::1'] },
  })
  const portOf = (origin: string) => Number(new URL(origin).port)
  await frontProxy(t, kind, {
    front,
    gateway: portOf(gateway.url),
    application: portOf(gateway.upstream.origin),
  })
  return { ...gateway, url }
}
