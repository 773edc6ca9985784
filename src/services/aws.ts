// AWS credentials of people, and routes that are signed with them; null where the settings ask for neither.
import { compileAccess } from '../access/policy.js'
import { createFlow } from '../aws/flows.js'
import { createIdentityPool, type IdentityPool } from '../aws/identity-pool.js'
import { chooseRole } from '../aws/role.js'
import { loadSdk, type Sdk } from '../aws/sdk.js'
import { createRequestSigner, type SignRequest, streamsBodies } from '../aws/sigv4.js'
import { createUserPoolLogin } from '../aws/user-pool-login.js'
import type { Config } from '../config.js'
import { GatewayError } from '../errors.js'
import type { Log } from '../log.js'
import type { Caller, Clock, Identity } from '../model.js'
import { forward } from '../proxy/forward.js'
import type { Forwarding } from '../proxy/forwarding.js'
import { hasBody } from '../proxy/upload.js'
import { createWholeBodies } from '../proxy/whole-body.js'
import type { SessionStore } from '../session/store.js'

type RouteSettings = Config['routes'][number]

/** Forwards with a signature. Never throws, and never rejects. */
export type ForwardSigned = (forwarding: Forwarding, caller: Caller | null) => void

/** What was built for AWS. */
export interface Aws {
  readonly pool: IdentityPool
  /** Null for a route that is not signed. */
  readonly signedWay: (settings: RouteSettings) => ForwardSigned | null
  /** The same store; the credentials of sessions that end are forgotten. */
  readonly forgettingEnded: (store: SessionStore) => SessionStore
  readonly close: () => void
}

const usualMaxBytes = 10 * 1024 * 1024
/** Of all bodies that are read whole, in each process. */
const maxHeldBytes = 128 * 1024 * 1024

/** @throws SettingsRefused for packages that are not installed */
export async function openAws(
  config: Config,
  { issuer, clock, log }: { issuer: string; clock: Clock; log: Log },
): Promise<Aws | null> {
  const { aws, routes } = config
  if (aws.identityPoolId === undefined) return null
  const signs = routes.some(({ sigv4 }) => sigv4 !== undefined)
  const sdk = await loadSdk({ basicFlow: aws.flow === 'basic', signs })
  const flow = createFlow(aws, sdk, clock)
  const pool = createIdentityPool({
    fetchCredentials: flow.fetchCredentials,
    findLogin: createUserPoolLogin({ issuer, clock }),
    chooseRole: roleChooser(aws, clock),
    clock,
    log,
  })
  const readBody = createWholeBodies(maxHeldBytes)
  return {
    pool,
    signedWay: settings => createSignedWay(settings, { pool, sdk, readBody, clock }),
    forgettingEnded: store => forgettingEnded(store, pool),
    close: flow.close,
  }
}

/** In the basic flow nobody else chooses. */
function roleChooser(
  { flow, role, roles }: Config['aws'],
  clock: Clock,
): (identity: Identity) => string | null {
  const rules = roles.map(({ access, role: arn }) => {
    const { decide } = compileAccess(access, clock)
    return { role: arn, matches: (identity: Identity) => decide(identity).outcome === 'allow' }
  })
  const choice = { rules, role: role ?? (flow === 'basic' ? ('token' as const) : undefined) }
  return identity => chooseRole(identity, choice)
}

function createSignedWay(
  { sigv4, upstream = '', maxBody = usualMaxBytes }: RouteSettings,
  {
    pool,
    sdk,
    readBody,
    clock,
  }: {
    pool: IdentityPool
    sdk: Sdk
    readBody: ReturnType<typeof createWholeBodies>
    clock: Clock
  },
): ForwardSigned | null {
  if (sigv4 === undefined) return null
  const sign: SignRequest = createRequestSigner(sigv4, sdk, clock)
  const streams = streamsBodies(sigv4, upstream.startsWith('https:'))

  async function send(forwarding: Forwarding, caller: Caller | null): Promise<void> {
    if (caller === null) {
      throw new GatewayError('GW_ERR_AWS_REFUSED', { reason: 'nobody is signed in' })
    }
    const credentials = await pool.credentialsOf(caller)
    const { request, response, idleMs, target, headers } = forwarding
    const owner = caller.identity.subject
    const whole = streams
      ? undefined
      : await readBody(request, response, { maxBytes: maxBody, idleMs, owner })
    const body = whole === undefined ? (hasBody(request) ? 'streamed' : null) : whole
    const method = request.method ?? 'GET'
    const signed = await sign({ method, target, headers, body }, credentials)
    if (response.destroyed) return
    forward({ ...forwarding, ...signed, ...(whole === undefined ? {} : { wholeBody: whole }) })
  }

  return (forwarding, caller) => {
    send(forwarding, caller).catch(error => {
      if (!forwarding.response.destroyed) forwarding.onFailure(error as GatewayError)
    })
  }
}

function forgettingEnded(store: SessionStore, pool: Pick<IdentityPool, 'drop'>): SessionStore {
  return {
    ...store,
    async destroy(session, ttlSeconds) {
      pool.drop(session.id)
      return store.destroy(session, ttlSeconds)
    },
    async destroyMany(which) {
      const destroyed = await store.destroyMany(which)
      for (const { id } of destroyed) pool.drop(id)
      return destroyed
    },
  }
}
