// What does it cost to sign somebody in, and to refresh a session?
import { PlainBrowser } from '../test/fixtures/plain-browser.js'
import { signIn } from '../test/fixtures/sign-in.js'
import { startGateway } from './lib/gateway.js'
import { median } from './lib/numbers.js'
import { isMissing, startPeer } from './lib/peers.js'
import { cpuSeconds, type Server } from './lib/processes.js'
import type { Findings } from './lib/report.js'
import { openSession, sealSession } from './lib/sessions.js'
import type { World } from './lib/world.js'

const usualSignIns = 300
/** V8 is through with its compilations after some 3,000. */
const warmUps = 12
const usualRefreshes = 400
const rounds = 5
const parallel = 8

interface Cost {
  readonly perSecond: number
  readonly cpuMilliseconds: number
}

/** Row 13. */
export async function signIns(world: World): Promise<Findings> {
  const gateway = await startGateway(world)
  const count = world.times(usualSignIns)
  const cookie = await gateway.signIn()
  const peer = await startPeer(world, 'apache-server', cookie)
  const ours: Cost[] = []
  const theirs: Cost[] = []
  await signInMany([gateway.server], warmUps * count)
  if (!isMissing(peer)) await signInMany(peer.servers, count)
  for (let round = 0; round < rounds; round++) {
    const [one, other] = [
      await signInMany([gateway.server], count),
      isMissing(peer) ? null : await signInMany(peer.servers, count),
    ]
    ours.push(one)
    if (other !== null) theirs.push(other)
  }
  await refreshMany(gateway, cookie, world.times(usualRefreshes))
  const refreshed = await refreshMany(gateway, cookie, world.times(usualRefreshes))
  const of = (costs: readonly Cost[], figure: keyof Cost) => median(costs.map(cost => cost[figure]))
  const row = (label: string, costs: readonly Cost[]) => [
    label,
    of(costs, 'perSecond').toFixed(0),
    of(costs, 'cpuMilliseconds').toFixed(2),
  ]
  return {
    figures: {
      'sign-in': isMissing(peer)
        ? peer.reason
        : median(ours.map((one, at) => one.cpuMilliseconds / (theirs[at]?.cpuMilliseconds ?? 0))),
    },
    tables: [
      {
        title: 'Sign-ins and refreshes (with the hosted UI on the core of the load)',
        head: ['what', 'a second', 'CPU ms each'],
        rows: [
          row('cognito-gateway, sign-in', ours),
          isMissing(peer)
            ? ['mod_auth_openidc, sign-in', `missing: ${peer.reason}`, '']
            : row('mod_auth_openidc, sign-in', theirs),
          row('cognito-gateway, refresh', [refreshed]),
        ],
      },
    ],
  }
}

/** From the first page to the page behind the sign-in. */
async function signInMany(servers: readonly Server[], count: number): Promise<Cost> {
  const url = `http://localhost:${servers[0]?.port}/`
  return costOf(servers, count, async () => {
    const answer = await signIn(new PlainBrowser(), url)
    if (answer.status !== 200)
      throw new Error(`sign-in ended with ${answer.status}: nothing counts`)
  })
}

/** Sessions whose access token is about to expire, each with an id of its own. */
async function refreshMany(
  { server, url }: { server: Server; url: string },
  cookie: string,
  count: number,
): Promise<Cost> {
  const session = openSession(url, cookie)
  const now = Math.floor(Date.now() / 1000)
  // Refreshes are due in the last quarter of a token's life.
  const tokens = { ...session.tokens, issuedAt: now - 3500, expiresAt: now + 100 }
  let next = 0
  return costOf([server], count, async () => {
    const id = `${session.id.slice(0, 36)}${String(next++).padStart(7, '0')}`
    const headers = { cookie: sealSession(url, { ...session, id, tokens }) }
    const answer = await fetch(url, { headers })
    const told = answer.headers.getSetCookie().some(line => line.startsWith('cgw-session='))
    await answer.arrayBuffer()
    if (answer.status !== 200 || !told)
      throw new Error(`a refresh ended with ${answer.status}: nothing counts`)
  })
}

async function costOf(
  servers: readonly Server[],
  count: number,
  work: () => Promise<void>,
): Promise<Cost> {
  const [before, begun] = [cpuSeconds(...servers), performance.now()]
  let left = count
  const worker = async () => {
    while (left > 0) {
      left--
      await work()
    }
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  const seconds = (performance.now() - begun) / 1000
  const cpu = cpuSeconds(...servers) - before
  return { perSecond: count / seconds, cpuMilliseconds: (cpu / count) * 1000 }
}
