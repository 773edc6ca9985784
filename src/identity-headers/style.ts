// What a style of identity headers is.
import type { Identity } from '../model.js'
import type { IdentitySettings } from './settings.js'

/** One way to show a person to an application. */
export interface Style {
  readonly name: string
  /** Every header it may set. */
  readonly owns: readonly string[]
  /** Header to value, as text; null where the person has no such thing. */
  readonly headers: (
    identity: Identity,
    settings: IdentitySettings,
  ) => readonly (readonly [name: string, value: string | null])[]
}
