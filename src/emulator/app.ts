// A local Cognito user pool with its hosted UI. It behaves as Cognito does, not as the standards say.
import { randomUUID } from 'node:crypto'
import cookie from '@fastify/cookie'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { type Administration, createAdministration } from './administration.js'
import { operationOf, pathOf, recordCalls, type SeenCall } from './calls.js'
import { type Certificate, createCertificate } from './certificate.js'
import type { ChangeListener } from './changes.js'
import { sendUserEvents } from './cloud-trail.js'
import { createRealm } from './create-realm.js'
import { openToScripts } from './endpoints/cors.js'
import { endpoints } from './endpoints/table.js'
import type { Tell } from './events.js'
import { createFaults, type Faults } from './faults.js'
import { acceptForms } from './form.js'
import type { Keys, SigningKeys } from './keys.js'
import { keepPlacesApart } from './places.js'
import { type PoolSettings, readPool } from './pool.js'
import { keepSnapshot } from './snapshot/keeper.js'
import { withSubjects } from './subject.js'
import { loadTriggers } from './triggers/run.js'
import type { Triggers } from './triggers/trigger.js'

export type { SeenCall } from './calls.js'

/** A user pool that listens. */
export interface Emulator {
  /** Origin of the hosted UI. */
  readonly domain: string
  readonly issuer: string
  readonly poolId: string
  /** The pool as it is now; every user has a `sub`. */
  readonly settings: PoolSettings
  readonly keys: Keys
  readonly faults: Faults
  readonly administration: Administration
  /** What browsers and programs have to trust, PEM; null without https. */
  readonly certificate: string | null
  /** Hears of every change of a user, after it was made; gives what ends the listening. */
  readonly onUserChange: (listener: ChangeListener) => () => void
  /** The newest calls, at most 10,000. */
  readonly calls: SeenCall[]
  /** For requests without a socket (`app.inject`). */
  readonly app: FastifyInstance
  close(): Promise<void>
}

/** What differs from the defaults. */
export interface EmulatorOptions {
  readonly pool?: PoolSettings
  /** A YAML file with the pool, when `pool` is not given; by default the one that comes with the package. */
  readonly poolFile?: string
  /** Address to listen on; by default loopback. */
  readonly host?: string
  /** 0 for any free port. */
  readonly port?: number
  /** Origin of the hosted UI as browsers see it; port 0 stands for the one listened on. */
  readonly publicOrigin?: string | undefined
  /** Origin of the issuer, when it shall differ from the hosted UI's, as at AWS; port 0 as above. */
  readonly issuerOrigin?: string | undefined
  /** NumericDate seconds. */
  readonly clock?: () => number
  /** What to sign with at first; by default two fresh keys. */
  readonly signingKeys?: Promise<SigningKeys>
  readonly onEvent?: Tell
  /** Instead of the module that the pool names. */
  readonly triggers?: Triggers
  /** https: with a certificate made at the start, or with this one (PEM). */
  readonly https?: boolean | Certificate
  /** Keeps users, keys, sign-ins and sessions over restarts. */
  readonly stateFile?: string | undefined
}

/** The gateway's session cookies come here too, since cookies ignore ports. */
const maxHeaderBytes = 128 * 1024

/** Starts a user pool. Rejects with EADDRINUSE and the like when it cannot listen. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { host = 'localhost', port = 0, onEvent: tell = () => {} } = options
  const settings = withSubjects(options.pool ?? readPool(options.poolFile))
  const certificate = certificateFor(options)
  const app = createServer(certificate)
  const { faults, beforeServing, beforeSending, endWaiting } = createFaults({
    placeOf: request =>
      operationOf(request) ?? pathOf(request.url).replace(`/${settings.poolId}/`, '/'),
    throttling: () => settings.unpublished.throttling,
    tell,
  })
  const { triggers: file } = settings
  const triggers = options.triggers ?? (file === undefined ? {} : await loadTriggers(file))
  const realm = createRealm(app, settings, {
    ...options,
    tell,
    faults,
    triggers,
    certificate: certificate?.cert ?? null,
  })
  const { stateFile } = options
  const keeper = stateFile === undefined ? null : await keepSnapshot(realm, stateFile)

  await app.register(cookie)
  await acceptForms(app)
  app.addHook('onRequest', answerHeaders)
  app.addHook('onRequest', keepPlacesApart(realm))
  const calls = recordCalls(app, tell)
  app.addHook('preHandler', beforeServing)
  app.addHook('onSend', beforeSending)
  app.addHook('preClose', async () => endWaiting())
  if (keeper !== null) {
    realm.changes.onChange(keeper.touch)
    app.addHook('onResponse', async () => keeper.touch())
    app.addHook('onClose', () => keeper.close())
  }
  for (const register of endpoints) register(app, realm)
  await app.listen({ host, port })

  const { domain, issuer, keys } = realm
  const administration = createAdministration(realm)
  const { poolId } = settings
  const { onChange: onUserChange } = realm.changes
  const { events: target } = settings
  const stopEvents =
    target === undefined ? () => {} : sendUserEvents({ onUserChange, poolId, target, tell })
  const close = () => {
    stopEvents()
    return app.close()
  }
  const parts = { settings, keys, faults, administration, onUserChange, calls, app, close }
  return { domain, issuer, poolId, certificate: certificate?.cert ?? null, ...parts }
}

function certificateFor({ https, host = 'localhost' }: EmulatorOptions): Certificate | null {
  if (https === undefined || https === false) return null
  if (https !== true) return https
  return createCertificate([...new Set(['localhost', '127.0.0.1', '::1', host])])
}

/** With a certificate it speaks https alone. */
function createServer(certificate: Certificate | null): FastifyInstance {
  const common = { logger: false, forceCloseConnections: true } as const
  const limits = { maxHeaderSize: maxHeaderBytes }
  if (certificate === null) return fastify({ ...common, http: limits })
  // The two kinds of server differ in nothing that the emulator uses.
  return fastify({
    ...common,
    https: { ...limits, ...certificate },
  }) as unknown as FastifyInstance
}

async function answerHeaders(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('x-amz-cognito-request-id', randomUUID())
  if (openToScripts.has(pathOf(request.url))) reply.header('access-control-allow-origin', '*')
}
