// The kinds of requirement that a route can have, one line each. A new kind is one more line.
import type { Decision, Identity } from '../model.js'

/** What a requirement says of one request. */
export type Verdict = Decision['outcome']

/** One requirement. */
export interface Requirement {
  /** What the log calls it. */
  readonly name: string
  /** Whether it looks at a person at all. */
  readonly needsUser: boolean
  /** @param identity  null for nobody: then *login*, where a person could pass */
  readonly judge: (identity: Identity | null) => Verdict
}

/** Requirements by the words of the settings. */
export const requirements = {
  public: (): Requirement => forEverybody('public', 'allow'),
  /** Nobody is refused too, not sent to sign in: no person could pass. */
  deny: (): Requirement => forEverybody('deny', 'refuse'),
  'signed-in': (): Requirement => forPeople('signed-in', () => true),
  /** Members of any of the groups: whole names, with their case. */
  groups: (names: readonly string[]): Requirement => {
    const wanted = new Set(names)
    return forPeople(`groups: ${names.join(', ')}`, ({ groups }) =>
      groups.some(group => wanted.has(group)),
    )
  },
} as const

/** The requirement that lets nobody through: for what is not understood. */
export const notUnderstood = forEverybody('access setting not understood', 'refuse')

function forEverybody(name: string, verdict: Verdict): Requirement {
  return { name, needsUser: false, judge: () => verdict }
}

function forPeople(name: string, admits: (identity: Identity) => boolean): Requirement {
  return {
    name,
    needsUser: true,
    judge: identity => {
      if (identity === null) return 'login'
      return isPerson(identity) && admits(identity) ? 'allow' : 'refuse'
    },
  }
}

/** An error object or an empty one in the place of an identity must not count as somebody (CVE-2026-73421). */
function isPerson(identity: Partial<Identity> | undefined): boolean {
  return typeof identity?.subject === 'string' && identity.subject !== ''
}
