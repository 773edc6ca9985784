// Sign-in, refresh and sign-out against a strict provider that no one here wrote. It has no Cognito logout
// and no hosted UI of Cognito's look, so those parts end at its door.
import t from 'tap'
import { freePort } from '../fixtures/free-port.js'
import { testGateway } from '../fixtures/gateway.js'
import { startOidcProvider } from '../fixtures/oidc-provider.js'
import { type Answer, PlainBrowser } from '../fixtures/plain-browser.js'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

for (const publicClient of [false, true]) {
  t.test(
    `a client ${publicClient ? 'without' : 'with'} a secret signs in, refreshes, and signs out`,
    async t => {
      const port = await freePort()
      const redirectUri = `http://localhost:${port}/oauth2/callback`
      const provider = await startOidcProvider(t, { port: await freePort(), redirectUri })
      const issuer = provider.origin
      const { url, upstream, clock } = await testGateway(t, {
        port,
        publicClient,
        settings: {
          cognito: {
            userPoolId: 'strict',
            clientId: publicClient ? 'public1' : 'confidential1',
            ...(publicClient ? {} : { clientSecret: ['secretsecret1'] }),
            domain: issuer,
            issuer,
          },
        },
      })
      const browser = new PlainBrowser()

      const landed = await signInAtProvider(browser, await browser.follow(`${url}/reports?x=1`))
      t.equal(landed.url, `${url}/reports?x=1`)
      t.equal(landed.status, 200)
      t.match(upstream.seen.at(-1)?.headers, {
        'x-forwarded-user': 'jane',
        'x-forwarded-preferred-username': 'jane',
        'x-forwarded-email': 'jane@example.com',
        'x-forwarded-groups': 'staff',
      })
      t.strictSame(provider.events, ['grant.success'])

      clock.offsetSeconds = 240
      const refreshed = await browser.visit(`${url}/later`)
      t.equal(refreshed.status, 200)
      t.ok(refreshed.setCookies.some(line => line.startsWith('cgw-session=')))
      t.equal(provider.events.filter(name => name === 'grant.success').length, 2)

      const cookie = browser.cookieHeader(url)
      const out = await browser.visit(`${url}/oauth2/sign_out`)
      t.match(out.location, `${issuer}/logout?client_id=`)
      t.ok(provider.events.includes('grant.revoked'), 'the refresh token is dead at the provider')
      t.equal((await new PlainBrowser().fetch(`${url}/`, { cookie })).status, 401)
    },
  )
}

/** Fills the provider's pages: the name, then the consent. */
async function signInAtProvider(browser: PlainBrowser, first: Answer): Promise<Answer> {
  let page = first
  for (let step = 0; page.url.includes('/interaction/') && step < 3; step++) {
    const [, prompt = ''] = /name="prompt" value="(\w+)"/.exec(page.body) ?? []
    const fields = prompt === 'login' ? { prompt, login: 'jane', password: 'any' } : { prompt }
    const body = new URLSearchParams(fields).toString()
    const answer = await browser.visit(page.url, { method: 'POST', headers: form, body })
    page = await browser.follow(answer.location ?? '')
  }
  return page
}
