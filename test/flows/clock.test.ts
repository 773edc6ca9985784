// A machine whose clock is not Cognito's: people sign in all the same, and whoever runs it is told once.
import t from 'tap'
import { testGateway } from '../fixtures/gateway.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { signIn } from '../fixtures/sign-in.js'

for (const seconds of [45, -45, 55, -55]) {
  const way = seconds > 0 ? 'ahead of' : 'behind'
  t.test(`Cognito ${Math.abs(seconds)} s ${way} us: signed in, refreshed, one warning`, async t => {
    const { url, emulator, lines } = await testGateway(t, {
      client: { idTokenSeconds: 300, accessTokenSeconds: 300 },
    })
    emulator.faults.clockOffsetSeconds = seconds
    const browser = new PlainBrowser()
    t.equal((await signIn(browser, `${url}/`)).status, 200)
    t.equal((await browser.fetch(`${url}/x`)).status, 200)
    const other = new PlainBrowser()
    t.equal((await signIn(other, `${url}/`, 'admin')).status, 200)
    const warnings = lines.filter(line => line.includes('the clock of this machine is'))
    t.equal(warnings.length, 1)
    const [, size, direction] =
      /is (\d+) s (behind|ahead of) Cognito's/.exec(warnings[0] ?? '') ?? []
    t.ok(Math.abs(Number(size) - Math.abs(seconds)) <= 10, 'to within the time it takes')
    t.equal(direction, seconds > 0 ? 'behind' : 'ahead of')
  })
}

// By the tokens' clock the session would have looked as old as the difference, or younger than it is.
t.test('a refresh on demand is paced by our own clock', async t => {
  for (const seconds of [45, -45]) {
    const { url, emulator, clock } = await testGateway(t)
    emulator.faults.clockOffsetSeconds = seconds
    const browser = new PlainBrowser()
    await signIn(browser, `${url}/`)
    const ask = () =>
      browser.visit(`${url}/oauth2/refresh`, {
        method: 'POST',
        headers: { 'sec-fetch-site': 'same-origin' },
      })
    const refreshes = () => emulator.calls.filter(({ grantType }) => grantType === 'refresh_token')
    t.equal((await ask()).status, 200)
    t.equal(refreshes().length, 0, 'signed in just now')
    clock.offsetSeconds = 10
    await ask()
    await ask()
    t.equal(refreshes().length, 1)
    clock.offsetSeconds = 20
    await ask()
    t.equal(refreshes().length, 2)
  }
})

t.test('hours apart: the page and the log name the clock', async t => {
  const { url, emulator, lines } = await testGateway(t)
  emulator.faults.clockOffsetSeconds = -7200
  const answer = await signIn(new PlainBrowser(), `${url}/`)
  t.equal(answer.status, 502)
  t.match(answer.body, 'GW_ERR_TOKENS_REFUSED')
  t.ok(lines.some(line => line.includes('do the clocks of gateway and Cognito agree?')))
})
