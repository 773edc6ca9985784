// How much memory does it hold: at rest, under load, and for connections that are open and idle?
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { type GatewayUnderTest, startGateway } from './lib/gateway.js'
import { type Contestant, load } from './lib/load.js'
import { megabytes } from './lib/numbers.js'
import { residentBytes, restMs } from './lib/processes.js'
import type { Findings } from './lib/report.js'
import { manySessions } from './lib/sessions.js'
import type { World } from './lib/world.js'

const usualSignIns = 1000
const signInsAtOnce = 10
const usualIdle = 9000
const usualSessions = 2000
const loadSeconds = 20
const sampleMs = 100

/** Row 12: each figure in a gateway of its own, since what was needed once stays with a process for a while. */
export async function footprint(world: World): Promise<Findings> {
  const [signIns, connections] = [world.times(usualSignIns), world.times(usualIdle)]
  const underLoad = await inItsOwn(world, async gateway => {
    await setTimeout(restMs)
    const rest = residentBytes(gateway.server)
    const cookie = await gateway.signIn()
    const most = await mostUnderLoad(world, gateway, { headers: [`Cookie: ${cookie}`] })
    const cookies = manySessions(gateway.url, cookie, world.times(usualSessions))
    return { rest, most, mostOfMany: await mostUnderLoad(world, gateway, { cookies }) }
  })
  const signedIn = await inItsOwn(world, async gateway => {
    for (let done = 0; done < signIns; done += signInsAtOnce)
      await Promise.all(Array.from({ length: signInsAtOnce }, () => gateway.signIn()))
    return residentBytes(gateway.server)
  })
  const perConnection = await inItsOwn(world, async ({ server, signIn }) =>
    idle(server.port, await signIn(), connections, () => residentBytes(server)),
  )
  const { rest, most, mostOfMany } = underLoad
  const inMegabytes = (bytes: number) => `${megabytes(bytes).toFixed(0)} MB`
  return {
    figures: {
      'memory-rest': megabytes(rest),
      'memory-load': megabytes(most),
      'memory-idle': perConnection / 1000,
    },
    tables: [
      {
        title: 'Memory',
        head: ['figure', ''],
        rows: [
          ['at rest', inMegabytes(rest)],
          [`after ${signIns} sign-ins`, inMegabytes(signedIn)],
          ['the most under load, one session', inMegabytes(most)],
          [
            `after that, ${world.times(usualSessions)} sessions in turn`,
            inMegabytes(Math.max(most, mostOfMany)),
          ],
          [`per idle connection, of ${connections}`, `${(perConnection / 1000).toFixed(1)} KB`],
        ],
      },
    ],
  }
}

async function inItsOwn<Result>(
  world: World,
  ask: (gateway: GatewayUnderTest) => Promise<Result>,
): Promise<Result> {
  const gateway = await startGateway(world)
  try {
    return await ask(gateway)
  } finally {
    await world.stop(gateway.server)
  }
}

/** Bytes. */
async function mostUnderLoad(
  world: World,
  { server }: GatewayUnderTest,
  who: Pick<Contestant, 'cookies'> & Partial<Pick<Contestant, 'headers'>>,
): Promise<number> {
  const contestant: Contestant = {
    ...{ key: 'footprint', label: 'cognito-gateway', port: server.port, servers: [server] },
    ...{ headers: [], sees: [], ...who },
  }
  let most = 0
  const sampling = setInterval(() => {
    most = Math.max(most, residentBytes(server))
  }, sampleMs)
  await load(world, contestant, { seconds: loadSeconds * world.scale })
  clearInterval(sampling)
  return most
}

/** Bytes for one connection that has had an answer and is kept. */
async function idle(
  port: number,
  cookie: string,
  count: number,
  bytes: () => number,
): Promise<number> {
  const sockets: Socket[] = []
  const head = `GET / HTTP/1.1\r\nHost: localhost:${port}\r\nCookie: ${cookie}\r\n\r\n`
  const openOne = async () => {
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket)
    socket.write(head, 'latin1')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    if (!answer.toString('latin1').startsWith('HTTP/1.1 200'))
      throw new Error('a connection got no answer: nothing counts')
  }
  // What the first ones need is there before it is counted.
  for (let opened = 0; opened < 500; opened += 50)
    await Promise.all(Array.from({ length: 50 }, openOne))
  await setTimeout(2000)
  const before = bytes()
  for (let opened = 0; opened < count; opened += 50)
    await Promise.all(Array.from({ length: 50 }, openOne))
  await setTimeout(2000)
  const after = bytes()
  const open = sockets.filter(socket => !socket.destroyed).length
  for (const socket of sockets) socket.destroy()
  if (open < sockets.length) throw new Error('idle connections were closed: nothing counts')
  return (after - before) / count
}
