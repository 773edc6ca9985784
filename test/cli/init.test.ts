// A settings file from nothing, against the emulator; and the terminal on which nobody sees a secret.
import { statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { openDialogue } from '../../src/cli/ask.js'
import { askFor } from '../../src/cli/init.js'
import { loadConfig } from '../../src/config.js'
import { startEmulator } from '../../src/emulator/app.js'
import { parsePool } from '../../src/emulator/pool.js'
import { runCommand } from '../fixtures/command.js'
import { freePort } from '../fixtures/free-port.js'
import { clientSecret, users } from '../fixtures/gateway.js'
import { recordingUpstream } from '../fixtures/recording-upstream.js'

const url = 'http://localhost:3000'

async function prepare(t: Test, { secrets = [clientSecret] }: { secrets?: string[] } = {}) {
  const client = {
    id: '1testclient0000000000000001',
    secrets,
    callbackUrls: [`${url}/oauth2/callback`],
    logoutUrls: [`${url}/oauth2/signed_out`],
  }
  const pool = parsePool({ users, clients: [client] })
  const emulator = await startEmulator({ pool, port: await freePort() })
  t.teardown(() => emulator.close())
  const cwd = t.testdir({ secret: `${clientSecret}\n` })
  const flags = {
    '--pool-id': pool.poolId,
    '--client-id': client.id,
    '--domain': emulator.domain,
    '--issuer': emulator.issuer,
    '--url': url,
    '--upstream': (await recordingUpstream(t)).origin,
  }
  const init = (changes: Record<string, string>, ...words: string[]) =>
    runCommand(['init', ...Object.entries({ ...flags, ...changes }).flat(), ...words], { cwd })
  return { init, cwd, file: join(cwd, 'gateway.yaml'), flags }
}

t.test('writes a file that works, for its owner alone, and says what to register', async t => {
  const { init, file, cwd } = await prepare(t)
  const { status, stdout, stderr } = await init({ '--client-secret-file': 'secret' })
  t.equal(status, 0, stderr)
  t.match(stdout, /callback URLs:\n {2}http:\/\/localhost:3000\/oauth2\/callback\n/)
  t.match(stdout, /sign-out URLs:\n {2}http:\/\/localhost:3000\/oauth2\/signed_out\n/)
  t.match(stdout, /finds nothing wrong/)
  t.notMatch(stdout + stderr, clientSecret)
  t.equal(statSync(file).mode & 0o777, 0o600)
  const config = loadConfig({ env: {}, file })
  t.strictSame(config.cognito.clientSecret, [clientSecret])
  t.equal(config.secrets[0]?.length, 32)
  t.match(await runCommand(['doctor'], { cwd }), { status: 0, stdout: /Nothing is wrong/ })

  const before = await readFile(file, 'utf8')
  const again = await init({ '--client-secret-file': 'secret' })
  t.match(again, { status: 2, stderr: /gateway\.yaml is there already: --force/ })
  t.equal(await readFile(file, 'utf8'), before)
  writeFileSync(file, 'old: true\n', { mode: 0o644 })
  t.equal((await init({ '--client-secret-file': 'secret' }, '--force')).status, 0)
  t.equal(statSync(file).mode & 0o777, 0o600, 'also where the old one was open')
})

t.test('a client without a secret, and secrets that stay out of the file', async t => {
  const open = await prepare(t, { secrets: [] })
  t.equal((await open.init({}, '--public-client')).status, 0)
  t.equal(loadConfig({ env: {}, file: open.file }).cognito.clientSecret, undefined)

  const { init, file } = await prepare(t)
  const { status, stdout } = await init({ '--client-secret-file': 'secret' }, '--no-secrets')
  t.equal(status, 0)
  t.match(stdout, /GATEWAY_SECRET_FILE=.*\n.*COGNITO_CLIENT_SECRET_FILE=/)
  const written = parse(await readFile(file, 'utf8'))
  t.notOk('secrets' in written || 'clientSecret' in written.cognito)
})

t.test('what the doctor finds is said, and the file is written all the same', async t => {
  const { init, file, cwd } = await prepare(t)
  writeFileSync(join(cwd, 'secret'), 'anothersecret0000000000000')
  const { status, stdout } = await init({ '--client-secret-file': 'secret' })
  t.equal(status, 1)
  t.match(stdout, /✗ client secret: .*\n.*not the secret of this app client/)
  t.ok(loadConfig({ env: {}, file }))
})

t.test('nobody to ask: exit 2 names every flag, and nothing is written', async t => {
  const cwd = t.testdir({})
  const { status, stderr } = await runCommand(['init', '--domain', 'my-prefix'], { cwd })
  t.equal(status, 2)
  for (const flag of ['pool-id', 'client-id', 'client-secret-file', 'url', 'upstream']) {
    t.match(stderr, new RegExp(`--${flag}: is missing`))
  }
  t.notMatch(stderr, '--domain: is missing')
  const { init, file } = await prepare(t)
  const odd = await init({ '--url': 'https://app.example.com/path' }, '--public-client')
  t.match(odd, { status: 2, stderr: /url.*must be an origin/ })
  t.match(await init({ '--client-secret-file': 'nowhere' }), { status: 2, stderr: /ENOENT/ })
  t.throws(() => statSync(file), { code: 'ENOENT' })
})

t.test('on a terminal: asks for what is missing, and shows no secret', async t => {
  const input = new PassThrough()
  const output = new PassThrough()
  let shown = ''
  output.on('data', (chunk: Buffer) => {
    shown += chunk
  })
  const { ask, close } = openDialogue(input, output)
  t.teardown(close)
  const answers = askFor({ output: 'x', secrets: true, domain: 'my-prefix' }, ask)
  const type = async (question: RegExp, text: string) => {
    while (!question.test(shown)) await new Promise(resolve => output.once('data', resolve))
    input.write(`${text}\r`)
  }
  await type(/User pool id/, '')
  await type(/an answer is needed[\s\S]*User pool id/, 'eu-west-1_Abc123')
  await type(/App client id/, '1example23456789')
  await type(/not shown/, 'canarysecret')
  await type(/Public URL/, 'https://app.example.com')
  await type(/application/, 'http://localhost:8080')
  t.strictSame(await answers, {
    poolId: 'eu-west-1_Abc123',
    clientId: '1example23456789',
    clientSecret: 'canarysecret',
    domain: 'my-prefix',
    url: 'https://app.example.com',
    upstream: 'http://localhost:8080',
  })
  t.notMatch(shown, /canary/)
  const left = shown.split('\u001b[0J').join('\u001b[1G')
  for (const question of ['User pool id', 'App client id', 'Public URL']) {
    t.notMatch(
      left,
      new RegExp(`${question}[^\\r\\n]*: \u001b\\[1G`),
      `${question} is not wiped away`,
    )
  }
  t.match(shown, /1example23456789/, 'what is no secret is shown')
})

t.test('on a terminal that is closed in between: an error, and no wait', async t => {
  const input = new PassThrough()
  const { ask, close } = openDialogue(input, new PassThrough().resume())
  t.teardown(close)
  const answer = ask('Anybody')
  input.end()
  await t.rejects(answer, { message: /nothing was written/ })
})
