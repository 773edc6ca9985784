// Is the core its own? Virtual cores share a real one with machines of others, which take a third of its speed for a tenth of a
// second or for minutes. What was measured meanwhile says nothing of the server.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { serverCore } from './processes.js'

/** Something measured, and how the core was meanwhile. */
export interface Probed {
  /** CPU ms of a fixed piece of work on the core, just before or just after: the slower of the two. */
  readonly probeMs: number
}

/** What a core that is its own takes at most, in times of the fastest. */
const tolerance = 1.3
/** A server that was under load still collects and compiles. */
const tidyMs = 150

/** Asks a process on the core of the servers, which sleeps between. */
export interface Probe {
  /** Measures something, and the core before and after. */
  around<Found>(measure: () => Promise<Found>): Promise<Found & Probed>
  stop(): void
}

export async function startProbe(): Promise<Probe> {
  const child = spawn(
    'taskset',
    ['-c', String(serverCore), process.execPath, 'bench/lib/probe.mjs'],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  )
  await once(child, 'message')
  return {
    async around(measure) {
      const before = await ask(child)
      const found = await measure()
      await setTimeout(tidyMs)
      return { ...found, probeMs: Math.max(before, await ask(child)) }
    },
    stop: () => void child.kill(),
  }
}

async function ask(child: ChildProcess): Promise<number> {
  child.send('work')
  const [ms] = (await once(child, 'message')) as [number]
  return ms
}

/**
 * Those that count: the core was their own, or nearly; never fewer than the quieter half.
 *
 * @param fastest  the least `probeMs` of everything that these are compared with
 */
export function undisturbed<One extends Probed>(all: readonly One[], fastest: number): One[] {
  const byNoise = [...all].sort((a, b) => a.probeMs - b.probeMs)
  return byNoise.slice(0, Math.max(quietOf(all, fastest), Math.ceil(all.length / 2)))
}

/** How many count, for a table; and how many of them were quiet, where not all were. */
export function countedText(all: readonly Probed[], fastest: number): string {
  const [counted, quiet] = [undisturbed(all, fastest).length, quietOf(all, fastest)]
  return `${counted} of ${all.length}${quiet < counted ? `, ${quiet} of them quiet` : ''}`
}

function quietOf(all: readonly Probed[], fastest: number): number {
  return all.filter(({ probeMs }) => probeMs <= fastest * tolerance).length
}

/** The least of all. */
export function fastestProbe(all: readonly Probed[]): number {
  return Math.min(...all.map(({ probeMs }) => probeMs))
}
