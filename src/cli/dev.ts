// cognito-gateway dev: emulator, sample application and gateway in one process, nothing to set up.
import type { Config } from '../config.js'
import type { Emulator } from '../emulator/app.js'
import { sendUserEvents } from '../emulator/cloud-trail.js'
import { type PoolSettings, readPool } from '../emulator/pool.js'
import { type SampleApp, startSampleApp } from '../emulator/sample-app.js'
import { generateSecret } from '../lib/keyring.js'
import type { SettingTree } from '../lib/setting-sources.js'
import { openLog } from '../log.js'
import { describeFinding } from './checks/finding.js'
import { closeOnSignal } from './close-on-signal.js'
import { examine } from './doctor.js'
import { describeGroups, openEmulator } from './emulator.js'
import { explainListen } from './listen-error.js'
import { loadSettings } from './load-settings.js'
import { serve } from './serve.js'

/** What the command line may change. */
export interface DevOptions {
  readonly config?: string
  readonly publicClient?: boolean
  readonly port: number
  readonly adminPort: number
  readonly emulatorPort: number
  readonly appPort: number
}

interface Closeable {
  close(): Promise<void>
}

const host = 'localhost'

/** Serves until a signal comes. Throws with the port and its option when one is taken. */
export async function dev(options: DevOptions): Promise<void> {
  const running: Closeable[] = []
  const closeAll = async () => {
    for (const part of [...running].reverse()) await part.close()
  }
  try {
    const url = `http://${host}:${options.port}`
    const emulator = await openEmulator(
      { pool: poolFor(url), host, port: options.emulatorPort },
      '--emulator-port',
    )
    running.push(emulator)
    const application = await openApplication(options.appPort)
    running.push(application)
    const base = settingsFor(options, url, emulator, application)
    const { config } = await loadSettings({ env: process.env, file: options.config, base })
    const log = await openLog(config.log.level)
    running.push(await serve(config, log, { port: '--port', adminPort: '--admin-port' }))
    const stopEvents = sendEvents(url, config, emulator)
    running.push({ close: async () => stopEvents() })
    process.stdout.write(welcome(url, emulator, application))
    process.stdout.write(await sayWhatIsWrong(config))
  } catch (error) {
    await closeAll()
    throw error
  }
  closeOnSignal(closeAll)
}

/** What becomes of users at the emulator reaches the gateway, as it does through EventBridge. */
function sendEvents(url: string, { session, paths }: Config, emulator: Emulator): () => void {
  const [key] = session.events.key ?? []
  if (key === undefined) return () => {}
  const target = { url: `${url}${paths.prefix}/events`, key }
  return sendUserEvents({ ...emulator, target })
}

/** The pool that comes with the package, with the URLs of this gateway. */
function poolFor(url: string): PoolSettings {
  const pool = readPool()
  return {
    ...pool,
    clients: pool.clients.map(client => ({
      ...client,
      callbackUrls: [`${url}/oauth2/callback`],
      logoutUrls: [`${url}/oauth2/signed_out`],
    })),
  }
}

async function openApplication(port: number): Promise<SampleApp> {
  try {
    return await startSampleApp({ host, port })
  } catch (error) {
    throw explainListen(error, host, port, '--app-port')
  }
}

function settingsFor(
  { publicClient = false, port, adminPort }: DevOptions,
  url: string,
  { settings, domain, issuer }: Emulator,
  { origin: upstream }: SampleApp,
): SettingTree {
  const client = settings.clients.find(({ secrets }) => (secrets.length === 0) === publicClient)
  return {
    url: [url],
    listen: { host, port },
    admin: { port: adminPort },
    secrets: [generateSecret()],
    session: { events: { key: [generateSecret()] } },
    cognito: {
      userPoolId: settings.poolId,
      clientId: client?.id,
      domain,
      issuer,
      ...(publicClient ? {} : { clientSecret: client?.secrets }),
    },
    routes: [
      { path: '/public', access: 'public', upstream },
      { path: '/admin', access: { groups: ['admins'] }, upstream },
      { path: '/', access: 'signed-in', upstream },
    ],
  }
}

function welcome(url: string, { settings, domain }: Emulator, { origin }: SampleApp): string {
  const accounts = settings.users.map(
    ({ username, password, groups }) =>
      `    ${username.padEnd(8)} ${password.padEnd(12)} ${describeGroups(groups)}\n`,
  )
  return `
  Open ${url}

  Accounts of the local Cognito emulator (${domain}):
${accounts.join('')}
  Try: pin a note · ${url}/admin as jane, then as admin · ${url}/public
       signed out · sign out, then the browser's Back button · ${url}/oauth2/account · sign up at
       the sign-in page (codes are in ${domain}/emulator/outbox) · continue with Google, as anybody ·
       ${domain}/emulator, to disable jane or to break the token endpoint · stop, and start
       with a wrong secret: COGNITO_CLIENT_SECRET=wrong npm run dev

  The application behind the gateway (${origin}) knows nothing about login.
  Ctrl-C stops everything.

`
}

/** Empty when the doctor finds nothing. */
async function sayWhatIsWrong(config: Config): Promise<string> {
  const wrong = (await examine(config)).filter(({ outcome }) => outcome !== 'ok')
  if (wrong.length === 0) return ''
  return `  The doctor found:\n\n${wrong.map(finding => describeFinding(finding)).join('')}\n`
}
