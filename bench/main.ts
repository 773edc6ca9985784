// npm run bench: one script per question, printed as tables and kept in bench/results. `quick` asks the
// first question alone, with fewer rounds; `soak --minutes 10` asks whether memory stays flat, `overload --minutes 10`
// what becomes of half as much again as can be done.
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { footprint } from './footprint.js'
import { overload } from './overload.js'
import { routes } from './routes.js'
import { sigv4 } from './sigv4.js'
import { soak } from './soak.js'
import { throughput } from './throughput.js'

const quick = process.argv.includes('quick')
const rounds = quick ? 7 : 15

const minutesAt = process.argv.indexOf('--minutes')
const minutes = minutesAt === -1 ? 10 : Number(process.argv[minutesAt + 1])

if (process.argv.includes('overload')) {
  const { rows, held } = await overload(minutes)
  print('overload', table(['figure', 'the application is the limit', 'the gateway is'], rows))
  process.exit(held ? 0 : 1)
}

if (process.argv.includes('soak')) {
  const { rows, flat } = await soak(minutes)
  print('soak', table(['figure', ''], rows))
  process.exit(flat ? 0 : 1)
}

const parts = [
  `Node.js ${process.version}, ${cpus()[0]?.model}, one core for each server, 64 connections, medians of ${rounds} interleaved rounds.\n`,
  table(
    ['server', 'requests/s', 'CPU µs/request', 'gateway is faster by'],
    await throughput(rounds),
  ),
  ...(quick ? [] : [table(['figure', ''], await footprint())]),
  table(['AWS', 'CPU µs'], await sigv4()),
  table(['ns to look up', '1 route', '1,000 routes', '1,000 with ignoreCase'], routes()),
]
print('latest', `${parts.join('\n')}\n`)

/** On the terminal, and kept. */
function print(name: string, text: string): void {
  mkdirSync('bench/results', { recursive: true })
  writeFileSync(`bench/results/${name}.md`, text)
  process.stdout.write(text)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map(cells => `| ${cells.join(' | ')} |\n`).join('')
}
