// npm run bench: one script per question, printed as tables and kept in bench/results. `quick` asks the
// first question alone, with fewer rounds.
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { footprint } from './footprint.js'
import { throughput } from './throughput.js'

const quick = process.argv.includes('quick')
const rounds = quick ? 3 : 7

const parts = [
  `Node.js ${process.version}, ${cpus()[0]?.model}, one core for each server, 64 connections, medians of ${rounds} interleaved rounds.\n`,
  table(
    ['server', 'requests/s', 'CPU µs/request', 'gateway is faster by'],
    await throughput(rounds),
  ),
  ...(quick ? [] : [table(['figure', ''], await footprint())]),
]
const text = `${parts.join('\n')}\n`
mkdirSync('bench/results', { recursive: true })
writeFileSync('bench/results/latest.md', text)
process.stdout.write(text)

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map(cells => `| ${cells.join(' | ')} |\n`).join('')
}
