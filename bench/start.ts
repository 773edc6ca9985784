// How long from the start of the process to the first good answer of the application?
import { freePort } from '../test/fixtures/free-port.js'
import { startGateway } from './lib/gateway.js'
import { median } from './lib/numbers.js'
import type { Server } from './lib/processes.js'
import type { Findings } from './lib/report.js'
import type { World } from './lib/world.js'

const usualStarts = 7

/** Row 14. */
export async function start(world: World): Promise<Findings> {
  const ours: number[] = []
  const theirs: number[] = []
  for (let turn = 0; turn <= world.times(usualStarts); turn++) {
    const port = await freePort()
    const own = await firstAnswer(world, '/public', async () => (await startGateway(world)).server)
    const other = await firstAnswer(world, '/', () =>
      world.start('reply-from', port, [
        world.node,
        'bench/peers/reply-from.mjs',
        String(port),
        world.upstream,
      ]),
    )
    // The first reads files that are not in memory yet.
    if (turn === 0) continue
    ours.push(own)
    theirs.push(other)
  }
  return {
    figures: { start: median(ours.map((ms, at) => ms / (theirs[at] ?? Number.NaN))) },
    tables: [
      {
        title: 'Start to the first good answer',
        head: ['server', 'ms'],
        rows: [
          ['cognito-gateway', median(ours).toFixed(0)],
          ['bare Fastify + reply-from', median(theirs).toFixed(0)],
        ],
      },
    ],
  }
}

/** Milliseconds; the server is stopped afterwards. */
export async function firstAnswer(
  world: World,
  path: string,
  begin: () => Promise<Server>,
): Promise<number> {
  const server = await begin()
  const ms = await firstGoodAnswer(server, path)
  await world.stop(server)
  return ms
}

/** Milliseconds from the start of the process. Throws when the answer is not the application's. */
export async function firstGoodAnswer(server: Server, path: string): Promise<number> {
  const listens = performance.now()
  const answer = await fetch(`http://localhost:${server.port}${path}`)
  const body = await answer.text()
  const ms = server.startMs + performance.now() - listens
  if (answer.status !== 200 || body.length !== 1024)
    throw new Error(`the first answer was ${answer.status}: nothing counts`)
  return ms
}
