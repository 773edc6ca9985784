// The traffic of one process: a door that stays, and behind it a generation of services, which a reload replaces.
import { setTimeout } from 'node:timers/promises'
import { connectionLimits } from '../app.js'
import { changesThatNeedRestart, isUnchanged } from '../config/changes.js'
import type { Config } from '../config.js'
import { toSecureContext } from '../lib/certificate.js'
import { type Answering, createDoor } from '../lib/door.js'
import type { CheckResult } from '../lib/readiness.js'
import type { Log } from '../log.js'
import type { Lasting } from '../services/lasting.js'
import { certificateOf, watchCertificate } from './certificate-watch.js'
import { createGeneration, type Generation, requireAsGood } from './generation.js'
import { listenOr } from './listen-error.js'

/** Connections that may wait to be accepted; the system's own limit applies as well. */
const backlog = 4096
/** Generations that finish what they have begun. Beyond it the oldest is cut. */
const maxRetiring = 4

/** Traffic that is served. */
export interface Gateway {
  /** The settings in force. */
  readonly config: Config
  checkReadiness(): Promise<readonly CheckResult[]>
  /** Serves by other settings from the next request on. Rejects, and changes nothing, when they cannot serve. */
  reload(config: Config): Promise<void>
  /** Writes the audit to the file that now has its name. */
  reopenAudit(): void
  /** Accepts no more, and finishes what is under way: true when nothing had to be cut. Idle connections are kept for so long. */
  leave(lingerMs: number): Promise<boolean>
  /** Lets load balancers move away for so long, then leaves. */
  stop(delayMs: number): Promise<boolean>
}

/** Where it listens when the settings do not say. */
export interface Listening {
  /** Name of the setting or option that gives the port. */
  readonly setting: string
  /** A socket that is open already. */
  readonly fd: number | null
}

/** Listens. Throws with the port and what changes it when it is taken. */
export async function openGateway(
  config: Config,
  log: Log,
  lasting: Lasting,
  { setting, fd }: Listening,
): Promise<Gateway> {
  const certificate = certificateOf(config.tls)
  const door = createDoor(connectionLimits, certificate && toSecureContext(certificate))
  let unwatch = watchCertificateOf(config)
  let current = await createGeneration(config, log, lasting)
  /** Those who write an audit: who serves now, and who finishes what was begun. */
  const living = new Set<Generation['services']>()
  const retiring: Answering[] = []
  const retirements = new Set<Promise<void>>()

  async function reload(next: Config): Promise<void> {
    if (lasting.drain.begun()) return
    if (isUnchanged(current.config, next)) {
      current = { ...current, config: next }
      presentAnew(next)
      return renewKeys()
    }
    const following = await createGeneration(next, log, lasting)
    try {
      const { checkReadiness } = current.services
      await requireAsGood(checkReadiness, following.services.checkReadiness)
    } catch (error) {
      await following.retire()
      await following.close()
      throw error
    }
    const before = current
    current = following
    letIn()
    presentAnew(next)
    log.level = next.log.level
    const restart = changesThatNeedRestart(config, next)
    if (restart.length > 0) log.warn({ settings: restart }, 'settings that wait for a restart')
    log.info({ url: next.url }, 'settings were loaded')
    const retirement = retire(before).finally(() => retirements.delete(retirement))
    retirements.add(retirement)
  }

  async function renewKeys(): Promise<void> {
    try {
      await current.services.renewKeys()
    } catch (error) {
      const sentence = 'keys of the user pool could not be fetched again; the old serve on'
      log.warn({ err: error }, sentence)
    }
    log.info('settings are as before')
  }

  function watchCertificateOf({ tls }: Config): () => void {
    if (tls.cert === undefined || certificate === null) return () => {}
    return watchCertificate(tls, found => door.present(toSecureContext(found)), log)
  }

  function presentAnew(next: Config): void {
    const found = certificateOf(next.tls)
    if (found !== null) door.present(toSecureContext(found))
    unwatch()
    unwatch = watchCertificateOf(next)
  }

  function letIn(): void {
    living.add(current.services)
    door.admit(current.app.server)
    current.services.begin()
  }

  /** Waits for those who are being answered, and for nobody else. */
  async function retire(before: Generation): Promise<void> {
    const answering = door.answering()
    retiring.push(answering)
    if (retiring.length > maxRetiring) retiring[0]?.cut()
    try {
      await before.retire()
      await answering.done
      await before.close()
    } catch (error) {
      log.warn({ err: error }, 'services of the settings before could not be closed')
    } finally {
      living.delete(before.services)
      retiring.splice(retiring.indexOf(answering), 1)
    }
  }

  async function leave(lingerMs: number): Promise<boolean> {
    lasting.drain.begin()
    unwatch()
    const deadlineMs = current.config.shutdown.deadline * 1000
    const [whole] = await Promise.all([door.close({ lingerMs, deadlineMs }), current.retire()])
    if (!whole) log.warn('what was still under way at shutdown.deadline was cut')
    await Promise.all([current.close(), ...retirements])
    return whole
  }

  try {
    letIn()
    if (fd !== null) await door.listen({ fd })
    else await listenOr(config.listen, setting, place => door.listen({ ...place, backlog }))
  } catch (error) {
    await leave(0)
    throw error
  }
  return {
    get config() {
      return current.config
    },
    checkReadiness: () => current.services.checkReadiness(),
    reload,
    reopenAudit() {
      for (const services of living) services.reopenAudit()
    },
    leave,
    async stop(delayMs) {
      lasting.drain.begin()
      await setTimeout(delayMs)
      return leave(0)
    },
  }
}
