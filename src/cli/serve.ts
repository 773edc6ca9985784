// A gateway in one process: traffic, and the admin listener beside it.
import { createAdminApp } from '../app.js'
import type { Config } from '../config.js'
import { systemClock } from '../lib/system-clock.js'
import type { Log } from '../log.js'
import { createLasting } from '../services/lasting.js'
import { openGateway } from './gateway.js'
import { givenSocket } from './given-socket.js'
import { listenOr } from './listen-error.js'

/** A gateway that listens. */
export interface RunningGateway {
  /** The settings in force. */
  readonly config: Config
  /** Serves by other settings from the next request on. Rejects, and changes nothing, when they cannot serve. */
  reload(config: Config): Promise<void>
  /** Writes the audit to the file that now has its name. */
  reopenAudit(): void
  /** Lets load balancers move away for so long, then finishes what is under way: true when nothing had to be cut. */
  stop(delayMs: number): Promise<boolean>
  /** The same at once. */
  close(): Promise<void>
}

/** Names of what gives the ports. */
export interface PortNames {
  readonly port: string
  readonly adminPort: string
}

/** Those of settings. */
export const portNames: PortNames = { port: 'GATEWAY_PORT', adminPort: 'GATEWAY_ADMIN_PORT' }

/** Listens on both ports. Throws with the port and what changes it when one is taken. */
export async function serve(
  config: Config,
  log: Log,
  names: PortNames = portNames,
): Promise<RunningGateway> {
  const lasting = createLasting(systemClock)
  const fd = givenSocket(process.env, process.pid)
  const gateway = await openGateway(config, log, lasting, { setting: names.port, fd })
  const { checkReadiness, reload, reopenAudit } = gateway
  const admin = createAdminApp({ checkReadiness, metrics: lasting.metrics })
  const stop = async (delayMs: number) => {
    const whole = await gateway.stop(delayMs)
    // Probes are answered to the end.
    await admin.close()
    lasting.metrics.close()
    return whole
  }
  const close = async () => void (await stop(0))
  try {
    await listenOr(config.admin, names.adminPort, place => admin.listen(place))
  } catch (error) {
    await close()
    throw error
  }
  return {
    get config() {
      return gateway.config
    },
    reload,
    reopenAudit,
    stop,
    close,
  }
}
