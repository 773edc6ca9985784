// What an emulator tells whoever runs it: one line an event, with the reason in a developer's words. Never a
// token, a code, a password or a value of a parameter.

/** One event, ready for a log. */
export type EmulatorEvent = { readonly event: EventName } & Readonly<
  Record<string, string | number | boolean | null>
>

export type EventName =
  /** A request was answered: `method`, `path`, `status`. */
  | 'request'
  /** A fault met a request: `path`, `kind`. */
  | 'fault'
  /** `clientId`, `reason` */
  | 'authorization refused'
  /** A user gave the right password: `username`. */
  | 'sign-in'
  /** `clientId`, `reason` */
  | 'sign-in refused'
  /** The hosted UI's session ended: `clientId`. */
  | 'sign-out'
  /** Tokens were given: `grantType`, `username`, `clientId`. */
  | 'tokens'
  /** `error`, `reason` */
  | 'token refused'
  /** An AWS API said no: `error`, `reason` */
  | 'api refused'
  /** `reason` */
  | 'api failed'
  /** A message is in the outbox: `username`, `purpose` */
  | 'code sent'
  /** The state file could not be written: `reason` */
  | 'snapshot failed'
  /** `trigger`, `reason` */
  | 'trigger failed'
  /** A change of a user was told to whoever takes events, or could not be: `operation`, `username`. */
  | 'event'
  | 'event not delivered'
  /** A refresh token and what came of it: `username`, `clientId`. */
  | 'revocation'

/** Takes events. What it throws is not caught. */
export type Tell = (event: EmulatorEvent) => void
