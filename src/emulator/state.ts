// What the pool remembers: codes, sign-ins with their refresh tokens, and the hosted UI's own sessions. Every
// list is bounded; the oldest entries go first.
import type { PoolClient, PoolUser } from './pool.js'

/** One sign-in: all tokens that come of it share `originJti`. */
export interface SignIn {
  readonly user: PoolUser
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly authTime: number
  readonly originJti: string
  readonly eventId: string
  readonly nonce: string | null
  readonly resource: string | null
  revoked: boolean
}

/** An authorization code, waiting to be exchanged. */
export interface Code {
  readonly signIn: SignIn
  readonly redirectUri: string
  readonly codeChallenge: string | null
  readonly issuedAt: number
}

/** A refresh token. Its end does not move when it is rotated. */
export interface RefreshToken {
  readonly signIn: SignIn
  readonly endsAt: number
  /** When it was replaced by a newer one; null while it is the current one. */
  replacedAt: number | null
}

/** The hosted UI's cookie session: one hour from the interactive sign-in. */
export interface HostedSession {
  readonly user: PoolUser
  readonly authTime: number
}

export const codeSeconds = 300
export const hostedSessionSeconds = 3600

const maxEntries = 10_000

/** A map that forgets its oldest entries. */
export class Bounded<V> {
  readonly #entries = new Map<string, V>()

  get(key: string): V | undefined {
    return this.#entries.get(key)
  }

  set(key: string, value: V): void {
    const [oldest] = this.#entries.keys()
    if (this.#entries.size >= maxEntries && oldest !== undefined) this.#entries.delete(oldest)
    this.#entries.set(key, value)
  }

  /** Gives an entry back and forgets it. */
  take(key: string): V | undefined {
    const value = this.#entries.get(key)
    this.#entries.delete(key)
    return value
  }

  clear(): void {
    this.#entries.clear()
  }
}

/** The memory of one pool. */
export interface State {
  readonly codes: Bounded<Code>
  readonly refreshTokens: Bounded<RefreshToken>
  /** Sign-ins by `origin_jti`: whether an access token was revoked with its family. */
  readonly signIns: Bounded<SignIn>
  readonly hostedSessions: Bounded<HostedSession>
}

export function createState(): State {
  return {
    codes: new Bounded(),
    refreshTokens: new Bounded(),
    signIns: new Bounded(),
    hostedSessions: new Bounded(),
  }
}

/** The current session behind the `cognito` cookie. */
export function hostedSession(
  state: State,
  cookie: string | undefined,
  now: number,
): HostedSession | null {
  const session = cookie === undefined ? undefined : state.hostedSessions.get(cookie)
  if (session === undefined || !session.user.enabled) return null
  return session.authTime + hostedSessionSeconds > now ? session : null
}

/** Scopes of a request: those asked for, or all of the client's when none were. */
export function requestedScopes(client: PoolClient, scope: string | undefined): readonly string[] {
  const asked = (scope ?? '').split(' ').filter(name => name !== '')
  return asked.length === 0 ? client.scopes : asked
}
