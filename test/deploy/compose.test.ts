// docker-compose.yml says what the gateway understands, and every container has as little as it needs.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import t from 'tap'
import { parse } from 'yaml'
import { loadConfig } from '../../src/config.js'
import { parsePool } from '../../src/emulator/pool.js'
import { urlsToRegister } from '../../src/services/registration.js'
import { commandsBelow } from '../fixtures/readme-commands.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(root + file, 'utf8')

interface Service {
  readonly command?: readonly string[]
  readonly environment?: Record<string, string>
  readonly ports?: readonly string[]
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly volumes?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly tmpfs?: readonly string[]
  readonly healthcheck?: unknown
  readonly stop_grace_period?: string
  readonly profiles?: readonly string[]
}

/** Variables have their defaults: `${NAME:-default}`. */
const compose = parse(read('docker-compose.yml').replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1'), {
  merge: true,
}) as { services: Record<string, Service> }
const services = Object.entries(compose.services)
const gateways = services.filter(([name]) => name.startsWith('gateway'))

t.test('the settings of every gateway are complete and good', async t => {
  t.equal(gateways.length, 5)
  for (const [name, { environment = {}, stop_grace_period: grace }] of gateways) {
    const { delay, deadline } = loadConfig({ env: environment }).shutdown
    t.equal(grace, '1m')
    t.ok(delay + deadline + 20 <= 60, `${name} is not cut off`)
  }
})

t.test('the emulator knows the callback and sign-out URLs of every gateway', async t => {
  const pool = parsePool(parse(read('deploy/compose/emulator.yaml')))
  for (const [name, { environment = {} }] of gateways) {
    const config = loadConfig({ env: environment })
    const client = pool.clients.find(({ id }) => id === config.cognito.clientId)
    const { redirectUris, signOutUrls } = urlsToRegister(config)
    for (const url of redirectUris) t.ok(client?.callbackUrls.includes(url), `${name} ${url}`)
    for (const url of signOutUrls) t.ok(client?.logoutUrls.includes(url), `${name} ${url}`)
    t.equal(pool.poolId, config.cognito.userPoolId)
    t.strictSame(client?.secrets, config.cognito.clientSecret)
  }
})

t.test('containers have as little as they need, and this machine alone reaches them', async t => {
  for (const [name, service] of services) {
    t.equal(service.read_only, true, name)
    t.strictSame(service.cap_drop, ['ALL'], name)
    t.strictSame(service.security_opt, ['no-new-privileges:true'], name)
    for (const port of service.ports ?? []) t.match(port, /^127\.0\.0\.1:\d+:\d+$/, name)
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      const needed = compose.services[other]
      t.ok(needed, `${name} ${other}`)
      t.equal(
        condition === 'service_healthy',
        needed?.healthcheck !== undefined,
        `${name} ${other}`,
      )
      for (const profile of service.profiles ?? []) {
        t.ok(needed?.profiles?.includes(profile) ?? true, `${other} is there with ${profile}`)
      }
    }
    for (const volume of service.volumes ?? []) {
      const [file = ''] = volume.split(':')
      t.ok(read(file.slice(2)).length > 0, volume)
    }
  }
  t.notOk(compose.services.application?.ports, 'the application is reached through a gateway alone')
})

t.test('it is what the Compose specification allows, and docker-compose reads it', async t => {
  const schema = JSON.parse(
    readFileSync('/usr/lib/python3/dist-packages/compose/config/compose_spec.json', 'utf8'),
    // Draft 7 calls it `$id`, and nothing refers to it.
    (key, value) => (key === 'id' && typeof value === 'string' ? undefined : value),
  ) as Record<string, unknown>
  const ajv = new Ajv({ strict: false, validateFormats: false, meta: false })
  const { $schema: _draft, ...body } = schema
  const validate = ajv.compile(body)
  t.ok(validate(compose), JSON.stringify(validate.errors))
  t.notOk(validate({ services: { gateway: { port: 3000 } } }), 'it would say so')
  const words = ['-f', 'docker-compose.yml', 'config', '--services']
  const read = execFileSync('docker-compose', words, { cwd: root }).toString().trim().split('\n')
  t.strictSame(read.sort(), services.map(([name]) => name).sort())
})

t.test('the README names every profile, and where it answers', async t => {
  const commands = commandsBelow('### With docker compose')
  const profiles = new Set(services.flatMap(([, { profiles = [] }]) => profiles))
  const named = commands.map(({ words, line }) => {
    const [docker, compose, ...rest] = words
    t.strictSame([docker, compose, rest.at(-1)], ['docker', 'compose', 'up'], line)
    t.ok(rest.length === 1 || (rest.length === 3 && rest[0] === '--profile'), line)
    return rest.length === 1 ? null : (rest[1] ?? '')
  })
  t.strictSame(named.sort(), [null, ...profiles].sort())
  for (const { words, url, line } of commands) {
    const profile = words.length === 3 ? null : words[3]
    const ports = services
      .filter(([, one]) =>
        profile === null ? one.profiles === undefined : one.profiles?.includes(profile ?? ''),
      )
      .flatMap(([, one]) => one.ports ?? [])
    const { port } = new URL(url ?? 'http://localhost:3000')
    t.ok(
      ports.some(one => one.startsWith(`127.0.0.1:${port}:`)),
      line,
    )
  }
})

t.test('nginx of the containers asks as nginx of the documentation does', async t => {
  const directives = (file: string) =>
    read(file)
      .split('\n')
      .filter(line => !line.startsWith('#') && !/^(?:upstream| {2}listen)/.test(line))
      .join('\n')
      .trim()
  t.equal(directives('deploy/compose/forward-auth.conf'), directives('deploy/nginx/gateway.conf'))
})

t.test('the image has what its commands need', async t => {
  const dockerfile = read('Dockerfile')
  const { files, scripts } = JSON.parse(read('package.json')) as {
    files: string[]
    scripts: Record<string, string>
  }
  const ignored = read('.dockerignore').split('\n')
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \.\S*$/gm)].flatMap(
    ([, names = '']) => names.split(' '),
  )
  for (const name of copied) {
    const own = name.replace(/^\.\//, '')
    t.ok(ignored.includes(`!${own}`), `${own} goes to the build`)
  }
  t.match(scripts.build, 'scripts/clean.mjs')
  for (const name of ['dist', 'views', 'emulator.example.yaml']) {
    t.ok(files.includes(name))
    t.match(dockerfile, name)
  }
  t.match(dockerfile, /^USER 10001:10001$/m)
})
