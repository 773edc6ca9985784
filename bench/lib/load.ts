// Load by wrk, a C program (Debian package of that name), so that the load is not what is measured.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { cpuSeconds, otherCore, type Server } from './processes.js'
import type { Probed } from './quiet.js'
import type { World } from './world.js'

/** Somebody whose requests are measured. */
export interface Contestant {
  readonly key: string
  /** What tables call it. */
  readonly label: string
  readonly port: number
  /** Everything whose CPU counts. */
  readonly servers: readonly Server[]
  readonly path?: string
  /** Header lines beside Host. */
  readonly headers: readonly string[]
  /** Cookie headers that take turns, where there are several. */
  readonly cookies?: readonly string[]
  /** Before each round, which is not measured. */
  readonly prepare?: () => Promise<unknown>
  /** Whether it is prepared anew after the warm-up of a round, so that no session that counts has come before. */
  readonly isSeenOnce?: boolean
  /** What the application has to see of every request. */
  readonly sees: readonly string[]
  /** What it must not see. */
  readonly hidden?: readonly string[]
  /** Answers of its own without body, which whoever made it has looked at. */
  readonly bodyless?: boolean
}

/** By load. */
export interface Measured {
  /** Answers that came. */
  readonly requests: number
  readonly requestsPerSecond: number
  /** Of the servers, by request. */
  readonly cpuMicroseconds: number
}

/** One round of somebody. */
export type Round = Measured & Probed

const run = promisify(execFile)
const settleMs = 300
/** Before each round, by the one whose round it is. */
const againSeconds = 1
/** Each with one request at a time, unless somebody asks for others. */
export const connections = 64

/** Throws when wrk is not installed, with what installs it. */
export function requireWrk(): void {
  if (!existsSync('/usr/bin/wrk')) throw new Error('wrk is needed: apt-get install -y wrk')
}

/** Requests for some seconds. A single wrong status, or a body that is too short, counts as a failure. */
export async function load(
  world: World,
  contestant: Contestant,
  { seconds, clients = connections }: { seconds: number; clients?: number },
): Promise<Measured> {
  const { label, port, servers, path = '/', headers, cookies } = contestant
  const before = cpuSeconds(...servers)
  const cookie = cookies?.length === 1 ? [`Cookie: ${cookies[0]}`] : []
  const lines = [`Host: localhost:${port}`, ...headers, ...cookie].flatMap(line => ['-H', line])
  const script = cookies && cookies.length > 1 ? ['-s', rotation(world, contestant)] : []
  const { stdout } = await run(
    'taskset',
    [
      ...['-c', String(otherCore), 'wrk', '-t', '1', '-c', String(clients)],
      ...['-d', `${Math.max(1, Math.round(seconds))}s`, '--timeout', '10s'],
      ...script,
      ...lines,
      `http://127.0.0.1:${port}${path}`,
    ],
    { maxBuffer: 1e7 },
  )
  const cpu = cpuSeconds(...servers) - before
  if (/Non-2xx|Socket errors/.test(stdout))
    throw new Error(`${label} answered wrongly, nothing counts:\n${stdout}`)
  const [, requests] = /(\d+) requests in/.exec(stdout) ?? []
  const [, perSecond] = /Requests\/sec:\s+([\d.]+)/.exec(stdout) ?? []
  if (!(Number(requests) > 0)) throw new Error(`${label} answered nothing, nothing counts`)
  return {
    requests: Number(requests),
    requestsPerSecond: Number(perSecond),
    cpuMicroseconds: (cpu / Number(requests)) * 1e6,
  }
}

/**
 * A round: what the one before has left behind on the core is tidied up, a second of the same does not count (V8 compiles anew what
 * it gave up when those clients left and others had the core), then so many that do, and a look at an answer.
 */
export async function round(
  world: World,
  one: Contestant,
  { seconds }: { seconds: number },
): Promise<Round> {
  await setTimeout(settleMs)
  await one.prepare?.()
  await load(world, one, { seconds: againSeconds * world.scale })
  if (one.isSeenOnce) await one.prepare?.()
  const measured = await world.probed(() => load(world, one, { seconds }))
  await checkAnswer(one)
  return measured
}

/** Not only 200: the application saw the right person, and the client got what the application sent. */
export async function checkAnswer(contestant: Contestant): Promise<void> {
  const { label, port, path = '/', headers, cookies, sees, hidden = [] } = contestant
  if (contestant.bodyless) return
  const cookie = cookies?.[Math.floor(Math.random() * cookies.length)]
  const sent = new Headers(headers.map(line => line.split(': ', 2) as [string, string]))
  if (cookie !== undefined) sent.set('cookie', cookie)
  const signal = AbortSignal.timeout(20_000)
  const origin = `http://localhost:${port}`
  const ask = async (target: string) => {
    const answer = await fetch(origin + target, { headers: sent, signal, redirect: 'manual' })
    return { status: answer.status, body: await answer.text() }
  }
  const plain = await ask(path)
  if (plain.status !== 200 || !/^x{1024}$/.test(plain.body))
    throw new Error(
      `${label} answered ${plain.status} and not the application's body: nothing counts`,
    )
  const echo = await ask(`${path === '/' ? '' : path}/echo`)
  const head = echo.body.toLowerCase()
  const wrong = sees.find(text => !head.includes(text)) ?? hidden.find(text => head.includes(text))
  if (echo.status !== 200 || wrong !== undefined)
    throw new Error(`${label}: wrong or missing at the application: ${wrong}: nothing counts`)
}

/** A script of wrk whose requests take the cookies in turn. */
function rotation(world: World, { key, port, path = '/', cookies = [] }: Contestant): string {
  const list = world.file(`${key}-cookies.txt`, cookies.join('\n'))
  return world.file(
    `${key}.lua`,
    [
      'local requests = {}',
      'local at = 0',
      'function init()',
      `  for cookie in io.lines("${list}") do`,
      `    requests[#requests + 1] = "GET ${path} HTTP/1.1\\r\\nHost: localhost:${port}\\r\\nCookie: " .. cookie .. "\\r\\n\\r\\n"`,
      '  end',
      'end',
      'function request()',
      '  at = at % #requests + 1',
      '  return requests[at]',
      'end',
    ].join('\n'),
  )
}
