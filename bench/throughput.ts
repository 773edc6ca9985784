// How much faster is the gateway, with login, than proxies without? Interleaved rounds (A B C, B C A, …),
// medians, each server alone on one core, the same upstream and the same cookie for all.
import { setTimeout } from 'node:timers/promises'
import { freePort } from '../test/fixtures/free-port.js'
import { startGateway } from './lib/gateway.js'
import { load, type Measured, median, requireWrk } from './lib/load.js'
import { otherCore, type Server, startServer, stopServer } from './lib/processes.js'

const warmUpSeconds = 4
const roundSeconds = 2
const settleMs = 500

/** Rows of the table: name, requests a second, CPU microseconds a request of the server, ratio. */
export async function throughput(rounds: number): Promise<string[][]> {
  requireWrk()
  const upstreamPort = await freePort()
  const upstream = `http://127.0.0.1:${upstreamPort}`
  const application = await startServer(
    'upstream',
    upstreamPort,
    ['node', 'bench/peers/upstream.mjs', String(upstreamPort)],
    { core: otherCore },
  )
  const gateway = await startGateway(upstream)
  const peers = await Promise.all(['reply-from', 'undici'].map(name => startPeer(name, upstream)))
  const servers = [gateway.server, ...peers]
  try {
    const cookie = await gateway.signIn()
    for (const server of servers) await load(server, { cookie, seconds: warmUpSeconds })
    const measured = new Map<string, Measured[]>(servers.map(({ name }) => [name, []]))
    for (let round = 0; round < rounds; round++) {
      for (const server of turned(servers, round)) {
        // What the one before has left behind is tidied up on the same core.
        await setTimeout(settleMs)
        measured.get(server.name)?.push(await load(server, { cookie, seconds: roundSeconds }))
        await checkAnswer(server, cookie, server === gateway.server)
      }
    }
    return rows(servers, measured, Buffer.byteLength(cookie))
  } finally {
    await Promise.all([...servers, application].map(stopServer))
    await gateway.emulator.close()
  }
}

/** Another one begins each round, so that none is always behind the same one. */
function turned<T>(items: readonly T[], by: number): T[] {
  const at = by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}

async function startPeer(name: string, upstream: string): Promise<Server> {
  const port = await freePort()
  return startServer(name, port, ['node', `bench/peers/${name}.mjs`, String(port), upstream])
}

/** Not only 200: the application saw the right person, and not the session cookie. */
async function checkAnswer(server: Server, cookie: string, isGateway: boolean): Promise<void> {
  const headers = { cookie, host: `localhost:${server.port}` }
  const signal = AbortSignal.timeout(5000)
  const answer = await fetch(`http://localhost:${server.port}/echo`, { headers, signal }).catch(
    (cause: unknown) => {
      throw new Error(`${server.name} does not answer: nothing counts`, { cause })
    },
  )
  const head = (await answer.text()).toLowerCase()
  const right = isGateway
    ? head.includes('x-forwarded-email: jane@example.com') && !head.includes('cgw-session')
    : head.includes('cgw-session')
  if (answer.status !== 200 || !right)
    throw new Error(`${server.name} answered wrongly: nothing counts`)
}

/** The ratio is the median of the rounds' own ratios: what slows the machine for a while slows neighbours alike. */
function rows(
  servers: readonly Server[],
  measured: ReadonlyMap<string, readonly Measured[]>,
  cookieBytes: number,
): string[][] {
  const ours = measured.get('cognito-gateway') ?? []
  return servers.map(({ name }) => {
    const all = measured.get(name) ?? []
    const ratios = all.map(
      ({ requestsPerSecond }, round) =>
        (ours[round]?.requestsPerSecond ?? Number.NaN) / requestsPerSecond,
    )
    return [
      name === 'cognito-gateway'
        ? `${name}, session cookie of ${cookieBytes} bytes`
        : `${name}, no login, same cookie`,
      median(all.map(({ requestsPerSecond }) => requestsPerSecond)).toFixed(0),
      median(all.map(({ cpuMicroseconds }) => cpuMicroseconds)).toFixed(0),
      median(ratios).toFixed(2),
    ]
  })
}
