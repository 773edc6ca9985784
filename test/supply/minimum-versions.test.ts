// Versions with known flaws, as nobody's audit service can be asked everywhere: what is locked is at least as new as the
// list says. Who changes the list says why, by advisory.
import { readFileSync } from 'node:fs'
import t from 'tap'

interface Rule {
  /** The first good version of each major that had one; later majors are good, earlier ones are not. */
  readonly from?: readonly string[]
  readonly absent?: boolean
  readonly because: readonly string[]
  /** Why an older one may be there for tests and benchmarks. */
  readonly inDevelopment?: string
}

interface Locked {
  readonly name: string
  readonly version: string
  readonly dev: boolean
}

const read = (file: string) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'))
const rules = read('./minimum-versions.json') as Record<string, Rule>
const lock = read('../../package-lock.json') as {
  packages: Record<string, { version?: string; dev?: boolean; devOptional?: boolean }>
}
const locked = Object.entries(lock.packages).flatMap(
  ([path, { version, dev, devOptional }]): Locked[] => {
    const name = path.split('node_modules/').at(-1) ?? ''
    return version === undefined || path === ''
      ? []
      : [{ name, version, dev: dev === true || devOptional === true }]
  },
)

function numbers(version: string): number[] {
  return (version.split('-')[0] ?? '').split('.').map(Number)
}

function isAtLeast(version: string, least: string): boolean {
  const [seen, wanted] = [numbers(version), numbers(least)]
  const at = seen.findIndex((number, place) => number !== wanted[place])
  return at === -1 || (seen[at] ?? 0) > (wanted[at] ?? 0)
}

function isGood(version: string, { from = [], absent }: Rule): boolean {
  if (absent === true) return false
  const [major = 0] = numbers(version)
  const ofMajor = from.find(least => numbers(least)[0] === major)
  if (ofMajor !== undefined) return isAtLeast(version, ofMajor)
  return from.every(least => major > (numbers(least)[0] ?? 0))
}

t.test('nothing that is locked has a flaw of the list', async t => {
  for (const { name, version, dev } of locked) {
    const rule = rules[name]
    if (rule === undefined || (dev && rule.inDevelopment !== undefined)) continue
    t.ok(isGood(version, rule), `${name} ${version}: ${rule.because.join(', ')}`)
  }
})

t.test('every rule names its advisories, and is about something', async t => {
  for (const [name, rule] of Object.entries(rules)) {
    t.ok(rule.because.length > 0, name)
    for (const id of rule.because) {
      t.match(id, /^(?:CVE-\d{4}-\d{4,}|GHSA(?:-[a-z\d]{4}){3})$/, `${name} ${id}`)
    }
    t.equal((rule.from === undefined) !== (rule.absent === undefined), true, name)
    if (rule.absent !== true)
      t.ok(
        locked.some(one => one.name === name),
        `${name} is used`,
      )
    if (rule.inDevelopment === undefined) continue
    const bad = locked.filter(one => one.name === name && !isGood(one.version, rule))
    t.ok(bad.length > 0, `${name} needs no exception any more`)
    t.ok(
      bad.every(({ dev }) => dev),
      name,
    )
  }
})

t.test('versions are compared by number, within their major', async t => {
  for (const [version, from, expected] of [
    ['7.29.0', ['6.28.0', '7.29.0'], true],
    ['7.28.9', ['6.28.0', '7.29.0'], false],
    ['7.100.0', ['6.28.0', '7.29.0'], true],
    ['6.28.0', ['6.28.0', '7.29.0'], true],
    ['5.99.0', ['6.28.0', '7.29.0'], false],
    ['8.0.0', ['6.28.0', '7.29.0'], true],
    ['6.29.1', ['7.29.0'], false],
    ['7.29.0-beta.1', ['7.29.0'], true],
  ] as const) {
    t.equal(isGood(version, { from, because: [] }), expected, `${version} from ${from}`)
  }
})

t.test('every package comes from npm itself, with the sum of its content', async t => {
  for (const [path, { version, ...entry }] of Object.entries(lock.packages)) {
    if (path === '' || version === undefined || 'link' in entry) continue
    t.type((entry as { integrity?: string }).integrity, 'string', path)
  }
})
