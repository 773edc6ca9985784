// Loaded into a measured gateway with --expose-gc: collects at SIGUSR2 and writes down what is left.
import { writeFileSync } from 'node:fs'

process.on('SIGUSR2', async () => {
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc()
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  writeFileSync(process.env.BENCH_MEMORY, JSON.stringify({ rss, used: heapUsed + external }))
})
