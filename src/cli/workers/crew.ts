// Worker processes: started, asked, told, and counted when they are gone.
import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { type Channel, createChannel } from '../../lib/channel.js'
import type { Reading } from '../../lib/prometheus.js'
import type { CheckResult } from '../../lib/readiness.js'
import { type Start, type Started, words } from './orders.js'

/** One worker process. */
export interface CrewMember {
  readonly slot: number
  readonly number: number
  readonly pid: number
  readonly channel: Channel
  /** Resolves with how it ended. */
  readonly ended: Promise<{ code: number | null; signal: string | null }>
  /** What it counted when it was last asked. */
  readonly figures: () => readonly Reading[]
  /** Asks for its figures; those from before when it does not answer. */
  readonly readFigures: () => Promise<readonly Reading[]>
  /** What it can do; null when it does not answer. */
  readonly check: () => Promise<readonly CheckResult[] | null>
  kill(): void
}

const startTimeoutMs = 60_000
const askTimeoutMs = 2000

/**
 * Starts a worker and waits until it serves.
 *
 * @param prepare  what it may ask and tell, before it can; gives the order to start
 * @throws Error with the worker's own words when it cannot serve
 */
export async function startWorker(
  prepare: (member: Pick<CrewMember, 'number' | 'channel'>) => Start,
): Promise<CrewMember> {
  cluster.setupPrimary({ serialization: 'advanced' })
  const worker = cluster.fork()
  const channel = createChannel({
    send: message => {
      if (worker.isConnected()) worker.send(message as object, () => {})
    },
    listen: listener => void worker.on('message', listener),
  })
  // An error here is a message to one that is gone; how it ended is told by `exit`.
  worker.on('error', () => {})
  const ended = once(worker, 'exit').then(([code, signal]) => ({ code, signal }))
  const here = new Promise<void>(resolve => channel.on(words.here, resolve))
  const dead = ended.then(({ code, signal }) => {
    throw new Error(`the worker ended at its start (${signal ?? `status ${code}`})`)
  })
  dead.catch(() => {})
  try {
    await Promise.race([here, dead])
    const start = prepare({ number: worker.id, channel })
    const asked = channel.ask(words.start, start, startTimeoutMs) as Promise<Started>
    const started = await Promise.race([asked, dead])
    if (!started.ok) throw new Error(started.message)
    return toMember(worker, start.slot, channel, ended)
  } catch (error) {
    worker.process.kill('SIGKILL')
    throw error
  }
}

function toMember(
  worker: Worker,
  slot: number,
  channel: Channel,
  ended: CrewMember['ended'],
): CrewMember {
  let figures: readonly Reading[] = []
  channel.on(words.bye, (last: readonly Reading[]) => {
    figures = last
  })
  return {
    slot,
    number: worker.id,
    pid: worker.process.pid ?? 0,
    channel,
    ended,
    figures: () => figures,
    async readFigures() {
      const asked = channel.ask(words.figures, null, askTimeoutMs) as Promise<readonly Reading[]>
      figures = await asked.catch(() => figures)
      return figures
    },
    check: () =>
      (channel.ask(words.checks, null, askTimeoutMs) as Promise<readonly CheckResult[]>).catch(
        () => null,
      ),
    kill: () => void worker.process.kill('SIGKILL'),
  }
}
