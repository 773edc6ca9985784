// The workflows take no more than they need: actions by commit, permissions by job, no word of a stranger in a script.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'

const root = new URL('../../', import.meta.url)
const folder = new URL('.github/workflows/', root)
const files = readdirSync(folder)
const { scripts } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { scripts: Record<string, string> }

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Record<string, unknown>
}

interface Job {
  readonly uses?: string
  readonly permissions?: Record<string, string>
  readonly 'timeout-minutes'?: number
  readonly steps?: readonly Step[]
}

interface Workflow {
  readonly on: Record<string, unknown>
  readonly permissions: Record<string, string>
  readonly jobs: Record<string, Job>
}

/** Who may write what, and why. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'publish.yml npm': ['id-token'],
  'publish.yml bill': ['contents'],
  'container.yml image': ['packages'],
  'container.yml join': ['packages'],
}

for (const file of files) {
  const text = readFileSync(new URL(file, folder), 'utf8')
  const { on, permissions, jobs } = parse(text) as Workflow

  t.test(`${file}: every action is pinned to a commit, with its version beside it`, async t => {
    for (const [line] of text.matchAll(/^.*\buses:.*$/gm)) {
      if (line.includes('uses: ./')) continue
      t.match(line, /uses: [\w-]+\/[\w/-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/)
    }
    const known = new Map<string, string>()
    for (const [, action = '', commit = ''] of text.matchAll(/uses: ([\w/-]+)@([\da-f]+)/g)) {
      t.equal(known.get(action) ?? commit, commit, `${action} is the same everywhere`)
      known.set(action, commit)
    }
  })

  t.test(`${file}: reads alone, but for what is allowed`, async t => {
    t.strictSame(permissions, { contents: 'read' })
    t.notOk('pull_request_target' in on, 'no rights for what strangers send')
    for (const [name, job] of Object.entries(jobs)) {
      const writes = Object.entries(job.permissions ?? {}).filter(([, may]) => may !== 'read')
      t.strictSame(
        writes.map(([what]) => what),
        allowed[`${file} ${name}`] ?? [],
        name,
      )
      if (job.uses !== undefined) continue
      t.type(job['timeout-minutes'], 'number', `${name} ends`)
      for (const { uses = '', with: options } of job.steps ?? []) {
        if (!uses.startsWith('actions/checkout')) continue
        t.equal(options?.['persist-credentials'], false, 'the token stays out of the work tree')
      }
    }
  })

  t.test(`${file}: scripts take nothing of a request, and run what is there`, async t => {
    for (const { steps = [] } of Object.values(jobs)) {
      for (const { run = '' } of steps) {
        t.notMatch(run, '${{', 'expressions go through the environment')
        for (const [, script = ''] of run.matchAll(/npm (?:run )?(?:--silent )?([a-z:]+)/g)) {
          t.ok(['ci', 'publish'].includes(script) || script in scripts, `npm ${script}`)
        }
      }
    }
  })
}

t.test('there are four: tests, those that take long, npm with provenance, container', async t => {
  t.strictSame(files.sort(), ['ci.yml', 'container.yml', 'long.yml', 'publish.yml'])
  const publish = readFileSync(new URL('publish.yml', folder), 'utf8')
  t.match(publish, /npm publish --provenance/)
})

t.test(
  'every test of package.json runs somewhere: at night, and when what it is about changes',
  async t => {
    const read = (file: string) => parse(readFileSync(new URL(file, folder), 'utf8')) as Workflow
    const [ci, long] = [read('ci.yml'), read('long.yml')]
    t.ok('schedule' in ci.on)
    t.equal(ci.jobs.long?.uses, './.github/workflows/long.yml')
    const run = [ci, long].flatMap(({ jobs }) =>
      Object.values(jobs).flatMap(({ steps = [] }) => steps.map(({ run = '' }) => run)),
    )
    for (const script of Object.keys(scripts).filter(name => name.startsWith('test'))) {
      t.ok(run.includes(script === 'test' ? 'npm test' : `npm run ${script}`), script)
    }
    const { paths } = long.on.pull_request as { readonly paths: readonly string[] }
    const files = ['Dockerfile', 'docker-compose.yml', 'deploy/compose/balancer.conf']
    for (const file of files)
      t.ok(
        paths.some(path => matchesGlob(file, path)),
        file,
      )
    for (const path of paths) t.ok(existsSync(new URL(path.replace('/**', ''), root)), path)
  },
)

/** Of GitHub's patterns those that we use. */
function matchesGlob(file: string, pattern: string): boolean {
  return pattern.endsWith('/**') ? file.startsWith(pattern.slice(0, -2)) : file === pattern
}
