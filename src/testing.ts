// cognito-gateway/testing: a gateway and a user pool inside a Node.js test, in one line.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { serve } from './cli/serve.js'
import { loadConfig } from './config.js'
import { type Emulator, startEmulator } from './emulator/app.js'
import { type PoolInput, parsePool } from './emulator/pool.js'
import { startSampleApp } from './emulator/sample-app.js'
import { type StorageState, signedInState } from './emulator/signed-in.js'
import { cookieHeader } from './emulator/visitor-walk.js'
import { generateSecret } from './lib/keyring.js'
import { mergeTrees, type SettingTree } from './lib/setting-sources.js'
import { createLog } from './log.js'

export type { Emulator } from './emulator/app.js'
export type { PoolInput } from './emulator/pool.js'
export type { StorageState } from './emulator/signed-in.js'

/** What a test may say; nothing is needed. */
export interface TestingOptions {
  /** The application behind the gateway; by default a small one that comes along. */
  readonly upstream?: string
  /** Settings as in gateway.yaml, such as routes; they win over what follows from the rest. */
  readonly settings?: SettingTree
  /** The user pool as in emulator.yaml; by default `jane` (group staff) and `admin` (admins, staff). */
  readonly pool?: Partial<PoolInput>
  /** Of the gateway; by default any free one. */
  readonly port?: number
  /** By default the gateway says nothing but what is broken. */
  readonly logLevel?: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'
}

/** A gateway that listens, with its user pool. */
export interface TestingGateway {
  /** Public origin, on localhost. */
  readonly url: string
  readonly emulator: Emulator
  /** A browser in which this user is signed in: `browser.newContext({ storageState })` in Playwright. */
  storageState(username: string): Promise<StorageState>
  /** The `Cookie` header of such a browser. */
  cookie(username: string): Promise<string>
  /** An access token, for `Authorization: Bearer`. */
  accessToken(username: string): Promise<string>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const host = 'localhost'
const clientId = '1gatewaytesting00000000001'

/**
 * Starts both on free ports of this machine. Rejects as the gateway's own start does, with every complaint about
 * the settings.
 */
export async function startGateway(options: TestingOptions = {}): Promise<TestingGateway> {
  const running: { close(): Promise<void> }[] = []
  const close = async () => {
    for (const part of running.splice(0).reverse()) await part.close()
  }
  try {
    const url = `http://${host}:${options.port ?? (await freePort())}`
    const emulator = await startEmulator({ pool: poolFor(url, options.pool) })
    running.push(emulator)
    // The gateway asks for them at its start; making them takes a busy machine a moment.
    await emulator.keys.jwks()
    const sample = options.upstream === undefined ? await startSampleApp() : null
    if (sample !== null) running.push(sample)
    const upstream = options.upstream ?? sample?.origin ?? ''
    const base = withSettings(settingsFor(url, emulator), options.settings ?? {}, upstream)
    const log = createLog({ level: options.logLevel ?? 'fatal' })
    running.push(await serve(loadConfig({ env: {}, base }), log))
    return describe(url, emulator, close)
  } catch (error) {
    await close()
    throw error
  }
}

function describe(url: string, emulator: Emulator, close: () => Promise<void>): TestingGateway {
  const emulatorUrl = emulator.domain
  const storageState = (username: string) =>
    signedInState({ emulatorUrl, username, gatewayUrl: `${url}/` })
  return {
    url,
    emulator,
    storageState,
    async cookie(username) {
      return cookieHeader(url, (await storageState(username)).cookies)
    },
    async accessToken(username) {
      return (await emulator.administration.tokensFor(username, clientId)).access_token
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function poolFor(url: string, changes: Partial<PoolInput> = {}) {
  return parsePool({
    users: [
      person('jane', 'Jane-pass1', ['staff']),
      person('admin', 'Admin-pass1', ['admins', 'staff']),
    ],
    clients: [
      {
        id: clientId,
        secrets: [generateSecret().replace(/\W/g, '0')],
        callbackUrls: [`${url}/oauth2/callback`],
        logoutUrls: [`${url}/oauth2/signed_out`],
      },
    ],
    ...changes,
  })
}

function person(username: string, password: string, groups: string[]) {
  const attributes = { email: `${username}@example.com`, email_verified: true }
  return { username, password, groups, attributes }
}

/** Routes of the test that name no application get the one behind all others. */
function withSettings(base: SettingTree, settings: SettingTree, upstream: string): SettingTree {
  const { routes } = settings
  if (!Array.isArray(routes)) return mergeTrees({ ...base, upstream }, settings)
  const complete = routes.map((route: object) =>
    'access' in route && route.access === 'deny' ? route : { upstream, ...route },
  )
  return mergeTrees(base, { ...settings, routes: complete })
}

function settingsFor(url: string, { settings, domain, issuer }: Emulator): SettingTree {
  const [client] = settings.clients
  return {
    url: [url],
    listen: { host, port: Number(new URL(url).port) },
    admin: { host: '127.0.0.1', port: 0 },
    secrets: [generateSecret()],
    log: { audit: 'off' },
    cognito: {
      userPoolId: settings.poolId,
      clientId: client?.id,
      domain,
      issuer,
      ...(client?.secrets.length ? { clientSecret: client.secrets } : {}),
    },
  }
}

/** A port that is free now: the callback URL names it before the gateway listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
