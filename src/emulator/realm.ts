// What every endpoint of the emulator shares.
import type { Views } from '../lib/views.js'
import type { Changes } from './changes.js'
import type { Tell } from './events.js'
import type { Faults } from './faults.js'
import type { Keys } from './keys.js'
import type { PoolClient, PoolGroup, PoolSettings, PoolUser } from './pool.js'
import type { State } from './state.js'
import type { TokenMaker } from './tokens.js'
import type { Triggers } from './triggers/trigger.js'

/** One running user pool. */
export interface Realm {
  readonly settings: PoolSettings
  /** Origin of the hosted UI. */
  readonly domain: string
  readonly issuer: string
  readonly keys: Keys
  /** Of the tokens that identity pools give to STS. */
  readonly identityKeys: Keys
  readonly groups: readonly PoolGroup[]
  readonly tokens: TokenMaker
  readonly state: State
  readonly views: Views
  readonly tell: Tell
  readonly triggers: Triggers
  readonly faults: Faults
  /** What programs have to trust, PEM; null without https. */
  readonly certificate: string | null
  /** Every change of a user is told here. */
  readonly changes: Changes
  /** NumericDate seconds, with the clock fault. */
  readonly clock: () => number
}

/** Values of a query or a form; a name that comes twice keeps its first value. */
export type Parameters = Readonly<Record<string, string | undefined>>

/** The app client with this id. */
export function findClient({ settings }: Realm, id: string | undefined): PoolClient | undefined {
  return settings.clients.find(client => client.id === id)
}

/**
 * The user with this user name or e-mail address; neither minds upper and lower case. Addresses of users from
 * external providers name nobody here.
 */
export function findUser({ settings }: Pick<Realm, 'settings'>, login: string) {
  const wanted = login.trim().toLowerCase()
  return settings.users.find(({ username, status, attributes: { email } }) =>
    [username, status === 'EXTERNAL_PROVIDER' ? undefined : email].some(
      name => typeof name === 'string' && name.toLowerCase() === wanted,
    ),
  )
}

/** Whether a user is still there and may sign in. */
export function isActive({ settings }: Realm, user: PoolUser): boolean {
  return user.enabled && settings.users.includes(user)
}

/** A query or form body as {@link Parameters}. */
export function readParameters(input: unknown): Parameters {
  const entries = Object.entries((input ?? {}) as Record<string, unknown>)
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const first: unknown = Array.isArray(value) ? value[0] : value
      return [name, typeof first === 'string' ? first : undefined]
    }),
  )
}

/** The query of a page. The classic hosted UI does not know what came with managed login. */
export function pageParameters({ settings }: Pick<Realm, 'settings'>, query: unknown): Parameters {
  const parameters = readParameters(query)
  if (settings.loginPages !== 'classic') return parameters
  return { ...parameters, prompt: undefined, lang: undefined, max_age: undefined }
}

/** The query of a request target as it was sent, without its question mark. */
export function rawQuery(target: string): string {
  const mark = target.indexOf('?')
  return mark === -1 ? '' : target.slice(mark + 1)
}
