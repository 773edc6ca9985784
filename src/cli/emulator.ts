// cognito-gateway emulator
import { readFileSync } from 'node:fs'
import { type Emulator, type EmulatorOptions, startEmulator } from '../emulator/app.js'
import { readPool } from '../emulator/pool.js'
import { closeOnSignal } from './close-on-signal.js'
import { explainListen } from './listen-error.js'

/** What the command line may change. */
export interface EmulatorCommandOptions {
  /** A file with users and app clients. */
  readonly pool?: string
  readonly host: string
  readonly port: number
  /** A file that keeps what is remembered. */
  readonly state?: string
  readonly https?: boolean
  /** Files of a certificate and its key, PEM. */
  readonly cert?: string
  readonly key?: string
}

/** Serves a local user pool until a signal comes. */
export async function emulator(options: EmulatorCommandOptions): Promise<void> {
  const { pool: file, host, port, state: stateFile } = options
  const https = httpsOf(options)
  const place = { pool: readPool(file), host, port, https, stateFile }
  const running = await openEmulator(place, '--port')
  // Before a word is said: whoever reads it may send a signal at once.
  closeOnSignal(() => running.close())
  process.stdout.write(describePool(running))
}

/** Starts an emulator, or says why its port cannot be had. @param option  that changes the port */
export async function openEmulator(
  place: EmulatorOptions & { host: string; port: number },
  option: string,
): Promise<Emulator> {
  try {
    const started = await startEmulator(place)
    // A gateway asks for them at once, and not again for a while: they take a moment to make.
    await started.keys.jwks()
    return started
  } catch (error) {
    throw explainListen(error, place.host, place.port, option)
  }
}

function httpsOf({ https = false, cert, key }: EmulatorCommandOptions) {
  if (cert === undefined && key === undefined) return https
  if (cert === undefined || key === undefined) throw new Error('--cert and --key go together')
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
}

function describePool({ domain, issuer, settings, certificate }: Emulator): string {
  const users = settings.users.map(
    ({ username, password, groups }) =>
      `  ${username} / ${password}  (${describeGroups(groups)})\n`,
  )
  const clients = settings.clients.map(
    ({ id, secrets: [secret = 'none'] }) => `  ${id}  secret: ${secret}\n`,
  )
  const trust =
    certificate === null
      ? ''
      : `Programs trust it with NODE_EXTRA_CA_CERTS and the file ${domain}/emulator/certificate.pem\n\n`
  return [
    `Local Cognito emulator\n\n`,
    `COGNITO_DOMAIN=${domain}\nCOGNITO_ISSUER=${issuer}\nCOGNITO_USER_POOL_ID=${settings.poolId}\n\n`,
    trust,
    `App clients\n${clients.join('')}\nUsers\n${users.join('')}\n`,
    `Administration ${domain}/emulator · messages ${domain}/emulator/outbox\n\n`,
  ].join('')
}

/** The first few groups of a user, and how many more there are. */
export function describeGroups(groups: readonly string[]): string {
  const shown = groups.slice(0, 3).join(', ')
  return groups.length > 3 ? `${shown} and ${groups.length - 3} more` : shown
}
