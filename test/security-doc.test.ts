// docs/security.md names a test for everything that it says: each is there, under that name, in that file.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import t from 'tap'

const root = new URL('../', import.meta.url)
const page = readFileSync(new URL('docs/security.md', root), 'utf8')

/** Names of tests as their files write them; what is filled in later matches anything. */
function namesIn(file: string): RegExp[] {
  const source = readFileSync(new URL(file, root), 'utf8')
  const names = source.matchAll(/\bt\.test\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"([^"\n]*)"|`([^`]*)`)/g)
  return [...names].map(([, single, double, template]) => {
    const name = single?.replaceAll("\\'", "'") ?? double ?? template ?? ''
    const parts = template === undefined ? [name] : name.split(/\$\{[^}]*\}/)
    return new RegExp(`^${parts.map(literal).join('.+')}$`)
  })
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** Lines of tables, without their heads. */
const rows = page
  .split('\n')
  .filter((line, at, all) => line.startsWith('| ') && !all[at + 1]?.startsWith('| ---'))
  .filter(line => !line.startsWith('| ---'))

const held = rows.map(row => row.split(' | ').at(-1) ?? '')

t.test('every row has a test, and each of them exists', async t => {
  t.ok(rows.length > 80, `${rows.length} rows`)
  const known = new Map<string, RegExp[]>()
  for (const [at, cell] of held.entries()) {
    const files = cell.replace(/ \|$/, '').split('<br>')
    for (const entry of files) {
      const [, file = '', names = ''] = /^`(test\/[\w./-]+\.test\.ts)`: (.+)$/.exec(entry) ?? []
      t.ok(file !== '' && existsSync(new URL(file, root)), `${file} of: ${rows[at]}`)
      if (file === '') continue
      const there = known.get(file) ?? namesIn(file)
      known.set(file, there)
      for (const name of names.split(' · ')) {
        const [, bare = ''] = /^\*(.+)\*$/.exec(name) ?? []
        t.ok(
          there.some(one => one.test(bare)),
          `${file}: ${name}`,
        )
      }
    }
  }
})

t.test('a name that is not there would be found', async t => {
  const names = namesIn('test/security-doc.test.ts')
  t.ok(names.some(one => one.test('a name that is not there would be found')))
  t.notOk(names.some(one => one.test('a name that is not there would be foun')))
  const templates = namesIn('test/flows/secret-rotation.test.ts')
  t.ok(templates.some(one => one.test('a new secret before the old one signs nobody out (redis)')))
  t.notOk(templates.some(one => one.test('a new secret before the old one signs nobody out ()')))
})

t.test('what is said to run in npm test does', async t => {
  const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
    scripts: Record<string, string>
  }
  t.match(scripts.test, /^(?:\w+=\w+ )*tap$/, 'every file that .taprc names')
  const settings = readFileSync(new URL('.taprc', root), 'utf8')
  t.match(settings, /include:\n {2}- "test\/\*\*\/\*\.test\.ts"\n/)
  t.match(settings, /exclude:\n {2}- "test\/long\/\*\*"\n {2}- "test\/containers\/\*\*"\n\w/)
  const files = readdirSync(new URL('test', root), { recursive: true }).map(String)
  for (const file of files.filter(name => name.endsWith('.test.ts'))) {
    const source = readFileSync(new URL(`test/${file}`, root), 'utf8')
    t.notMatch(
      source,
      /\bt\.(?:test|skip|todo)\.(?:skip|todo|only)\(|\bskip:|\btodo:|t\.only\(|\bplan\(0/,
      file,
    )
  }
})
