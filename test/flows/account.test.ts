// The page of who is signed in, and what can be done from there.
import t from 'tap'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { redisServer } from '../fixtures/redis-server.js'
import { signIn } from '../fixtures/sign-in.js'

const ownPost = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } }

t.test('a person sees who they are and how long it lasts', async t => {
  const { url } = await testGateway(t)
  const browser = new PlainBrowser()
  const page = await signIn(browser, `${url}/oauth2/account?lang=en`)
  t.equal(page.url, `${url}/oauth2/account?lang=en`, 'a navigation of nobody signs in first')
  t.equal(page.status, 200)
  t.match(page.body, '<dd>jane</dd>')
  t.match(page.body, '<dd>jane@example.com</dd>')
  t.match(page.body, '<li>staff</li>')
  t.match(
    page.body,
    /Ends when unused<\/dt><dd><time datetime="[^"]+Z">in (?:7 hours, 59 minutes|8 hours)</,
  )
  t.match(
    page.body,
    /Ends at the latest<\/dt><dd><time datetime="[^"]+Z">in (?:11 hours, 59 minutes|12 hours)</,
  )
  t.match(page.body, 'keeps no list of your sessions')
  t.notMatch(page.body, /<script|eyJ/)
  t.match(page.headers, { 'cache-control': 'no-store', 'referrer-policy': 'same-origin' })
  t.match(page.headers['content-security-policy'], "frame-ancestors 'none'")
})

t.test('a script or program of nobody gets 401', async t => {
  const { url } = await testGateway(t)
  const answer = await new PlainBrowser().fetch(`${url}/oauth2/account`)
  t.equal(answer.status, 401)
  t.match(JSON.parse(answer.body), { error: 'login_required' })
  const program = await new PlainBrowser().visit(`${url}/oauth2/account`, {
    headers: { authorization: 'Basic eDp5' },
  })
  t.equal(program.status, 401)
})

t.test('its forms sign out here, and everywhere', async t => {
  const { url, emulator } = await testGateway(t)
  const browser = new PlainBrowser()
  const { body } = await signIn(browser, `${url}/oauth2/account`)
  const actions = [...body.matchAll(/<form method="post" action="([^"]+)">/g)].map(([, at]) => at)
  t.strictSame(actions, ['/oauth2/sign_out', '/oauth2/sign_out?scope=everywhere'])
  const out = await browser.visit(url + actions[1], ownPost)
  t.equal(out.status, 303)
  t.match(out.location, `${emulator.domain}/logout`)
  t.equal((await browser.fetch(`${url}/`)).status, 401)
})

t.test('with Redis: the other sessions, and the end of one of them', async t => {
  const { url: redis } = await redisServer(t)
  const { url, clock, emulator } = await testGateway(t, {
    settings: { session: { store: 'redis', redis: { url: redis } } },
  })
  const [phone, tablet, laptop, stranger] = [
    new PlainBrowser(),
    new PlainBrowser(),
    new PlainBrowser(),
    new PlainBrowser(),
  ]
  await signIn(phone, `${url}/`)
  clock.offsetSeconds = 200
  await signIn(tablet, `${url}/`)
  await signIn(stranger, `${url}/`, 'admin')
  clock.offsetSeconds = 260
  const page = await signIn(laptop, `${url}/oauth2/account`)
  const ends = [...page.body.matchAll(/action="(\/oauth2\/account\?end=[\w-]{22})"/g)].map(
    ([, at]) => url + at,
  )
  t.equal(ends.length, 2, 'jane has two others')
  t.match(page.body, /Signed in <time[^>]*>4 minutes ago</)

  const foreign = { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } }
  t.equal((await laptop.visit(ends[1] ?? '', foreign)).status, 403)
  t.equal((await new PlainBrowser().visit(ends[1] ?? '', ownPost)).status, 401)
  await stranger.visit(ends[1] ?? '', ownPost)
  t.equal((await phone.fetch(`${url}/`)).status, 200, 'nobody else ends it')

  const ended = await laptop.visit(ends[1] ?? '', ownPost)
  t.equal(ended.status, 303)
  t.equal(ended.location, `${url}/oauth2/account`)
  t.equal((await phone.fetch(`${url}/`)).status, 401, 'the older one is over')
  t.equal((await tablet.fetch(`${url}/`)).status, 200)
  t.equal((await laptop.fetch(`${url}/`)).status, 200)
  t.ok(emulator.calls.some(({ path, status }) => path === '/oauth2/revoke' && status === 200))
  const again = await laptop.visit(`${url}/oauth2/account`)
  t.equal([...again.body.matchAll(/account\?end=/g)].length, 1)
})

t.test('the page is there also when the list cannot be read', async t => {
  const server = await redisServer(t)
  const { url, lines } = await testGateway(t, {
    // Sessions in cookies: the list of none.
    settings: { session: { store: 'cookie', redis: { url: server.url } } },
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${url}/`)
  await server.kill()
  const page = await browser.visit(`${url}/oauth2/account`)
  t.equal(page.status, 200)
  t.match(page.body, 'keeps no list')
  t.notOk(lines.some(line => line.includes('"level":50')))
})
