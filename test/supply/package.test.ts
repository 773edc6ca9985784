// What is published, and what comes along: the files of the package, its bill of materials, its dependencies.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  readonly bin: Record<string, string>
  readonly files: readonly string[]
  readonly dependencies: Record<string, string>
  readonly scripts: Record<string, string>
}
const run = (command: string, ...words: string[]) =>
  execFileSync(command, words, { cwd: root, maxBuffer: 64 * 1024 * 1024 }).toString()

t.test('the package has what it needs to run, and nothing of the workshop', async t => {
  const packed = JSON.parse(run('npm', 'pack', '--dry-run', '--json', '--ignore-scripts')) as
    | { files: { path: string }[]; unpackedSize: number }[]
    | Record<string, { files: { path: string }[]; unpackedSize: number }>
  const [content] = Object.values(packed)
  const paths = (content?.files ?? []).map(({ path }) => path)
  for (const needed of [
    ...Object.values(manifest.bin),
    'README.md',
    'LICENSE',
    'package.json',
    'views/error.eta',
    'gateway.example.yaml',
    'emulator.example.yaml',
    'deploy/grafana/dashboard.json',
  ]) {
    t.ok(paths.includes(needed), needed)
  }
  const own = ['README.md', 'LICENSE', 'package.json', ...manifest.files]
  for (const path of paths) {
    t.ok(
      own.some(file => path === file || path.startsWith(`${file}/`)),
      path,
    )
    t.notMatch(
      path,
      /(?:^|\/)(?:test|bench|\.env|\.npmrc|node_modules)(?:\/|$)|\.(?:test|map|tsbuildinfo)(?:\.|$)/,
    )
  }
  t.ok((content?.unpackedSize ?? 0) < 10_000_000, `${content?.unpackedSize} bytes`)
})

t.test('npm run sbom: a CycloneDX bill of what a gateway consists of', async t => {
  const bill = JSON.parse(run('npm', 'run', '--silent', 'sbom')) as {
    bomFormat: string
    specVersion: string
    metadata: { component: { purl: string } }
    components: { name: string; version: string; purl: string; hashes?: unknown[] }[]
  }
  t.equal(bill.bomFormat, 'CycloneDX')
  t.match(bill.specVersion, /^1\.[4-9]$/)
  t.equal(bill.metadata.component.purl.split('@')[0], 'pkg:npm/cognito-gateway')
  const names = bill.components.map(({ purl }) => decodeURIComponent(purl))
  for (const name of Object.keys(manifest.dependencies)) {
    t.ok(
      names.some(purl => purl.startsWith(`pkg:npm/${name}@`)),
      name,
    )
  }
  for (const other of ['tap', 'typescript', 'playwright-core']) {
    t.notOk(
      names.some(purl => purl.startsWith(`pkg:npm/${other}@`)),
      `${other} is not shipped`,
    )
  }
})

t.test('npm run dependencies: how many, and how much', async t => {
  const told = run('npm', 'run', '--silent', 'dependencies')
  const [, count, megabytes] = /^(\d+) packages, ([\d.]+) MB/m.exec(told) ?? []
  t.ok(Number(count) >= Object.keys(manifest.dependencies).length, told)
  t.ok(Number(count) < 100, `${count} packages: is the new one worth what it brings?`)
  t.ok(Number(megabytes) < 40, `${megabytes} MB`)
})
