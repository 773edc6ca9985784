// `npm run dev` as somebody types it on the first day.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { freePort } from '../fixtures/free-port.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { program } from '../fixtures/program.js'
import { signIn } from '../fixtures/sign-in.js'

async function dev(t: Test, env: Record<string, string> = {}) {
  const [port, admin, emulator, app] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  const ports = [
    '--port',
    port,
    '--admin-port',
    admin,
    '--emulator-port',
    emulator,
    '--app-port',
    app,
  ]
  const child = spawn(process.execPath, [...program, 'dev', ...ports.map(String)], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  })
  const output = { text: '' }
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    output.text += part
  })
  /** Waits until the output has this. */
  const says = async (wanted: RegExp) => {
    while (!wanted.test(output.text)) await once(child.stdout, 'data')
  }
  return { url: `http://localhost:${port}`, output, says }
}

t.test('it says where to go and what to try, and a person signs in', async t => {
  const { url, output, says } = await dev(t)
  await says(/Ctrl-C stops everything/)
  t.match(output.text, `Open ${url}`)
  const page = await signIn(new PlainBrowser(), `${url}/`)
  t.equal(page.status, 200)
  t.notMatch(output.text, 'The doctor found')
})

t.test('a wrong secret: found at the start, explained in the log, and mended', async t => {
  const { url, output, says } = await dev(t, { COGNITO_CLIENT_SECRET: 'wrong' })
  await says(/The doctor found:[\s\S]*to do {4}copy it again/)
  t.match(output.text, 'COGNITO_CLIENT_SECRET is not the secret of this app client')
  const page = await signIn(new PlainBrowser(), `${url}/`)
  t.equal(page.status, 500)
  t.match(page.body, 'Signing in is not set up correctly')
  const [, id = ''] = /<dt>Id<\/dt><dd><code>([^<]+)/.exec(page.body) ?? []
  await says(new RegExp(`"id":"${id}".*GW_ERR_LOGIN_MISCONFIGURED`))
})
