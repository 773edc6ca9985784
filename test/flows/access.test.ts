// Rules about people, over real sockets: reported, explained, and with a fresh sign-in.
import t from 'tap'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn, submitLogin } from '../fixtures/sign-in.js'

t.test('optional: everybody passes, and the application learns who is signed in', async t => {
  const gateway = await testGateway(t)
  const { upstream } = gateway
  const url = await gateway.twin({
    routes: [{ path: '/', access: 'optional', upstream: upstream.origin }],
  })
  const browser = new PlainBrowser()
  const nobody = await browser.visit(`${url}/x`)
  t.equal(nobody.status, 200, 'no login')
  t.notMatch(nobody.body, 'x-forwarded-user')
  await signIn(browser, `${gateway.url}/`)
  t.match((await browser.visit(`${url}/x`)).body, '"x-forwarded-email":"jane@example.com"')
})

t.test('report: everybody passes, the log says who would not, and identity stays true', async t => {
  const gateway = await testGateway(t)
  const { upstream, lines } = gateway
  const url = await gateway.twin({
    mode: 'report',
    routes: [
      { path: '/strict', access: 'signed-in', mode: 'enforce', upstream: upstream.origin },
      { path: '/closed', access: 'deny' },
      { path: '/admin', access: { groups: ['admins'] }, upstream: upstream.origin },
      { path: '/', access: 'signed-in', upstream: upstream.origin },
    ],
  })
  const reports = () => lines.filter(line => line.includes('access would be refused'))
  const stranger = await new PlainBrowser().fetch(`${url}/x`, { 'x-forwarded-user': 'admin' })
  t.equal(stranger.status, 200)
  t.notMatch(stranger.body, 'admin')
  t.match(reports(), [/"would":"login"/])
  const browser = new PlainBrowser()
  await signIn(browser, `${gateway.url}/`)
  t.equal((await browser.fetch(`${url}/admin`)).status, 200)
  t.match(reports()[1], /"would":"refuse","reason":"groups: admins"/)
  t.equal((await browser.fetch(`${url}/x`)).status, 200)
  t.equal(reports().length, 2, 'who may pass is not told')
  t.equal((await new PlainBrowser().fetch(`${url}/strict`)).status, 401)
  t.equal((await browser.fetch(`${url}/closed`)).status, 403, 'deny is deny')
})

t.test(
  'explain: the 403 says what the operator wants said, escaped, and nothing of the rule',
  async t => {
    const gateway = await testGateway(t)
    const { upstream } = gateway
    const explain = { text: 'Ask <b>finance</b>.', link: 'https://wiki.example.com/access?a=1&b=2' }
    const url = await gateway.twin({
      routes: [
        {
          path: '/admin',
          access: { groups: ['secret-group'] },
          explain,
          upstream: upstream.origin,
        },
        { path: '/', access: 'signed-in', upstream: upstream.origin },
      ],
    })
    const browser = new PlainBrowser()
    await signIn(browser, `${gateway.url}/`)
    const page = await browser.visit(`${url}/admin`)
    t.equal(page.status, 403)
    t.match(page.body, 'Ask &lt;b&gt;finance&lt;/b&gt;.')
    t.match(page.body, 'href="https://wiki.example.com/access?a=1&amp;b=2"')
    t.notMatch(page.body, 'secret-group')
    const answer = await browser.fetch(`${url}/admin`)
    t.match(JSON.parse(answer.body), {
      error: 'forbidden',
      detail: explain.text,
      link: explain.link,
    })
  },
)

t.test('maxAuthAge: an old sign-in is asked for again, once, and then passes', async t => {
  const gateway = await testGateway(t)
  const { upstream, clock, emulator } = gateway
  const url = await gateway.twin({
    routes: [
      { path: '/payroll', access: { maxAuthAge: '10m' }, upstream: upstream.origin },
      { path: '/', access: 'signed-in', upstream: upstream.origin },
    ],
  })
  const browser = new PlainBrowser()
  await signIn(browser, `${gateway.url}/`)
  t.equal((await browser.visit(`${url}/payroll`)).status, 200, 'just signed in')
  clock.offsetSeconds = 900
  emulator.faults.clockOffsetSeconds = 900
  t.equal((await browser.fetch(`${url}/payroll`)).status, 401, 'a script is told')
  t.equal((await browser.visit(`${url}/x`)).status, 200, 'elsewhere nothing is asked')
  const sent = await browser.visit(`${url}/payroll`)
  t.match(sent.location, /prompt=login/)
  const page = await browser.follow(sent.location ?? '')
  t.match(page.body, /name="password"/, 'asked although signed in at Cognito')
  const back = await submitLogin(browser, page, 'jane', 'Jane-pass1')
  await browser.visit(back.location ?? '')
  t.equal((await browser.visit(`${url}/payroll`)).status, 200)
})

// A hosted UI that knows no prompt lets the old sign-in pass.
t.test(
  'maxAuthAge: who comes back with an old sign-in all the same is refused, not sent round',
  async t => {
    const gateway = await testGateway(t)
    const { upstream, emulator } = gateway
    const url = await gateway.twin({
      routes: [{ path: '/', access: { maxAuthAge: '1m' }, upstream: upstream.origin }],
    })
    emulator.faults.clockOffsetSeconds = -300
    const browser = new PlainBrowser()
    await signIn(browser, `${gateway.url}/x`)
    const answer = await browser.visit(`${url}/x`)
    t.equal(answer.status, 403)
  },
)
