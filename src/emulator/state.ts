// What the pool remembers: codes, sign-ins with their refresh tokens, and the hosted UI's own sessions. Every
// list is bounded; the oldest entries go first.
import type { SrpExchange } from './api/srp.js'
import type { PoolUser } from './pool.js'
import type { Person } from './settings/provider.js'

/** One sign-in: all tokens that come of it share `originJti`. */
export interface SignIn {
  readonly user: PoolUser
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly authTime: number
  readonly originJti: string
  /** Names the sign-in in its tokens, when token revocation is off too. */
  readonly eventId: string
  readonly nonce: string | null
  /** Whether it was at the hosted UI or by the API, whose tokens differ a little. */
  readonly via: 'pages' | 'api'
  /** RFC 8707: the `aud` of the access tokens. */
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
  /** The first token that replaced it. */
  successor: Promise<string> | null
}

/** The hosted UI's cookie session: one hour from the interactive sign-in. */
export interface HostedSession {
  readonly user: PoolUser
  readonly authTime: number
}

/** Names as in the API; the last two exist at the pages alone. */
export type ChallengeName =
  | 'NEW_PASSWORD_REQUIRED'
  | 'MFA_SETUP'
  | 'SOFTWARE_TOKEN_MFA'
  | 'CONFIRM_SIGN_UP'
  | 'RESET_PASSWORD'

/** One person on the way in. */
export interface Challenge {
  readonly name: ChallengeName
  /** Null while the pages play along with somebody who does not exist. */
  readonly user: PoolUser | null
  readonly clientId: string
  readonly startedAt: number
  /** Whether the second factor has been given. */
  readonly hasFactor: boolean
  /** The secret that `MFA_SETUP` offers. */
  readonly totpSecret: string | null
  tries: number
}

/** A sign-in by SRP that waits for the client's proof. */
export interface HeldExchange {
  /** Null for somebody who does not exist, whom no proof fits. */
  readonly user: PoolUser | null
  readonly userId: string
  readonly clientId: string
  readonly startedAt: number
  readonly exchange: SrpExchange
}

/** A request whose browser is at an external provider. */
export interface Federation {
  readonly provider: string
  readonly parameters: Readonly<Record<string, string | undefined>>
  readonly startedAt: number
}

/** Somebody whom a simulated provider vouches for, until the browser is back. */
export interface Assertion {
  readonly provider: string
  readonly person: Person
}

/** A code that was sent, and how often somebody guessed. */
export interface SentCode {
  readonly code: string
  readonly expiresAt: number
  tries: number
}

/** What Cognito would have sent. */
export interface Message {
  readonly id: string
  readonly at: number
  readonly to: string
  readonly username: string
  readonly subject: string
  readonly purpose: string
  readonly code: string
}

/** Temporary AWS credentials: a role taken on for a while. */
export interface AwsSession {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly roleArn: string
  readonly identityId: string
  /** NumericDate seconds. */
  readonly expiresAt: number
}

/** Life of an authorization code. */
export const codeSeconds = 300
/** Life of the `cognito` cookie's session, from the interactive sign-in. */
export const hostedSessionSeconds = 3600

const maxMessages = 200

/** A map that forgets its oldest entries. */
export class Bounded<V> {
  readonly #entries = new Map<string, V>()
  readonly #maxEntries: number

  constructor(maxEntries = 10_000) {
    this.#maxEntries = maxEntries
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)
  }

  set(key: string, value: V): void {
    this.#entries.set(key, value)
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > this.#maxEntries && oldest !== undefined) this.#entries.delete(oldest)
  }

  /** Gives an entry back and forgets it. */
  take(key: string): V | undefined {
    const value = this.#entries.get(key)
    this.#entries.delete(key)
    return value
  }

  values(): IterableIterator<V> {
    return this.#entries.values()
  }

  entries(): IterableIterator<[string, V]> {
    return this.#entries.entries()
  }

  clear(): void {
    this.#entries.clear()
  }
}

/** The memory of one pool. */
export interface State {
  readonly codes: Bounded<Code>
  readonly refreshTokens: Bounded<RefreshToken>
  /** Sign-ins by `event_id`: whether an access token was revoked with its family. */
  readonly signIns: Bounded<SignIn>
  readonly hostedSessions: Bounded<HostedSession>
  /** By purpose and user. */
  readonly sentCodes: Bounded<SentCode>
  /** The newest messages. */
  readonly outbox: Bounded<Message>
  /** People on their way in. */
  readonly challenges: Bounded<Challenge>
  /** The last step of each user's authenticator app: no code is good twice. */
  readonly totpSteps: Bounded<number>
  /** Secrets of authenticator apps that users are setting up, by `sub`. */
  readonly offeredSecrets: Bounded<string>
  /** By secret block. */
  readonly srpExchanges: Bounded<HeldExchange>
  /** By their state. */
  readonly federations: Bounded<Federation>
  /** By the code that goes with the browser. */
  readonly assertions: Bounded<Assertion>
  /** Ids of identity pools, by the identities of their guests. */
  readonly guests: Bounded<string>
  /** By access key id. */
  readonly awsSessions: Bounded<AwsSession>
}

/** @param maxEntries  of each kind */
export function createState(maxEntries?: number): State {
  return {
    codes: new Bounded(maxEntries),
    refreshTokens: new Bounded(maxEntries),
    signIns: new Bounded(maxEntries),
    hostedSessions: new Bounded(maxEntries),
    sentCodes: new Bounded(maxEntries),
    outbox: new Bounded(maxMessages),
    challenges: new Bounded(maxEntries),
    totpSteps: new Bounded(maxEntries),
    offeredSecrets: new Bounded(maxEntries),
    srpExchanges: new Bounded(maxEntries),
    federations: new Bounded(maxEntries),
    assertions: new Bounded(maxEntries),
    guests: new Bounded(maxEntries),
    awsSessions: new Bounded(maxEntries),
  }
}
