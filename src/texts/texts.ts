// Everything that the gateway's pages say, in each language. A text that is missing does not compile.
import type { ErrorCode } from '../errors.js'

/** Heading and sentence of an error page. */
export interface ErrorText {
  readonly title: string
  readonly message: string
}

/** The texts of one language. */
export interface Texts {
  readonly errors: Readonly<Record<ErrorCode, ErrorText>>
  readonly signIn: string
  readonly startPage: string
  readonly tryAgain: string
  readonly otherAccount: string
  readonly error: string
  readonly id: string
  readonly signedOut: { readonly title: string; readonly text: string; readonly again: string }
  readonly confirmSignOut: {
    readonly title: string
    readonly text: string
    readonly yes: string
    readonly no: string
  }
  readonly account: AccountTexts
  readonly keptForm: KeptFormTexts
  readonly keepFragment: { readonly title: string; readonly text: string; readonly go: string }
  readonly landing: { readonly title: string; readonly text: string; readonly go: string }
  /** Spans of time: `{time}` is such as "7 hours, 42 minutes". */
  readonly time: { readonly ago: string; readonly ahead: string; readonly moment: string }
}

/** The page of who is signed in. */
export interface AccountTexts {
  readonly title: string
  readonly formWaits: string
  readonly name: string
  readonly email: string
  readonly groups: string
  readonly noGroups: string
  readonly session: string
  readonly began: string
  readonly idleEnds: string
  readonly ends: string
  readonly others: string
  readonly noOthers: string
  readonly moreOthers: string
  readonly othersUnknown: string
  readonly othersAway: string
  readonly used: string
  readonly end: string
  readonly signOut: string
  readonly signOutEverywhere: string
}

/** The page for a form that met the end of a session. */
export interface KeptFormTexts {
  readonly title: string
  readonly text: string
  readonly signIn: string
  readonly send: string
  readonly sendNote: string
  readonly needsScript: string
  readonly fields: string
  readonly hidden: string
  readonly lostTitle: string
  readonly lostText: string
  readonly tooLarge: string
  readonly files: string
  readonly unreadable: string
  readonly goBack: string
}
