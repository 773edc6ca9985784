// Servers as processes of their own, each on one core, and what the system says of them.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { cpus } from 'node:os'

/** The core that the measured server has for itself; load and upstream share the other. */
export const serverCore = 0
export const otherCore = 1

/** From the start until a server is at rest: keys are fetched, the setup is examined, and V8 has collected what that left. */
export const restMs = 30_000
const clockTicks = 100
const startDeadlineMs = 30_000
const stopDeadlineMs = 10_000

export interface Server {
  readonly name: string
  readonly port: number
  readonly process: ChildProcess
  /** From the start of the process to its first accepted connection. */
  readonly startMs: number
}

interface StartOptions {
  /** One, or a list as taskset takes it. */
  readonly core?: number | string
  readonly env?: Record<string, string>
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a server on a core and waits until it accepts connections. */
export async function startServer(
  name: string,
  port: number,
  command: readonly string[],
  { core = serverCore, env = {} }: StartOptions = {},
): Promise<Server> {
  const begun = performance.now()
  const child = spawn('taskset', ['-c', String(core), ...command], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`)
    if (performance.now() - begun > startDeadlineMs)
      throw new Error(`${name} does not listen on ${port}`)
  }
  return { name, port, process: child, startMs: performance.now() - begun }
}

/** Ctrl-C: nobody waits for load balancers. Who does not listen is killed. */
export async function stopServer({ process: child }: Server): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const timer = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs)
  child.kill('SIGINT')
  await once(child, 'exit')
  clearTimeout(timer)
}

/** CPU seconds that processes and their children have used, user and system. */
export function cpuSeconds(...servers: readonly Server[]): number {
  return sum(tree(servers), pid => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / clockTicks
  })
}

/** Resident memory in bytes, of the children too. */
export function residentBytes(...servers: readonly Server[]): number {
  return sum(tree(servers), pid => {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kilobytes) * 1024
  })
}

/** The same with pages that several processes share counted once. */
export function proportionalBytes(...servers: readonly Server[]): number {
  return sum(tree(servers), pid => {
    const [, kilobytes] =
      /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? []
    return Number(kilobytes) * 1024
  })
}

/** The cores of a server of several processes: all but that of the load; where there are two alone, that one too. */
export function manyCores(): {
  readonly list: string
  readonly count: number
  readonly shared: boolean
} {
  const all = Array.from({ length: cpus().length }, (_, core) => core)
  const shared = all.length <= 2
  const own = shared ? all : all.filter(core => core !== otherCore)
  return { list: own.join(','), count: own.length, shared }
}

/** Puts this process, with the load that it makes itself, on the core of load and upstream. */
export async function moveToOtherCore(): Promise<void> {
  const options = ['-a', '-c', '-p', String(otherCore), String(process.pid)]
  await once(spawn('taskset', options, { stdio: 'ignore' }), 'exit')
}

function tree(servers: readonly Server[]): number[] {
  const pids: number[] = servers.flatMap(({ process: { pid } }) => (pid === undefined ? [] : [pid]))
  for (const pid of pids) pids.push(...childrenOf(pid))
  return pids
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return text === '' ? [] : text.split(' ').map(Number)
  } catch {
    return []
  }
}

/** A child may end while it is looked at. */
function sum(pids: readonly number[], of: (pid: number) => number): number {
  return pids.reduce((total, pid) => {
    try {
      return total + of(pid)
    } catch {
      return total
    }
  }, 0)
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    await new Promise(resolve => setTimeout(resolve, 5))
    return false
  } finally {
    socket.destroy()
  }
}
