// cognito-gateway emulator
import { type Emulator, startEmulator } from '../emulator/app.js'
import { type PoolSettings, readPool } from '../emulator/pool.js'
import { closeOnSignal } from './close-on-signal.js'
import { explainListen } from './listen-error.js'

/** What the command line may change. */
export interface EmulatorCommandOptions {
  /** A file with users and app clients. */
  readonly pool?: string
  readonly host: string
  readonly port: number
}

/** Serves a local user pool until a signal comes. */
export async function emulator({ pool: file, host, port }: EmulatorCommandOptions): Promise<void> {
  const running = await openEmulator({ pool: readPool(file), host, port }, '--port')
  process.stdout.write(describePool(running))
  closeOnSignal(() => running.close())
}

/** Starts an emulator, or says why its port cannot be had. @param option  that changes the port */
export async function openEmulator(
  place: { pool: PoolSettings; host: string; port: number },
  option: string,
): Promise<Emulator> {
  try {
    return await startEmulator(place)
  } catch (error) {
    throw explainListen(error, place.host, place.port, option)
  }
}

function describePool({ domain, issuer, settings }: Emulator): string {
  const users = settings.users.map(
    ({ username, password, groups }) =>
      `  ${username} / ${password}  (${describeGroups(groups)})\n`,
  )
  const clients = settings.clients.map(
    ({ id, secrets: [secret = 'none'] }) => `  ${id}  secret: ${secret}\n`,
  )
  return [
    `Local Cognito emulator\n\n`,
    `COGNITO_DOMAIN=${domain}\nCOGNITO_ISSUER=${issuer}\nCOGNITO_USER_POOL_ID=${settings.poolId}\n\n`,
    `App clients\n${clients.join('')}\nUsers\n${users.join('')}\n`,
  ].join('')
}

/** The first few groups of a user, and how many more there are. */
export function describeGroups(groups: readonly string[]): string {
  const shown = groups.slice(0, 3).join(', ')
  return groups.length > 3 ? `${shown} and ${groups.length - 3} more` : shown
}
