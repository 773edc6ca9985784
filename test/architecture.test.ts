// The house, held by reading import lines: who may know whom, who may know which library, no circles.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const source = fileURLToPath(new URL('../src', import.meta.url))

const rooms = [
  'cognito',
  'login',
  'session',
  'routing',
  'access',
  'identity-headers',
  'proxy',
  'audit',
  'tracing',
  'aws',
]
const ground = ['model', 'errors', 'log']

/** What stands on a floor, and what it may import of ours. A room's own folder is always allowed. */
const floors: Record<string, readonly string[]> = {
  ...Object.fromEntries(ground.map(stone => [stone, []])),
  lib: ground,
  texts: ground,
  ...Object.fromEntries(rooms.map(room => [room, ['lib', ...ground]])),
  pages: ['texts', 'lib', ...ground],
  emulator: ['lib/views'],
  hooks: [...rooms, 'pages', 'texts', 'lib', ...ground],
  endpoints: [...rooms, 'pages', 'texts', 'lib', ...ground],
  config: ['*/settings', 'lib', ...ground],
  services: ['config', 'hooks', 'endpoints', ...rooms, 'pages', 'lib', ...ground],
  app: ['services', 'config', 'hooks', 'endpoints', ...rooms, 'pages', 'lib', ...ground],
  cli: ['app', 'services', 'config', 'emulator', ...rooms, 'lib', ...ground],
  testing: ['cli/serve', 'config', 'emulator', 'lib', ...ground],
}

/** Libraries that one place knows. */
const libraryHomes: Record<string, readonly string[]> = {
  fastify: ['app', 'hooks/', 'endpoints/', 'emulator/', 'cli/serve'],
  '@fastify/cookie': ['emulator/'],
  '@fastify/formbody': ['app', 'emulator/'],
  'openid-client': ['cognito/client'],
  'aws-jwt-verify': ['cognito/verifier'],
  undici: ['lib/undici', 'lib/undici-files.d', 'proxy/', 'cognito/'],
  jose: ['emulator/'],
  eta: ['lib/views'],
  negotiator: ['texts/language'],
  'fastest-levenshtein': ['lib/suggestion'],
  pino: ['log'],
  'pino-pretty': ['log'],
  commander: ['cli/main'],
  '@aws-sdk/client-secrets-manager': ['cli/aws-secrets'],
  '@aws-sdk/client-ssm': ['cli/aws-secrets'],
  '@aws-sdk/client-cognito-identity-provider': ['cli/checks/registered-client'],
  '@aws-sdk/client-cognito-identity': ['aws/sdk'],
  '@aws-sdk/client-sts': ['aws/sdk'],
  '@smithy/signature-v4': ['aws/sdk'],
  'smol-toml': ['cli/import/oauth2-proxy-file'],
  yaml: ['lib/', 'emulator/'],
  zod: [
    'config',
    'lib/',
    '*/settings',
    'routing/cors-settings',
    'pages/text-settings',
    'emulator/',
    'cli/import/',
  ],
  '@opentelemetry/api': ['tracing/open-telemetry'],
  '@opentelemetry/exporter-trace-otlp-http': ['tracing/open-telemetry'],
  '@opentelemetry/resources': ['tracing/open-telemetry'],
  '@opentelemetry/sdk-trace-base': ['tracing/open-telemetry'],
  ioredis: ['lib/redis'],
  'lru-cache': ['lib/', 'session/', 'cognito/', 'proxy/', 'identity-headers/', 'aws/'],
}

/** `import … from`, `export … from`, `import '…'` at the start of a line, and `import('…')` anywhere. */
const importStatement =
  /(?:^(?:import|export)\b[^'"`;]*?\bfrom\s+|^import\s+|\bimport\()'([^']+)'/gm

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts'))
  .map(file => file.slice(0, -3))
const imports = new Map(files.map(file => [file, importsOf(file)]))

t.test('every file stands on a floor', async t => {
  for (const file of files) t.ok(floorOf(file) in floors, file)
})

t.test('every import goes to the own folder or to a floor below', async t => {
  for (const [file, targets] of imports) {
    const floor = floorOf(file)
    for (const target of targets.ours) {
      const allowed =
        floorOf(target) === floor || (floors[floor] ?? []).some(rule => matches(target, rule))
      t.ok(allowed, `${file} imports ${target}`)
    }
  }
})

t.test('every library is known where the table says, and nowhere else', async t => {
  for (const [file, targets] of imports) {
    for (const library of targets.libraries) {
      const homes = libraryHomes[library]
      t.ok(homes, `${library}, imported by ${file}, stands in the table`)
      t.ok(
        homes?.some(home => matches(file, home)),
        `${file} imports ${library}`,
      )
    }
  }
})

t.test('every library of the table is used, and is a dependency', async t => {
  const used = new Set([...imports.values()].flatMap(({ libraries }) => libraries))
  const manifest = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as Record<'dependencies' | 'peerDependencies', Record<string, string>>
  const known = { ...manifest.dependencies, ...manifest.peerDependencies }
  for (const library of Object.keys(libraryHomes)) t.ok(used.has(library), `${library} is used`)
  for (const library of used) t.ok(library in known, `${library} is a dependency`)
})

t.test('no file imports itself by way of others', async t => {
  const done = new Set<string>()
  const walk = (file: string, way: readonly string[]): string[] | null => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
    if (done.has(file)) return null
    for (const target of imports.get(file)?.ours ?? []) {
      const circle = walk(target, [...way, file])
      if (circle !== null) return circle
    }
    done.add(file)
    return null
  }
  for (const file of files) t.equal(walk(file, []), null, file)
})

t.test('relative imports name a file that is there', async t => {
  const known = new Set(files)
  for (const [file, { ours }] of imports) {
    for (const target of ours) t.ok(known.has(target), `${file} imports ${target}`)
  }
})

function importsOf(file: string): { ours: string[]; libraries: string[] } {
  const text = readFileSync(join(source, `${file}.ts`), 'utf8')
  const specifiers = [...text.matchAll(importStatement)].map(([, name = '']) => name)
  const ours = specifiers
    .filter(name => name.startsWith('.') && name.endsWith('.js'))
    .map(name => relative(source, join(source, dirname(file), name.slice(0, -3))))
  const libraries = specifiers
    .filter(name => !name.startsWith('.') && !name.startsWith('node:'))
    .map(name =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    )
  return { ours, libraries }
}

function floorOf(file: string): string {
  return file.split('/')[0] ?? file
}

/** A rule is a file, a floor, a folder with its slash, or `*` for one folder. */
function matches(file: string, rule: string): boolean {
  if (rule.startsWith('*/')) return file.split('/').slice(1).join('/') === rule.slice(2)
  if (rule.endsWith('/')) return file.startsWith(rule)
  return file === rule || file.startsWith(`${rule}/`)
}
