// A local Cognito user pool with its hosted UI. It behaves as Cognito does, not as the standards say.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { openViews, viewsFolder } from '../lib/views.js'
import { authorizeEndpoint } from './endpoints/authorize.js'
import { discoveryEndpoint } from './endpoints/discovery.js'
import { errorEndpoint } from './endpoints/error.js'
import { jwksEndpoint } from './endpoints/jwks.js'
import { loginEndpoint } from './endpoints/login.js'
import { logoutEndpoint } from './endpoints/logout.js'
import { revokeEndpoint } from './endpoints/revoke.js'
import { tokenEndpoint } from './endpoints/token.js'
import { userInfoEndpoint } from './endpoints/user-info.js'
import { createFaults, type Faults } from './faults.js'
import { createKeys, type Keys } from './keys.js'
import { type PoolSettings, readPool } from './pool.js'
import type { Realm } from './realm.js'
import { createState } from './state.js'
import { createTokenMaker } from './tokens.js'

/** One call, as tests count them. Never a value of a parameter. */
export interface SeenCall {
  readonly method: string
  readonly path: string
  readonly grantType: string | null
  /** Whether the client sent an Authorization header. */
  readonly authorized: boolean
  readonly status: number
}

/** A user pool that listens. */
export interface Emulator {
  /** Origin of the hosted UI. */
  readonly domain: string
  readonly issuer: string
  readonly settings: PoolSettings
  readonly keys: Keys
  readonly faults: Faults
  /** The newest calls, at most 10,000. */
  readonly calls: SeenCall[]
  close(): Promise<void>
}

/** What differs from the defaults. */
export interface EmulatorOptions {
  readonly pool?: PoolSettings
  /** Address to listen on; by default loopback. */
  readonly host?: string
  /** 0 for any free port. */
  readonly port?: number
  /** Origin of the issuer, when it shall differ from the hosted UI's, as at AWS. */
  readonly issuerOrigin?: string | undefined
  /** NumericDate seconds. */
  readonly clock?: () => number
}

const maxCalls = 10_000
/** Endpoints that scripts of any origin may call. */
const openToScripts: ReadonlySet<string> = new Set([
  '/oauth2/token',
  '/oauth2/revoke',
  '/oauth2/userInfo',
])

/** Starts a user pool. Rejects with EADDRINUSE and the like when it cannot listen. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { host = 'localhost', clock = systemClock } = options
  // Issuer and URLs name the port, so it has to be known before anything is built.
  const port = options.port || (await freePort(host))
  const settings = withSubjects(options.pool ?? readPool())
  const { faults, beforeServing, beforeSending } = createFaults()
  const realm = await createRealm(settings, {
    domain: `http://${host === '0.0.0.0' ? 'localhost' : host}:${port}`,
    issuerOrigin: options.issuerOrigin,
    clock: () => clock() + faults.clockOffsetSeconds,
  })

  const app = fastify({ logger: false, forceCloseConnections: true })
  await app.register(cookie)
  await app.register(formbody)
  app.addHook('onRequest', answerHeaders)
  app.addHook('preHandler', beforeServing)
  app.addHook('onSend', beforeSending)
  const calls = recordCalls(app)
  for (const register of endpoints) register(app, realm)
  await app.listen({ host, port })

  const { domain, issuer, keys } = realm
  return { domain, issuer, settings, keys, faults, calls, close: () => app.close() }
}

const endpoints = [
  discoveryEndpoint,
  jwksEndpoint,
  authorizeEndpoint,
  loginEndpoint,
  tokenEndpoint,
  userInfoEndpoint,
  revokeEndpoint,
  logoutEndpoint,
  errorEndpoint,
]

async function createRealm(
  settings: PoolSettings,
  place: { domain: string; issuerOrigin: string | undefined; clock: () => number },
): Promise<Realm> {
  const { domain, clock } = place
  const issuer = `${place.issuerOrigin ?? domain}/${settings.poolId}`
  const keys = await createKeys()
  return {
    settings,
    domain,
    issuer,
    keys,
    tokens: await createTokenMaker(keys, issuer, clock),
    state: createState(),
    views: openViews(join(viewsFolder, 'emulator')),
    clock,
  }
}

/** Every user has a `sub`; one that the file does not name is new at each start. */
function withSubjects(settings: PoolSettings): PoolSettings {
  return { ...settings, users: settings.users.map(user => ({ sub: randomUUID(), ...user })) }
}

async function answerHeaders(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('x-amz-cognito-request-id', randomUUID())
  if (openToScripts.has(pathOf(request))) reply.header('access-control-allow-origin', '*')
}

function recordCalls(app: FastifyInstance): SeenCall[] {
  const calls: SeenCall[] = []
  app.addHook('onResponse', async (request, reply) => {
    const { grant_type: grantType } = (request.body ?? {}) as { grant_type?: string }
    calls.push({
      method: request.method,
      path: pathOf(request),
      grantType: grantType ?? null,
      authorized: request.headers.authorization !== undefined,
      status: reply.statusCode,
    })
    if (calls.length > maxCalls) calls.shift()
  })
  return calls
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?')[0] ?? ''
}

async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function systemClock(): number {
  return Math.floor(Date.now() / 1000)
}
