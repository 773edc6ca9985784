// In a real browser: credentials for scripts of the same origin, and the way out for an account that may not sign in.
import t from 'tap'
import { fillSignIn, openChromium } from '../fixtures/chromium.js'
import { freePort } from '../fixtures/free-port.js'
import { testGateway, users } from '../fixtures/gateway.js'
import { sampleGateway } from '../fixtures/sample-gateway.js'

const identityPoolId = 'us-east-1:11111111-2222-4333-8444-555555555555'
const authenticatedRole = 'arn:aws:iam::123456789012:role/user'

/** What a script of a page gets: status and body, or the error that the browser made of it. */
const fetched = (url: string) =>
  `fetch('${url}', { credentials: 'include' }).then(async r => r.status + ' ' + await r.text(), e => String(e))`

t.test(
  'a script of the same origin gets AWS credentials; no other page does, in no way',
  async t => {
    const emulatorPort = await freePort()
    const { url, emulator, upstream } = await testGateway(t, {
      emulator: { port: emulatorPort },
      pool: { identityPools: [{ id: identityPoolId, authenticatedRole }] },
      settings: {
        aws: {
          identityPoolId,
          credentialsEndpoint: true,
          endpoint: `http://localhost:${emulatorPort}`,
        },
      },
    })
    const context = await (await openChromium(t)).newContext()
    const page = await context.newPage()
    await page.goto(`${url}/`)
    await fillSignIn(page, 'jane', 'Jane-pass1')
    const answer = String(await page.evaluate(fetched('/oauth2/aws-credentials')))
    t.match(answer, /^200 /)
    const { AccessKeyId } = JSON.parse(answer.slice(4)) as { AccessKeyId: string }
    t.equal(emulator.administration.awsSession(AccessKeyId)?.roleArn, authenticatedRole)

    const typed = await page.goto(`${url}/oauth2/aws-credentials`)
    t.equal(typed?.status(), 403, 'the address bar')
    t.notMatch(await page.content(), AccessKeyId)
    await page.goto(`${upstream.origin}/another-site`)
    t.notMatch(await page.evaluate(fetched(`${url}/oauth2/aws-credentials`)), AccessKeyId)
  },
)

t.test('an account that may not sign in is told so, and another one comes in', async t => {
  const guest = {
    username: 'guest',
    password: 'Guest-pass1',
    attributes: { email: 'g@example.com' },
  }
  const { url } = await sampleGateway(t, {
    users: [...(users ?? []), guest],
    settings: {
      login: { require: { groups: ['staff'] }, explain: { text: 'Ask the help desk.' } },
    },
  })
  const page = await (await (await openChromium(t)).newContext()).newPage()
  await page.goto(`${url}/upload?from=mail`)
  await fillSignIn(page, 'guest', 'Guest-pass1')
  t.match(await page.getByRole('heading').textContent(), 'This account may not sign in here')
  t.match(await page.textContent('body'), 'Ask the help desk.')
  await page.getByRole('link', { name: 'Use another account' }).click()
  t.match(page.url(), /\/login\?/)
  await fillSignIn(page, 'jane', 'Jane-pass1')
  t.equal(page.url(), `${url}/upload?from=mail`)
})
