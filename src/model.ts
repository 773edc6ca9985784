// The nouns every room may use. Types only. Instants are NumericDate seconds (RFC 7519 section 2).

import type { IncomingMessage } from 'node:http'

/** Says what time it is, in NumericDate seconds. */
export type Clock = () => number

/** Claims of a verified token, as Cognito wrote them. */
export type Claims = Readonly<Record<string, unknown>>

/** A person whose tokens were verified. Known by issuer and `sub`, never by name or e-mail. */
export interface Identity {
  readonly issuer: string
  /** `sub`. */
  readonly subject: string
  /** `cognito:username` of the ID token, `username` of the access token. */
  readonly username: string | null
  readonly email: string | null
  /** `cognito:groups`; empty when the claim is absent. */
  readonly groups: readonly string[]
  /** `auth_time`: when the person last proved who they are. */
  readonly authenticatedAt: number | null
  /** `scope` of the access token. */
  readonly scopes: readonly string[]
  /** All claims of the ID token; where a session has been read again, `nonce` and `at_hash` may be gone. */
  readonly claims: Claims
}

/** What Cognito's token endpoint gave, after verification. */
export interface TokenSet {
  /** Null where sessions do not keep it; its claims are in the identity all the same. */
  readonly idToken: string | null
  /** Null where sessions do not keep it. */
  readonly accessToken: string | null
  /** Null where Cognito gave none, or sessions do not keep it: they end with the access token then. */
  readonly refreshToken: string | null
  /** `iat` of the access token. */
  readonly issuedAt: number
  /** `exp` of the access token. */
  readonly expiresAt: number
}

/** Who a request comes from, and the tokens that say so. A session is one; so is a verified Bearer token. */
export interface Caller {
  readonly identity: Identity
  readonly tokens: TokenSet
}

/** What a token is for, as Cognito's claim of this name says. */
export type TokenUse = 'access' | 'id'

/** One sign-in of one browser. */
export interface Session extends Caller {
  /** 256 random bits, base64url. New at each sign-in; kept by refreshes. */
  readonly id: string
  /** When the browser came back from the hosted UI. */
  readonly signedInAt: number
  /** When the session was last seen in use, to within a minute or so. */
  readonly seenAt: number
}

/** A cookie as a browser sent it. */
export interface SentCookie {
  readonly name: string
  readonly value: string
}

/** A browser at one public origin. What it carries is good there and nowhere else. */
export interface Browser {
  /** Scheme, host and port of the public origin. */
  readonly origin: string
  /** True when the origin is https. */
  readonly secure: boolean
  /** The app client of this origin, where it has one of its own. */
  readonly client?: string | undefined
  /** The gateway's cookies among those it sent, in order; one name can come twice. */
  readonly cookies: readonly SentCookie[]
  /** The request that showed it, for records of what was done with the session. */
  readonly request?: { readonly id: string; readonly raw: IncomingMessage }
}

/** A request target as it was read, once. */
export interface RequestTarget {
  /** The bytes as received: what is forwarded. */
  readonly raw: string
  /** The path as the upstream will understand it: decoded, without `;params`. What is decided on. */
  readonly path: string
  /** From `?` on, as received; empty when there is none. */
  readonly query: string
  /** What applications read in more than one way; null for nearly every request. */
  readonly doubt: TargetDoubt | null
}

/** A path with several readings: only where all lead to one route, and slashes only for routes that allow them. */
export interface TargetDoubt {
  readonly encodedSlash: boolean
  readonly emptySegments: boolean
  /** The readings besides `path`. */
  readonly otherPaths: readonly string[]
}

/** What is to be done with a request. */
export type Decision =
  /** `reported`: what the rule says, where the route only reports it. */
  | { readonly outcome: 'allow'; readonly reported?: Decision }
  | { readonly outcome: 'login' }
  | { readonly outcome: 'refuse'; readonly reason: string }

/** What pages of other origins may do at a route. Lines are name, value, name, value, … */
export interface CrossOrigin {
  readonly allows: (origin: string | undefined) => boolean
  /** Whether a page of this origin may make changes with a person's session. */
  readonly mayUseSession: (origin: string | undefined) => boolean
  /** For every answer; without permission where the origin has none. */
  readonly linesFor: (origin: string | undefined) => readonly string[]
  /** For an allowed origin. */
  readonly preflightLines: (origin: string) => readonly string[]
}

/** What a sign-in asks of the hosted UI beside the usual. */
export interface LoginWishes {
  /** Goes straight to this provider: `identity_provider`. */
  readonly idp?: string | undefined
  /** The same by another of its names: `idp_identifier`. */
  readonly idpIdentifier?: string | undefined
  /** Language of managed login. */
  readonly lang?: string | undefined
  /** Fills the user name in. */
  readonly loginHint?: string | undefined
  /** `none`, `login`, `select_account`, `consent`. */
  readonly prompt?: string | undefined
  /** What the access token is for (RFC 8707): its `aud`. */
  readonly resource?: string | undefined
  /** Begins at the sign-up page, or at the one for forgotten passwords. */
  readonly screen?: 'signup' | 'forgot' | undefined
  /** Beside those of the settings. */
  readonly scopes?: readonly string[] | undefined
}

/** One line of the routes list, compiled. */
export interface Route {
  /** What logs call it: its path, with its host when it has one. */
  readonly name: string
  /** False when the decision needs nobody, so that sessions are not even looked up. */
  readonly needsUser: boolean
  readonly decide: (identity: Identity | null) => Decision
  /** True when requests that other sites' pages make may change something. */
  readonly allowsCrossSite: boolean
  /** Null: no page of another origin reads anything of it. */
  readonly crossOrigin: CrossOrigin | null
  /** Where preflights go that the application answers, without anybody's identity; null for nowhere. */
  readonly preflights: Route | null
  /** How people sign in who begin there. */
  readonly login: LoginWishes
  /** What its 403 says, in the operator's words. */
  readonly explain: { readonly text: string; readonly link?: string | undefined } | null
  /** What a Bearer token has to be for. */
  readonly tokenUse: TokenUse
  /** Whether the part of a link behind `#` is kept while its person signs in. */
  readonly keepsFragment: boolean
  /** Whether `%2F` may stand in a path. */
  readonly encodedSlash: boolean
  /** Whether `//` may stand in a path. */
  readonly emptySegments: boolean
  /** Whether WebSockets and other upgrades pass. */
  readonly upgrades: boolean
}
