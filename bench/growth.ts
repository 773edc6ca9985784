// Does memory grow from one period of work to the next? Eight periods of the same mixed work, and a major collection after
// each.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { request } from 'undici'
import { startGateway } from './lib/gateway.js'
import { type Contestant, load } from './lib/load.js'
import { megabytes } from './lib/numbers.js'
import type { Findings } from './lib/report.js'
import { manySessions } from './lib/sessions.js'
import type { World } from './lib/world.js'

const periods = 8
const usualSeconds = 5
const usualSignIns = 30
const usualAborts = 100
const usualSessions = 500

/** Row 15. */
export async function growth(world: World): Promise<Findings> {
  const file = join(world.folder, 'memory.json')
  const gateway = await startGateway(world, {
    nodeOptions: ['--expose-gc', '--import', './bench/lib/collect.mjs'],
    env: { BENCH_MEMORY: file },
  })
  const { server, url } = gateway
  const cookie = await gateway.signIn()
  const contestant: Contestant = {
    ...{ key: 'growth', label: 'cognito-gateway', port: server.port, servers: [server] },
    ...{ headers: [], cookies: manySessions(url, cookie, world.times(usualSessions)), sees: [] },
  }
  const left: Left[] = []
  for (let period = 0; period < periods; period++) {
    await load(world, contestant, { seconds: usualSeconds * world.scale })
    for (let done = 0; done < world.times(usualSignIns); done++) await gateway.signIn()
    await Promise.all(Array.from({ length: world.times(usualAborts) }, () => abort(url, cookie)))
    left.push(await collect(server.process.pid, file))
  }
  const at = (period: number) => left[period - 1]?.used ?? Number.NaN
  return {
    figures: { growth: at(8) / at(4) },
    tables: [
      {
        title: 'Memory after each period of requests, sign-ins and requests given up, collected',
        head: ['period', 'used MB', 'resident MB'],
        rows: left.map(({ used, rss }, period) => [
          `${period + 1}`,
          megabytes(used).toFixed(1),
          megabytes(rss).toFixed(0),
        ]),
      },
    ],
  }
}

interface Left {
  readonly used: number
  readonly rss: number
}

async function collect(pid: number | undefined, file: string): Promise<Left> {
  rmSync(file, { force: true })
  process.kill(pid ?? Number.NaN, 'SIGUSR2')
  const deadline = performance.now() + 20_000
  while (performance.now() < deadline) {
    await setTimeout(50)
    if (!existsSync(file)) continue
    const text = readFileSync(file, 'utf8')
    if (text.endsWith('}')) return JSON.parse(text) as Left
  }
  throw new Error('the gateway said nothing of its memory')
}

/** A client that leaves as soon as it has asked. */
async function abort(url: string, cookie: string): Promise<void> {
  const leaving = new AbortController()
  const asked = request(url, { headers: { cookie }, signal: leaving.signal })
  setImmediate(() => leaving.abort())
  await asked.then(({ body }) => body.dump()).catch(() => {})
}
