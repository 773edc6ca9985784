// cognito-gateway/testing, as another project has it: by its name, with types, from the packed package.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { startGateway } from '../src/testing.js'
import { recordingUpstream } from './fixtures/recording-upstream.js'

const root = fileURLToPath(new URL('..', import.meta.url))

t.test('one line gives a gateway in which anybody is signed in', async t => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway({ upstream: upstream.origin })
  t.teardown(() => gateway.close())
  t.equal((await fetch(`${gateway.url}/`)).status, 401)
  const cookie = await gateway.cookie('jane')
  const answer = await fetch(`${gateway.url}/reports`, { headers: { cookie } })
  t.equal(answer.status, 200)
  t.match(upstream.seen.at(-1)?.headers, {
    'x-forwarded-email': 'jane@example.com',
    'x-forwarded-groups': 'staff',
  })
  const authorization = `Bearer ${await gateway.accessToken('admin')}`
  t.equal((await fetch(`${gateway.url}/reports`, { headers: { authorization } })).status, 200)
  t.match(upstream.seen.at(-1)?.headers, { 'x-forwarded-groups': 'admins,staff' })
  const { cookies, origins } = await gateway.storageState('admin')
  t.strictSame(origins, [])
  for (const { domain } of cookies) t.equal(domain, 'localhost')
  await t.rejects(gateway.cookie('nobody'), /no user "nobody"/)
})

t.test('settings, pool and routes are those of the test', async t => {
  const gateway = await startGateway({
    pool: { users: [{ username: 'kim', password: 'Kim-pass1', groups: ['editors'] }] },
    settings: {
      routes: [
        { path: '/closed', access: 'deny' },
        { path: '/', access: { groups: ['editors'] } },
      ],
    },
  })
  t.teardown(() => gateway.close())
  const headers = { cookie: await gateway.cookie('kim') }
  t.equal((await fetch(gateway.url, { headers })).status, 200)
  t.equal((await fetch(`${gateway.url}/closed`, { headers })).status, 403)
  gateway.emulator.administration.update('kim', { enabled: false })
  await t.rejects(gateway.cookie('kim'), /ended with/)
  await t.rejects(startGateway({ settings: { nonsense: true } }), /cannot be used/)
})

const consumer = `import { startGateway, type TestingGateway } from 'cognito-gateway/testing'

const gateway: TestingGateway = await startGateway()
const cookie: string = await gateway.cookie('jane')
const answer = await fetch(gateway.url, { headers: { cookie } })
process.stdout.write(String(answer.status))
await gateway.close()
`

t.test('the packed package has it, with types', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'consumer-'))
  // As its users run it: what tap has every Node.js of a test run through stays behind.
  const run = (command: string, ...words: string[]) =>
    execFileSync('/bin/sh', ['-c', 'unset NODE_OPTIONS; exec "$@"', 'sh', command, ...words], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const packed = execFileSync(
    'npm',
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder],
    { cwd: root, encoding: 'utf8' },
  ).trim()
  run('tar', '-xzf', packed)
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  symlinkSync(join(folder, 'package'), join(modules, 'cognito-gateway'))
  // What the package depends on, as an installation would put it beside.
  const beside = join(folder, 'package', 'node_modules')
  mkdirSync(beside)
  for (const name of readdirSync(join(root, 'node_modules'))) {
    symlinkSync(join(root, 'node_modules', name), join(beside, name))
  }
  symlinkSync(join(root, 'node_modules', '@types'), join(modules, '@types'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'consumer.ts'), consumer)
  const options = [
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--strict',
    '--skipLibCheck',
    '--types',
    'node',
  ]
  run(join(root, 'node_modules/.bin/tsc'), ...options, 'consumer.ts')
  t.equal(run(process.execPath, 'consumer.js'), '200')
})
