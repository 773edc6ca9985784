// The kinds of requirement that a route can have, one line each. A new kind is one more line.
import type { Clock, Decision, Identity } from '../model.js'
import type { AccessRule, AccessWord, ClaimWish } from './settings.js'

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
  /** What it is put together from; empty for a word. */
  readonly parts: readonly Part[]
}

/** Says of a person whether they may: *login* where a fresh sign-in could help. */
type Judge = (identity: Identity) => Verdict

/** Requirements by the words of the settings. */
export const words: Readonly<Record<AccessWord, Requirement>> = {
  public: forEverybody('public', 'allow'),
  /** Everybody, but whoever is signed in is looked up. */
  optional: { name: 'optional', needsUser: true, judge: () => 'allow', parts: [] },
  'signed-in': forPeople('signed-in', () => 'allow'),
  /** Nobody is refused too, not sent to sign in: no person could pass. */
  deny: forEverybody('deny', 'refuse'),
}

/** The requirement that lets nobody through: for what is not understood. */
export const notUnderstood = forEverybody('access setting not understood', 'refuse')

type Kinds = {
  readonly [Key in keyof AccessRule]-?: (wish: NonNullable<AccessRule[Key]>, clock: Clock) => Part
}

/** A requirement on a person, and those that it is put together from. */
export interface Part {
  readonly name: string
  readonly judge: Judge
  readonly parts: readonly Part[]
}

/** Kinds of requirement by their keys. Exact members of sets, never parts of words. */
const kinds: Kinds = {
  groups: wanted => anyOf('groups', wanted, ({ groups }) => groups),
  scopes: wanted => ({
    name: `scopes: ${wanted.join(', ')}`,
    judge: ({ scopes }) => yes(wanted.every(scope => scopes.includes(scope))),
    parts: [],
  }),
  claims: wanted => ({
    name: `claims: ${Object.keys(wanted).join(', ')}`,
    judge: ({ claims }) =>
      yes(
        Object.entries(wanted).every(
          ([name, wish]) => Object.hasOwn(claims, name) && claimIs(claims[name], wish),
        ),
      ),
    parts: [],
  }),
  emailDomains: wanted => anyOf('emailDomains', wanted, identity => domainOf(identity)),
  maxAuthAge: (seconds, clock) => ({
    name: `maxAuthAge: ${seconds} s`,
    judge: ({ authenticatedAt }) =>
      authenticatedAt !== null && clock() - authenticatedAt <= seconds ? 'allow' : 'login',
    parts: [],
  }),
  all: (rules, clock) => combine('all', rules, clock, verdicts => worst(verdicts)),
  any: (rules, clock) => combine('any', rules, clock, verdicts => best(verdicts)),
  not: (rule, clock) => {
    const part = compileRule(rule, clock)
    const judge: Judge = identity => yes(part.judge(identity) === 'refuse')
    return { name: `not (${part.name})`, judge, parts: [part] }
  },
}

/** A rule as one requirement: everything in it has to be met. */
export function requirementOf(rule: AccessRule, clock: Clock): Requirement {
  const { name, judge, parts } = compileRule(rule, clock)
  return forPeople(name, judge, parts)
}

function compileRule(rule: AccessRule, clock: Clock): Part {
  const parts = (Object.keys(kinds) as (keyof Kinds)[]).flatMap(key => {
    const wish = rule[key]
    if (wish === undefined) return []
    return [(kinds[key] as (wish: unknown, clock: Clock) => Part)(wish, clock)]
  })
  const judge: Judge = identity => worst(parts.map(part => part.judge(identity)))
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only
  return { name: parts.map(({ name }) => name).join(', '), judge, parts }
}

function combine(
  word: string,
  rules: readonly AccessRule[],
  clock: Clock,
  together: (verdicts: readonly Verdict[]) => Verdict,
): Part {
  const parts = rules.map(rule => compileRule(rule, clock))
  return {
    name: `${word} (${parts.map(({ name }) => name).join('; ')})`,
    judge: identity => together(parts.map(({ judge }) => judge(identity))),
    parts,
  }
}

/** A fresh sign-in helps only where nothing else refuses. Nothing to judge is no permission. */
function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0 || verdicts.includes('refuse')) return 'refuse'
  return verdicts.includes('login') ? 'login' : 'allow'
}

function best(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('allow')) return 'allow'
  return verdicts.includes('login') ? 'login' : 'refuse'
}

function yes(fulfilled: boolean): Verdict {
  return fulfilled ? 'allow' : 'refuse'
}

function anyOf(
  word: string,
  names: readonly string[],
  has: (identity: Identity) => readonly string[],
): Part {
  const wanted = new Set(names)
  return {
    name: `${word}: ${names.join(', ')}`,
    judge: identity => yes(has(identity).some(name => wanted.has(name))),
    parts: [],
  }
}

/** Cognito writes numbers and switches of custom attributes as text. */
function claimIs(claim: unknown, wish: ClaimWish): boolean {
  if (typeof wish !== 'object') return claim === wish || claim === String(wish)
  if ('contains' in wish) return Array.isArray(claim) && claim.includes(wish.contains)
  return typeof claim === 'string' && wish.includes(claim)
}

/**
 * The domain of an address that Cognito has verified; none for an address that two programs could read differently
 * (CVE-2026-40574: two `@`, quotes).
 */
function domainOf({ email, claims }: Identity): readonly string[] {
  const verified = Object.hasOwn(claims, 'email_verified') ? claims.email_verified : undefined
  if (verified !== true && verified !== 'true') return []
  const [, domain] = /^[^@\s"<>(),:;\\[\]]+@([a-z0-9.-]+)$/i.exec(email ?? '') ?? []
  return domain === undefined ? [] : [domain.toLowerCase()]
}

function forEverybody(name: string, verdict: Verdict): Requirement {
  return { name, needsUser: false, judge: () => verdict, parts: [] }
}

function forPeople(name: string, judge: Judge, parts: readonly Part[] = []): Requirement {
  return {
    name,
    parts,
    needsUser: true,
    judge: identity => {
      if (identity === null) return 'login'
      return isPerson(identity) ? judge(identity) : 'refuse'
    },
  }
}

/** An error object or an empty one in the place of an identity must not count as somebody (CVE-2026-73421). */
function isPerson(identity: Partial<Identity> | undefined): boolean {
  return typeof identity?.subject === 'string' && identity.subject !== ''
}
