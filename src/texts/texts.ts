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
}
