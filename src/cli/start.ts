// cognito-gateway start
import { existsSync } from 'node:fs'
import { loadConfig } from '../config.js'
import { createLog } from '../log.js'
import { closeOnSignal } from './close-on-signal.js'
import { serve } from './serve.js'

const defaultFile = 'gateway.yaml'

/** Serves until a signal comes. Throws SettingsRefused, and an Error that says which port is taken. */
export async function start({ config: file }: { config?: string }): Promise<void> {
  const found = file ?? (existsSync(defaultFile) ? defaultFile : undefined)
  const config = loadConfig({ env: process.env, file: found })
  const log = createLog({ level: config.log.level, pretty: process.stdout.isTTY })
  // The last resort: one forgotten promise must not end everybody's session with the process.
  process.on('unhandledRejection', error => log.error({ err: error }, 'unhandled rejection'))
  const gateway = await serve(config, log)
  const { host, port } = config.listen
  log.info({ host, port, url: config.url, settingsFile: found ?? null }, 'gateway listens')
  closeOnSignal(() => gateway.close())
}
