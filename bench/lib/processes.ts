// Servers as processes of their own, each on one core, and what the system says of them.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'

/** The core that the measured server has for itself; load and upstream share the other. */
export const serverCore = 0
export const otherCore = 1

const clockTicks = 100

export interface Server {
  readonly name: string
  readonly port: number
  readonly process: ChildProcess
  /** From the start of the process to its first accepted connection. */
  readonly startMs: number
}

/** Starts a server on a core and waits until it accepts connections. */
export async function startServer(
  name: string,
  port: number,
  command: readonly string[],
  { core = serverCore, env = {} }: { core?: number; env?: Record<string, string> } = {},
): Promise<Server> {
  const begun = performance.now()
  const child = spawn('taskset', ['-c', String(core), ...command], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`)
    if (performance.now() - begun > 15_000) throw new Error(`${name} does not listen on ${port}`)
  }
  return { name, port, process: child, startMs: performance.now() - begun }
}

export async function stopServer({ process: child }: Server): Promise<void> {
  if (child.exitCode !== null) return
  // Ctrl-C: nobody waits for load balancers.
  child.kill('SIGINT')
  await once(child, 'exit')
}

/** CPU seconds that a process has used, user and system. */
export function cpuSeconds({ process: { pid } }: Server): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / clockTicks
}

/** Resident memory in bytes. */
export function residentBytes({ process: { pid } }: Server): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
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
