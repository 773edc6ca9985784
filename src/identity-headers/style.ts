// What a style of identity headers is.
import type { Caller } from '../model.js'
import type { IdentitySettings } from './settings.js'
import type { Signed } from './signed.js'

/** Text; a list, sent separated by commas; null where the person has no such thing. */
export type HeaderValue = string | readonly string[] | null

/** What styles are told: the settings of all routes, and what one route says. */
export interface StyleSettings extends IdentitySettings {
  /** Names, or beginnings that end in `*`, of the groups to show; absent: all of them. */
  readonly onlyGroups?: readonly string[] | undefined
  /** The most bytes that all lines may have; absent: no limit. */
  readonly maxBytes?: number | undefined
  /** `aud` of what is signed for this route's application. */
  readonly audience?: string
  /** Signs what styles sign, by style; absent: nothing is signed and nothing is sent. */
  readonly signed?: Readonly<Record<'alb' | 'assertion', Signed>>
}

/** One way to show a person to an application. What may really be sent is judged by `inject`. */
export interface Style {
  readonly name: string
  /** Every header it may set. */
  readonly owns: readonly string[]
  /** For how many seconds what it says may be repeated; absent: as long as the caller is known. */
  readonly repeatSeconds?: (settings: StyleSettings) => number
  readonly headers: (
    caller: Caller,
    settings: StyleSettings,
  ) => readonly (readonly [name: string, value: HeaderValue])[]
}
