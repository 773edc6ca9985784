// npm run bench: one script per question, printed as tables and kept in bench/results. `quick` asks for rows 1 to 3;
// names of questions ask those alone; `--scale 0.1` tries them with a tenth of all durations and counts; `--node FILE`
// runs the measured servers by another node; `soak --minutes 10` asks whether memory stays flat for longer, `overload --minutes 10` what becomes of half as
// much again as can be done.
import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { footprint } from './footprint.js'
import { growth } from './growth.js'
import { latency } from './latency.js'
import { moveToOtherCore } from './lib/processes.js'
import { type Findings, publish, toMarkdown } from './lib/report.js'
import { World } from './lib/world.js'
import { login } from './login.js'
import { newestNode } from './newest-node.js'
import { overload } from './overload.js'
import { routes } from './routes.js'
import { scaling } from './scaling.js'
import { signIns } from './sign-ins.js'
import { sigv4 } from './sigv4.js'
import { soak } from './soak.js'
import { start } from './start.js'
import { streams } from './streams.js'
import { throughput } from './throughput.js'
import { ticks } from './ticks.js'
import { transfers } from './transfers.js'
import { workers } from './workers.js'

type Question = (world: World) => Promise<Findings>

const questions: Readonly<Record<string, Question>> = {
  throughput: world => throughput(world, { quick: false }),
  login,
  latency,
  transfers,
  streams,
  footprint,
  'sign-ins': signIns,
  start,
  growth,
  workers,
  'newest-node': newestNode,
  scaling,
  parts: async () => ({
    figures: {},
    tables: [
      {
        title: 'Looking a route up, ns',
        head: ['asked for', '1 route', '1,000 routes', '1,000 with ignoreCase'],
        rows: routes(),
      },
      { title: 'Parts for AWS', head: ['what', 'CPU µs'], rows: await sigv4() },
      { title: 'A tick after a collection, ns', head: ['tick', 'ns'], rows: ticks() },
    ],
  }),
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: 'string', default: '1' },
    node: { type: 'string', default: process.execPath },
    minutes: { type: 'string', default: '10' },
  },
})
await moveToOtherCore()
const quick = positionals.includes('quick')
if (positionals.includes('soak')) {
  const { rows, flat } = await soak(Number(values.minutes))
  process.stdout.write(toMarkdown({ title: 'Soak', head: ['figure', ''], rows }))
  process.exit(flat ? 0 : 1)
}

if (positionals.includes('overload')) {
  const { rows, held } = await overload(Number(values.minutes))
  const head = ['figure', 'the application is the limit', 'the gateway is']
  process.stdout.write(toMarkdown({ title: 'Overload', head, rows }))
  process.exit(held ? 0 : 1)
}

const begun = Date.now()
const chosen = positionals.filter(name => name in questions)
const asked = quick ? ['quick'] : chosen.length > 0 ? chosen : Object.keys(questions)
const found: Findings[] = []
const took: string[][] = []
for (const name of asked) {
  const from = Date.now()
  found.push(await ask(name))
  const seconds = Math.round((Date.now() - from) / 1000)
  took.push([name, `${seconds}`])
  process.stderr.write(`         ${seconds} s\n`)
}
found.push({
  figures: {},
  tables: [{ title: 'How long it took', head: ['question', 'seconds'], rows: took }],
})
const version = execFileSync(values.node, ['--version'], { encoding: 'utf8' }).trim()
const intro = `Node.js ${version}, ${cpus()[0]?.model.trim()}, one core for each server; ${Math.round((Date.now() - begun) / 1000)} s in all${Number(values.scale) === 1 ? '' : `, at scale ${values.scale}: figures of a try, not of a measurement`}.\n`
const isTry = values.scale !== '1'
const name = quick || chosen.length > 0 ? asked.join('-') : 'latest'
await publish(isTry ? null : name, { intro, found, all: name === 'latest' })

/** Each question in a world of its own, so that none finds what another has left. */
async function ask(name: string): Promise<Findings> {
  const world = await World.begin({ scale: Number(values.scale), node: values.node })
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${name}\n`)
  try {
    const question = questions[name]
    return await (question === undefined ? throughput(world, { quick: true }) : question(world))
  } catch (error) {
    // The others still count; this one does not, and says so.
    process.exitCode = 1
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
    return {
      figures: {},
      tables: [{ title: name, head: ['counts nothing, because'], rows: [[reason]] }],
    }
  } finally {
    await world.end()
  }
}
