// Which pages there are, and what each is given. Own templates see the same.
import type { ErrorCode } from '../errors.js'

/** An instant as a page shows it. */
export interface Moment {
  /** ISO 8601. */
  readonly iso: string
  /** "in 7 hours, 42 minutes". */
  readonly words: string
}

/** Another session of the person whose account it is. */
export interface OtherSession {
  readonly began: Moment
  readonly used: Moment
  /** Path that ends it, by POST. */
  readonly end: string
}

/** A field of a form: name and value, each character one byte (windows-1252). */
export type CarriedField = readonly [name: string, value: string]

/** Why a form was not kept; names of texts. */
export type LostFormReason = 'tooLarge' | 'files' | 'unreadable'

/** What each page is given beside language, texts and site. Null and false mean that it shows no such thing. */
export interface PageFacts {
  readonly error: {
    readonly code: ErrorCode
    readonly id: string
    readonly detail: string | undefined
    readonly detailLink: string | undefined
    /** Asks for the same page again. */
    readonly retry: string | null
    readonly signIn: string | null
    readonly otherAccount: string | null
    readonly home: boolean
    /** The hosted UI refuses to be framed: a link to it opens a tab. */
    readonly framed: boolean
  }
  readonly 'signed-out': { readonly signIn: string }
  readonly 'confirm-sign-out': { readonly action: string }
  readonly account: {
    readonly name: string | null
    readonly email: string | null
    readonly groups: readonly string[]
    readonly began: Moment
    readonly idleEnds: Moment
    readonly ends: Moment
    /** `unknown`: the store has no list; `away`: it could not be asked. */
    readonly others: readonly OtherSession[] | 'unknown' | 'away'
    /** Whether there are more than are shown. */
    readonly more: boolean
    readonly signOut: string
    readonly signOutEverywhere: string
    /** Whether a form waits in another tab. */
    readonly formWaits: boolean
  }
  readonly 'kept-form': {
    readonly action: string
    readonly signIn: string
    /** `script` where HTML alone could not carry a field. */
    readonly carrier: 'html' | 'script'
    readonly fields: readonly CarriedField[]
    /** For people to read; null for a value that is not shown. */
    readonly shown: readonly { readonly name: string; readonly value: string | null }[]
  }
  readonly 'lost-form': { readonly why: LostFormReason; readonly signIn: string }
  readonly 'keep-fragment': {
    readonly page: string
    readonly signIn: string
    readonly signInWithFragment: string
  }
  readonly landing: { readonly page: string }
}

/** Name of a page, and of its template. */
export type PageName = keyof PageFacts

/** What a page says of the site that it belongs to. */
export interface Site {
  readonly title: string | null
  /** A `data:` URL. */
  readonly logo: string | null
}
