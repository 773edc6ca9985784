// The kinds of requirement that a route can have, one line each.
import type { Identity } from '../model.js'

/** One requirement: whether it looks at a person at all, and what it says of one. */
export interface Requirement {
  /** What the log calls it. */
  readonly name: string
  readonly needsUser: boolean
  readonly admits: (identity: Identity) => boolean
}

/** Requirements by the words of the settings. */
export const requirements = {
  public: (): Requirement => ({ name: 'public', needsUser: false, admits: () => true }),
  deny: (): Requirement => ({ name: 'deny', needsUser: false, admits: () => false }),
  'signed-in': (): Requirement => ({ name: 'signed-in', needsUser: true, admits: () => true }),
  /** Members of any of the groups: whole names, with their case. */
  groups: (groups: readonly string[]): Requirement => ({
    name: `groups: ${groups.join(', ')}`,
    needsUser: true,
    admits: identity => identity.groups.some(group => groups.includes(group)),
  }),
} as const
