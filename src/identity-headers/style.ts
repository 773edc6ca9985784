// What a style of identity headers is.
import type { Identity } from '../model.js'
import type { IdentitySettings } from './settings.js'

/** Text; a list, sent separated by commas; null where the person has no such thing. */
export type HeaderValue = string | readonly string[] | null

/** One way to show a person to an application. What may really be sent is judged by `inject`. */
export interface Style {
  readonly name: string
  /** Every header it may set. */
  readonly owns: readonly string[]
  readonly headers: (
    identity: Identity,
    settings: IdentitySettings,
  ) => readonly (readonly [name: string, value: HeaderValue])[]
}
