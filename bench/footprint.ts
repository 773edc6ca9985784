// How soon does the built gateway listen, and how much memory does it hold after 1,000 sessions?

import { freePort } from '../test/fixtures/free-port.js'
import { startGateway } from './lib/gateway.js'
import { median } from './lib/load.js'
import { otherCore, residentBytes, startServer, stopServer } from './lib/processes.js'

const starts = 5
const sessions = 1000
const parallel = 10

export async function footprint(): Promise<string[][]> {
  const upstreamPort = await freePort()
  const upstream = `http://127.0.0.1:${upstreamPort}`
  const application = await startServer(
    'upstream',
    upstreamPort,
    ['node', 'bench/peers/upstream.mjs', String(upstreamPort)],
    { core: otherCore },
  )
  const startMs: number[] = []
  for (let start = 0; start < starts; start++) {
    const { server, emulator } = await startGateway(upstream)
    startMs.push(server.startMs)
    await stopServer(server)
    await emulator.close()
  }

  const gateway = await startGateway(upstream)
  const atRest = residentBytes(gateway.server)
  for (let done = 0; done < sessions; done += parallel) {
    await Promise.all(Array.from({ length: parallel }, () => gateway.signIn()))
  }
  const after = residentBytes(gateway.server)
  await stopServer(gateway.server)
  await stopServer(application)
  await gateway.emulator.close()
  return [
    ['start to listening, median of 5', `${median(startMs).toFixed(0)} ms`],
    ['resident memory at rest', `${(atRest / 1e6).toFixed(0)} MB`],
    [`resident memory after ${sessions} sessions`, `${(after / 1e6).toFixed(0)} MB`],
  ]
}
