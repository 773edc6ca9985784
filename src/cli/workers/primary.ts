// The process before the workers: starts them, puts another in the place of one that is gone, replaces them one by one
// for new settings, and answers for all of them on the admin listener. It serves no traffic itself.
import { setTimeout as pause } from 'node:timers/promises'
import { createAdminApp } from '../../app.js'
import { changesThatNeedRestart } from '../../config/changes.js'
import type { Config, LoadedSettings } from '../../config.js'
import type { CheckResult } from '../../lib/readiness.js'
import { systemClock } from '../../lib/system-clock.js'
import type { Log } from '../../log.js'
import { createDrain } from '../../services/drain.js'
import { watchProcess } from '../../services/process-metrics.js'
import { createTurnKeeper, type Left } from '../../session/turns.js'
import { requireAsGood } from '../generation.js'
import { givenSocket } from '../given-socket.js'
import { listenOr } from '../listen-error.js'
import { longestStopMs } from '../longest-stop.js'
import { portNames } from '../serve.js'
import { type CrewMember, startWorker } from './crew.js'
import { createEndingsHub } from './endings-hub.js'
import { createFigures } from './figures.js'
import { words } from './orders.js'

/** A gateway of several processes. */
export interface Crew {
  /** The settings in force. */
  readonly config: Config
  /** Replaces the workers one by one. Rejects, and changes nothing, when the first new one cannot serve. */
  reload(next: LoadedSettings): Promise<void>
  /** Every worker writes the audit to the file that now has its name. */
  reopenAudit(): void
  /** Lets load balancers move away for so long, then every worker finishes what is under way: true when nothing had to be cut. */
  stop(delayMs: number): Promise<boolean>
}

const firstPauseMs = 500
const longestPauseMs = 30_000
/** One that lived so long is replaced at once. */
const steadyMs = 60_000

