// Brings up a gateway from its settings: one door for traffic, one admin listener, and behind them a generation of
// services, which a reload replaces.
import { setTimeout } from 'node:timers/promises'
import { connectionLimits, createAdminApp } from '../app.js'
import { changesThatNeedRestart, isUnchanged } from '../config/changes.js'
import type { Config } from '../config.js'
import { type Answering, createDoor } from '../lib/door.js'
import { systemClock } from '../lib/system-clock.js'
import type { Log } from '../log.js'
import { createLasting } from '../services/lasting.js'
import { createGeneration, type Generation, requireAsGood } from './generation.js'
import { givenSocket } from './given-socket.js'
import { explainListen } from './listen-error.js'

/** Connections that may wait to be accepted; the system's own limit applies as well. */
const backlog = 4096
/** Generations that finish what they have begun. Beyond it the oldest is cut. */
const maxRetiring = 4

/** A gateway that listens. */
export interface RunningGateway {
  /** The settings in force. */
  readonly config: Config
  /** Serves by other settings from the next request on. Rejects, and changes nothing, when they cannot serve. */
  reload(config: Config): Promise<void>
  /** Lets load balancers move away for so long, then finishes what is under way. */
  stop(delayMs: number): Promise<void>
  /** The same at once. */
  close(): Promise<void>
}

/** Listens on both ports. Throws with the port and what changes it when one is taken. */
export async function serve(
  config: Config,
  log: Log,
  names: { port: string; adminPort: string } = {
    port: 'GATEWAY_PORT',
    adminPort: 'GATEWAY_ADMIN_PORT',
  },
): Promise<RunningGateway> {
  const lasting = createLasting(systemClock)
  const door = createDoor(connectionLimits)
  let current = await createGeneration(config, log, lasting)
  const retiring: Answering[] = []
  const admin = createAdminApp({
    get readiness() {
      return current.services.readiness
    },
    metrics: lasting.metrics,
  })

  async function reload(next: Config): Promise<void> {
    if (lasting.drain.begun()) return
    if (isUnchanged(current.config, next)) {
      await current.services.renewKeys().catch(error => {
        log.warn(
          { err: error },
          'keys of the user pool could not be fetched again; the old serve on',
        )
      })
      return log.info('settings are as before')
    }
    const following = await createGeneration(next, log, lasting)
    try {
      await requireAsGood(current, following)
    } catch (error) {
      await following.retire()
      await following.close()
      throw error
    }
    const before = current
    current = following
    door.admit(following.app.server)
    following.services.begin()
    log.level = next.log.level
    const restart = changesThatNeedRestart(config, next)
    if (restart.length > 0) log.warn({ settings: restart }, 'settings that wait for a restart')
    log.info({ url: next.url }, 'settings were loaded')
    void retire(before)
  }

  /** Nobody is waited for but those who are being answered; one after the other, so that they stay few. */
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
      retiring.splice(retiring.indexOf(answering), 1)
    }
  }

  const close = async () => {
    lasting.drain.begin()
    await Promise.all([current.retire(), door.close()])
    // Probes are answered to the end.
    await admin.close()
    await current.close()
    lasting.metrics.close()
  }
  const stop = async (delayMs: number) => {
    lasting.drain.begin()
    await setTimeout(delayMs)
    await close()
  }
  try {
    door.admit(current.app.server)
    current.services.begin()
    const fd = givenSocket(process.env, process.pid)
    if (fd !== null) await door.listen({ fd })
    else await listen(place => door.listen({ ...place, backlog }), config.listen, names.port)
    await listen(place => admin.listen(place), config.admin, names.adminPort)
    return {
      get config() {
        return current.config
      },
      reload,
      stop,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function listen(
  open: (place: { host: string; port: number }) => Promise<unknown>,
  { host, port }: { host: string; port: number },
  setting: string,
): Promise<void> {
  try {
    await open({ host, port })
  } catch (error) {
    throw explainListen(error, host, port, setting)
  }
}
