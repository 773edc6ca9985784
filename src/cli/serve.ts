// Brings up a gateway from its settings: services, traffic listener, admin listener.
import type { FastifyInstance } from 'fastify'
import { createAdminApp, createApp } from '../app.js'
import type { Config } from '../config.js'
import type { Log } from '../log.js'
import { createServices } from '../services.js'

/** Connections that may wait to be accepted; the system's own limit applies as well. */
const backlog = 4096

/** A gateway that listens. */
export interface RunningGateway {
  /** Where it really listens, for port 0. */
  readonly address: string
  readonly adminAddress: string
  close(): Promise<void>
}

/** Listens on both ports. Throws with the port and the setting's name when one is taken. */
export async function serve(config: Config, log: Log): Promise<RunningGateway> {
  const services = createServices(config, log)
  const app = createApp(services)
  const admin = createAdminApp(services)
  const close = async () => {
    await Promise.all([app.close(), admin.close()])
    await services.close()
  }
  try {
    const address = await listen(app, config.listen, 'GATEWAY_PORT')
    const adminAddress = await listen(admin, config.admin, 'GATEWAY_ADMIN_PORT')
    return { address, adminAddress, close }
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
    throw new Error(explainListen(error as NodeJS.ErrnoException, host, port, setting), {
      cause: error,
    })
  }
}

/** What keeps a port from being listened on, and which setting changes it. */
export function explainListen(
  { code, message }: NodeJS.ErrnoException,
  host: string,
  port: number,
  setting: string,
): string {
  if (code === 'EADDRINUSE') {
    return `port ${port} is taken by another program; stop that one, or choose another port with ${setting}`
  }
  if (code === 'EACCES')
    return `port ${port} needs privileges; choose one above 1023 with ${setting}`
  if (code === 'EADDRNOTAVAIL') return `${host} is no address of this machine; see ${setting}`
  return message
}
