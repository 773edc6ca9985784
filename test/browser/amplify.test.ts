// AWS Amplify in a real browser: signs in at the emulator by SRP, and its access token passes the gateway's own check
// of Bearer tokens.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'
import t, { type Test } from 'tap'
import { openChromium } from '../fixtures/chromium.js'
import { testGateway } from '../fixtures/gateway.js'

const source = `
  import { Amplify } from 'aws-amplify'
  import { fetchAuthSession, signIn, signOut } from 'aws-amplify/auth'
  window.amplify = { Amplify, fetchAuthSession, signIn, signOut }
`

/** The script of a single-page application, on an origin of its own. */
async function serveApplication(t: Test): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    logLevel: 'silent',
  })
  const script = outputFiles[0]?.contents ?? new Uint8Array()
  const server = createServer(({ url }, response) => {
    const isScript = url === '/app.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(
      isScript ? script : '<!doctype html><title>app</title><script src="/app.js"></script>',
    )
  }).listen(0, 'localhost')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

t.test("Amplify's access token is good at the gateway", async t => {
  const application = await serveApplication(t)
  const { url, emulator, upstream } = await testGateway(t, {
    publicClient: true,
  })
  const page = await (await (await openChromium(t)).newContext()).newPage()
  await page.goto(application)
  const configuration = {
    userPoolId: emulator.poolId,
    userPoolClientId: emulator.settings.clients[0]?.id,
    userPoolEndpoint: emulator.domain,
  }
  const result = (await page.evaluate(`(async () => {
    const { Amplify, signIn, fetchAuthSession } = window.amplify
    Amplify.configure({ Auth: { Cognito: ${JSON.stringify(configuration)} } })
    const wrong = await signIn({ username: 'jane', password: 'wrong' }).catch(error => error.name)
    const { nextStep } = await signIn({ username: 'jane', password: 'Jane-pass1' })
    const { tokens } = await fetchAuthSession()
    return { wrong, step: nextStep.signInStep, token: tokens.accessToken.toString() }
  })()`)) as { wrong: string; step: string; token: string }
  t.strictSame([result.wrong, result.step], ['NotAuthorizedException', 'DONE'])
  const call = (token: string) =>
    fetch(`${url}/reports`, { headers: { authorization: `Bearer ${token}` } })
  t.equal((await call(result.token)).status, 200)
  t.match(upstream.seen.at(-1)?.headers, { 'x-forwarded-groups': 'staff' })
  t.equal((await call(`${result.token}x`)).status, 401)
  t.ok(
    emulator.calls.some(({ operation }) => operation === 'RespondToAuthChallenge'),
    'by SRP',
  )
  t.notOk(emulator.calls.some(({ parameters }) => parameters.includes('PASSWORD')))
})
