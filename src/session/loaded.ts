// What a browser's session has become, for the request that shows it.
import type { Session } from '../model.js'
import { type CookieLines, noCookies } from './session-cookies.js'

/** What became of a browser's session, and what the browser has to be told. */
export interface Loaded {
  readonly session: Session | null
  readonly setCookies: CookieLines
}

/** Who shows no session, or one that is gone and was told so. */
export const nobody: Loaded = { session: null, setCookies: noCookies }
