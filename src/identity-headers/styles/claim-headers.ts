// Headers of the operator's own: each carries one claim of the ID token.
import type { Style } from '../style.js'
import { userValue } from './forwarded.js'

/** A style from a map of header name to claim; `sub`, `username` and `email` as in `identity.user`. */
export function claimHeaders(map: Readonly<Record<string, string>>): Style {
  const entries = Object.entries(map)
  return {
    name: 'headers',
    owns: entries.map(([name]) => name),
    headers: ({ identity }) =>
      entries.map(([name, claim]) => {
        const value = Object.hasOwn(identity.claims, claim) ? identity.claims[claim] : null
        const isList = Array.isArray(value) && value.every(item => typeof item === 'string')
        return [name, isList ? (value as string[]) : userValue(identity, claim)] as const
      }),
  }
}
