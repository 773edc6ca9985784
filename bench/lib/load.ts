// Load by wrk, a C program (Debian package of that name), so that the load is not what is measured.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { cpuSeconds, otherCore, type Server } from './processes.js'

export interface Measured {
  readonly requestsPerSecond: number
  readonly cpuMicroseconds: number
}

const run = promisify(execFile)

/** Throws when wrk is not installed, with what installs it. */
export function requireWrk(): void {
  if (!existsSync('/usr/bin/wrk')) throw new Error('wrk is needed: apt-get install -y wrk')
}

/** Requests for some seconds over 64 connections. A single wrong answer counts as a failure. */
export async function load(
  server: Server,
  { cookie, seconds, path = '/' }: { cookie: string; seconds: number; path?: string },
): Promise<Measured> {
  const before = cpuSeconds(server)
  const url = `http://127.0.0.1:${server.port}${path}`
  const host = `Host: localhost:${server.port}`
  const options = [
    '-t',
    '1',
    '-c',
    '64',
    '-d',
    `${seconds}s`,
    '-H',
    host,
    '-H',
    `Cookie: ${cookie}`,
  ]
  const { stdout } = await run('taskset', ['-c', String(otherCore), 'wrk', ...options, url])
  const cpu = cpuSeconds(server) - before
  if (/Non-2xx|Socket errors/.test(stdout))
    throw new Error(`${server.name} answered wrongly:\n${stdout}`)
  const [, requests] = /(\d+) requests in/.exec(stdout) ?? []
  const [, perSecond] = /Requests\/sec:\s+([\d.]+)/.exec(stdout) ?? []
  return {
    requestsPerSecond: Number(perSecond),
    cpuMicroseconds: (cpu / Number(requests)) * 1e6,
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}
