// What does a tick cost after a major collection that met none, with its shape kept (lib/tick-shape) and without?
import { execFileSync } from 'node:child_process'
import { median } from './lib/numbers.js'

const rounds = 5

const program = (keep: boolean) => `
${keep ? `(await import('./src/lib/tick-shape.ts')).keepTickShape()` : ''}
const none = () => {}
const nanoseconds = async count => {
  const begun = process.hrtime.bigint()
  for (let at = 0; at < count; at += 10) {
    for (let tick = 0; tick < 10; tick++) process.nextTick(none)
    await new Promise(setImmediate)
  }
  return Number(process.hrtime.bigint() - begun) / count
}
await nanoseconds(10_000)
for (let time = 0; time < 3; time++) {
  await new Promise(resolve => setTimeout(resolve, 20))
  gc()
}
await nanoseconds(100_000)
process.stdout.write(String(await nanoseconds(300_000)))`

/** Rows of the table: what is done, and nanoseconds for one. */
export function ticks(): string[][] {
  return [true, false].map(keep => [
    keep ? 'its shape is kept' : 'it is not',
    median(Array.from({ length: rounds }, () => measure(keep))).toFixed(0),
  ])
}

function measure(keep: boolean): number {
  const node = ['--expose-gc', '--import=tsx', '--input-type=module', '--eval', program(keep)]
  return Number(execFileSync(process.execPath, node, { encoding: 'utf8' }))
}