/** Starts all workers. Throws with the words of the first that cannot serve. */
export async function serveByWorkers(
  given: LoadedSettings,
  count: number,
  log: Log,
): Promise<Crew> {
  let current = given
  const fd = givenSocket(process.env, process.pid)
  const drain = createDrain()
  /** Whether nothing had to be cut at the stop. */
  let whole = true
  /** How often the audit had to be opened anew. */
  let reopened = 0
  const turns = createTurnKeeper()
  const endings = createEndingsHub(systemClock)
  const serving = new Map<number, CrewMember>()
  const living = new Set<CrewMember>()
  /** Those that are being started. */
  const coming = new Set<Promise<CrewMember>>()
  const ofProcess = watchProcess()
  const own = () =>
    ofProcess.families.map(({ read, ...family }) => ({ ...family, samples: read() }))
  const figures = createFigures(own, () =>
    [...living].map(member => ({ member, isServing: serving.get(member.slot) === member })),
  )

  function start(slot: number, settings: LoadedSettings): Promise<CrewMember> {
    const started = bring(slot, settings).finally(() => coming.delete(started))
    coming.add(started)
    return started
  }

  async function bring(slot: number, { tree }: LoadedSettings): Promise<CrewMember> {
    let number = 0
    const reopenedBefore = reopened
    try {
      const member = await startWorker(joined => {
        number = joined.number
        endings.join(number, joined.channel)
        joined.channel.on(words.turn, (id: string) => turns.take(number, id))
        joined.channel.on(words.turnOver, ({ turn, left }: { turn: number; left: Left | null }) =>
          turns.over(turn, left),
        )
        return { tree, slot, fd, endings: endings.soFar() }
      })
      living.add(member)
      void member.ended.then(end => lose(member, end))
      // It came too late to hear either with the others.
      if (reopened > reopenedBefore) member.channel.tell(words.reopenAudit)
      if (drain.begun()) member.channel.tell(words.stop, 0)
      return member
    } catch (error) {
      endings.leave(number)
      turns.forget(number)
      throw error
    }
  }

  function lose(member: CrewMember, end: { code: number | null; signal: string | null }): void {
    const { slot, pid, number } = member
    endings.leave(number)
    turns.forget(number)
    figures.retire(member)
    living.delete(member)
    if (drain.begun() && end.code !== 0) whole = false
    if (serving.get(slot) !== member) return
    serving.delete(slot)
    if (drain.begun()) return
    log.error(
      { worker: slot, pid, ...end },
      'a worker has ended unexpectedly; another takes its place',
    )
    void refill(slot, performance.now() - (begun.get(member) ?? 0) < steadyMs)
  }

  const begun = new WeakMap<CrewMember, number>()
  const pauses = new Map<number, number>()

  function employ(member: CrewMember): void {
    begun.set(member, performance.now())
    serving.set(member.slot, member)
  }

  /** Pauses grow while workers of a place end early. */
  async function refill(slot: number, early: boolean): Promise<void> {
    let pauseMs = early ? (pauses.get(slot) ?? 0) : 0
    while (!drain.begun() && !serving.has(slot)) {
      pauses.set(slot, Math.min(Math.max(pauseMs * 2, firstPauseMs), longestPauseMs))
      await pause(pauseMs)
      if (drain.begun() || serving.has(slot)) return
      try {
        const member = await start(slot, current)
        if (drain.begun()) return
        employ(member)
        log.info({ worker: slot }, 'a worker serves in place of one that ended')
      } catch (error) {
        log.error({ worker: slot, err: error }, 'a worker could not be started; trying again')
      }
      pauseMs = pauses.get(slot) ?? firstPauseMs
    }
  }

  async function reload(next: LoadedSettings): Promise<void> {
    if (drain.begun()) return
    const before = current
    for (let slot = 1; slot <= count; slot++) {
      const member = await start(slot, next)
      if (drain.begun()) return
      try {
        await requireAsGood(checkWorkers, async () => (await member.check()) ?? [])
      } catch (error) {
        if (drain.begun()) return
        member.channel.tell(words.leave, 0)
        throw error
      }
      if (drain.begun()) return
      current = next
      const replaced = serving.get(slot)
      employ(member)
      replaced?.channel.tell(words.leave, next.config.shutdown.delay * 1000)
      if (replaced !== undefined) cutLate(replaced, longestStopMs(before.config, next.config))
    }
    log.level = next.config.log.level
    const restart = changesThatNeedRestart(before.config, next.config)
    if (restart.length > 0) log.warn({ settings: restart }, 'settings that wait for a restart')
    log.info({ url: next.config.url, workers: count }, 'settings were loaded')
  }

  function cutLate({ ended, kill }: CrewMember, afterMs: number): void {
    const timer = setTimeout(kill, afterMs)
    void ended.then(() => clearTimeout(timer))
  }

  /** What every worker can do, can be done. */
  async function checkWorkers(): Promise<readonly CheckResult[]> {
    const answers = await Promise.all([...serving.values()].map(({ check }) => check()))
    const names = new Set(answers.flatMap(results => results?.map(({ name }) => name) ?? []))
    names.delete('stays')
    return [...names].map(name => ({
      name,
      ok: answers.every(results => results?.some(one => one.name === name && one.ok) ?? false),
    }))
  }

  async function checkReadiness(): Promise<readonly CheckResult[]> {
    const ofWorkers = await checkWorkers()
    return [
      { name: 'stays', ok: !drain.begun() },
      { name: 'workers', ok: ofWorkers.length > 0 },
      ...ofWorkers,
    ]
  }

  const admin = createAdminApp({ checkReadiness, metrics: figures })
  const everybody = async () => {
    while (coming.size + living.size > 0) {
      await Promise.allSettled([...coming, ...[...living].map(({ ended }) => ended)])
    }
    await admin.close()
    ofProcess.stop()
  }
  const stop = async (delayMs: number) => {
    drain.begin()
    for (const { channel } of living) channel.tell(words.stop, delayMs)
    await everybody()
    return whole
  }
  try {
    // What is wrong with the settings is said once.
    employ(await start(1, current))
    const others = Array.from({ length: count - 1 }, (_, at) => start(at + 2, current))
    for (const member of await Promise.all(others)) employ(member)
    await listenOr(given.config.admin, portNames.adminPort, place => admin.listen(place))
  } catch (error) {
    await stop(0)
    throw error
  }
  return {
    get config() {
      return current.config
    },
    reload,
    reopenAudit() {
      reopened++
      for (const { channel } of living) channel.tell(words.reopenAudit)
    },
    stop,
  }
}
