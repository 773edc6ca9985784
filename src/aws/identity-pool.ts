// Temporary AWS credentials by session: fetched once however many ask, kept until five minutes before they expire.
import { LRUCache } from 'lru-cache'
import { GatewayError } from '../errors.js'
import type { Log } from '../log.js'
import type { Caller, Clock, Identity } from '../model.js'
import type { AwsCredentials, FetchCredentials, FindLogin } from './credentials.js'

/** Credentials of people. */
export interface IdentityPool {
  /**
   * The credentials of a caller; without a promise when they are there.
   *
   * @throws GW_ERR_AWS_REFUSED, GW_ERR_AWS_MISCONFIGURED, GW_ERR_AWS_UNAVAILABLE
   */
  credentialsOf(caller: Caller): AwsCredentials | Promise<AwsCredentials>
  /** Forgets those of a session that has ended. */
  drop(sessionId: string): void
}

/** What is known of one session. */
interface Entry {
  /** What the credentials follow from: another role or group needs others. */
  readonly saying: string
  credentials: AwsCredentials | null
  pending: Promise<AwsCredentials> | null
  failure: { readonly error: unknown; readonly until: number } | null
  dropped: boolean
}

const renewBeforeSeconds = 300
const maxSessions = 10_000
/** What failed is not asked again for as long: GetId has 25 calls a second for the whole account. */
const pauseSeconds = { refused: 30, otherwise: 5 }

/** Credentials over what fetches them. @param chooseRole  null: the identity pool chooses */
export function createIdentityPool({
  fetchCredentials,
  findLogin,
  chooseRole,
  clock,
  log,
}: {
  fetchCredentials: FetchCredentials
  findLogin: FindLogin
  chooseRole: (identity: Identity) => string | null
  clock: Clock
  log: Pick<Log, 'info' | 'warn'>
}): IdentityPool {
  const entries = new LRUCache<string, Entry>({ max: maxSessions })
  /** The way of every request: a caller that was asked for before. */
  const known = new WeakMap<Caller, Entry>()

  function find(caller: Caller): Entry {
    const role = chooseRole(caller.identity)
    const saying = JSON.stringify([caller.identity.subject, role, lasting(caller.identity)])
    const owner = ownerOf(caller)
    const found = entries.get(owner)
    if (found?.saying === saying) return found
    const fresh = { saying, credentials: null, pending: null, failure: null, dropped: false }
    entries.set(owner, fresh)
    return fresh
  }

  async function fetch(caller: Caller, entry: Entry): Promise<AwsCredentials> {
    try {
      const fresh = await fetchCredentials(await findLogin(caller), chooseRole(caller.identity))
      entry.credentials = entry.dropped ? null : fresh
      entry.failure = null
      const { roleArn, identityId, expiresAt } = fresh
      log.info({ sub: caller.identity.subject, roleArn, identityId, expiresAt }, 'AWS credentials')
      return fresh
    } catch (error) {
      const isRefused = error instanceof GatewayError && error.code === 'GW_ERR_AWS_REFUSED'
      const pause = isRefused ? pauseSeconds.refused : pauseSeconds.otherwise
      entry.failure = { error, until: clock() + pause }
      return stillGood(entry, error, caller)
    } finally {
      entry.pending = null
    }
  }

  /** Those that are not over yet, while AWS has a bad minute. */
  function stillGood(entry: Entry, error: unknown, { identity }: Caller): AwsCredentials {
    const old = entry.credentials
    if (old === null || old.expiresAt <= clock() || isAboutPerson(error)) throw error
    log.warn(
      { err: error, sub: identity.subject },
      'AWS credentials were not renewed; old ones go on',
    )
    return old
  }

  return {
    credentialsOf(caller) {
      const seen = known.get(caller)
      const entry = seen === undefined || seen.dropped ? find(caller) : seen
      if (entry !== seen) known.set(caller, entry)
      const { credentials, pending, failure } = entry
      const now = clock()
      if (credentials !== null && credentials.expiresAt - renewBeforeSeconds > now)
        return credentials
      if (pending !== null) return pending
      if (failure !== null && now < failure.until) return stillGood(entry, failure.error, caller)
      entry.pending = fetch(caller, entry)
      return entry.pending
    },

    drop(sessionId) {
      const entry = entries.get(sessionId)
      if (entry === undefined) return
      entry.dropped = true
      entry.credentials = null
      entries.delete(sessionId)
    },
  }
}

function isAboutPerson(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'GW_ERR_AWS_REFUSED'
}

/** A session by its id, which refreshes keep; whoever sends an ID token by that. */
function ownerOf(caller: Caller): string {
  const { id } = caller as Caller & { readonly id?: string }
  return id ?? `token ${caller.tokens.idToken}`
}

/** Claims that change with every token, and say nothing of what a person may do. */
const passing: ReadonlySet<string> = new Set([
  ...['exp', 'iat', 'jti', 'event_id', 'origin_jti', 'at_hash', 'nonce', 'auth_time'],
])

/** The identity pool may choose the role by any claim. */
function lasting({ claims }: Identity): readonly (readonly [string, unknown])[] {
  return Object.entries(claims).filter(([name]) => !passing.has(name))
}
