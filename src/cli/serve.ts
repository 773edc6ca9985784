// Brings up a gateway from its settings: services, traffic listener, admin listener.
import { setTimeout } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { createAdminApp, createApp } from '../app.js'
import type { Config } from '../config.js'
import type { Log } from '../log.js'
import { createServices } from '../services.js'
import { explainListen } from './listen-error.js'

/** Connections that may wait to be accepted; the system's own limit applies as well. */
const backlog = 4096

/** A gateway that listens. */
export interface RunningGateway {
  /** Where it really listens, for port 0. */
  readonly address: string
  readonly adminAddress: string
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
  const services = await createServices(config, log)
  const app = createApp(services)
  const admin = createAdminApp(services)
  const close = async () => {
    services.drain.begin()
    await app.close()
    // Probes are answered to the end.
    await admin.close()
    await services.close()
  }
  const stop = async (delayMs: number) => {
    services.drain.begin()
    await setTimeout(delayMs)
    await close()
  }
  try {
    const address = await listen(app, config.listen, names.port)
    const adminAddress = await listen(admin, config.admin, names.adminPort)
    return { address, adminAddress, stop, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function listen(
  app: FastifyInstance,
  { host, port }: { host: string; port: number },
  setting: string,
): Promise<string> {
  try {
    return await app.listen({ host, port, backlog })
  } catch (error) {
    throw explainListen(error, host, port, setting)
  }
}
