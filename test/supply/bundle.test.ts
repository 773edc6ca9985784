// The built command line, as it is in the image: its own files and no package beside them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { freePort } from '../fixtures/free-port.js'
import { PlainBrowser } from '../fixtures/plain-browser.js'
import { redisServer } from '../fixtures/redis-server.js'
import { signIn } from '../fixtures/sign-in.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

t.test('on a terminal it signs people in, sessions in Redis, and writes lines to read', async t => {
  // Not below the project, where Node.js would find its packages.
  const folder = mkdtempSync(join(tmpdir(), 'built-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of [
    'package.json',
    'emulator.example.yaml',
    'views',
    'dist/cli/main.js',
    'dist/chunks',
  ])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  const redis = await redisServer(t)
  const port = await freePort()
  const command = [
    `${process.execPath} dist/cli/main.js dev --port ${port} --admin-port ${await freePort()}`,
    `--emulator-port ${await freePort()} --app-port ${await freePort()}`,
  ].join(' ')
  const terminal = spawn('script', ['--quiet', '--flush', '--command', command, '/dev/null'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      GATEWAY_SESSION_STORE: 'redis',
      GATEWAY_REDIS_URL: redis.url,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.teardown(() => void terminal.kill('SIGKILL'))
  const ended = once(terminal, 'exit')
  let printed = ''
  terminal.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  const until = async (words: string) => {
    while (!printed.includes(words)) {
      await Promise.race([
        once(terminal.stdout, 'data'),
        ended.then(() => Promise.reject(new Error(printed))),
      ])
    }
  }
  await until('Ctrl-C')
  const page = await signIn(new PlainBrowser(), `http://localhost:${port}/`)
  t.equal(page.status, 200, page.body)
  t.match(page.body, 'jane@example.com')
  await until('sign_in')
  t.notMatch(printed, /^\{/m, 'no line of JSON')
  terminal.stdin.write('\u0003')
  const [status] = await ended
  t.equal(status, 0, 'Ctrl-C stops it')
})

t.test('the licences of all that is bundled come along', async t => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const licences = readFileSync(join(root, 'dist/chunks/LICENSES.txt'), 'utf8').split(
    '-'.repeat(80),
  )
  for (const name of Object.keys(dependencies)) {
    const own = licences.find(text => text.trim().startsWith(`${name} `))
    t.match(own, /Permission|Apache License|BlueOak|Redistribution/i, name)
  }
})
