// Decides. Pure: carrying a decision out is the business of hooks/authorize.
import type { Clock, Decision, Identity } from '../model.js'
import { notUnderstood, type Part, type Requirement, requirementOf, words } from './requirements.js'
import { type AccessSettings, accessSettings } from './settings.js'

/** The access rule of a route, ready to decide. */
export interface Policy {
  /** False when no person changes the decision, so that none has to be looked up. */
  readonly needsUser: boolean
  readonly decide: (identity: Identity | null) => Decision
}

/**
 * A policy for one access setting. @param clock NumericDate seconds
 *
 * Nobody meets *login* where a person could pass, and is refused where nobody ever can. A setting that is
 * not understood refuses everybody.
 */
export function compileAccess(settings: AccessSettings, clock: Clock): Policy {
  const { name, needsUser, judge } = toRequirement(settings, clock)
  const decisions: Readonly<Record<Decision['outcome'], Decision>> = {
    allow: { outcome: 'allow' },
    login: { outcome: 'login' },
    refuse: { outcome: 'refuse', reason: name },
  }
  return { needsUser, decide: identity => decisions[judge(identity)] }
}

/** Checks once more what the types promise: a mistake here would open a route. */
function toRequirement(settings: AccessSettings, clock: Clock): Requirement {
  // Durations are seconds by now, and would be read as such once more.
  const { success } = accessSettings.safeParse(settings)
  if (!success) return notUnderstood
  return typeof settings === 'string' ? words[settings] : requirementOf(settings, clock)
}

/** One requirement of a rule, and what it says of a person. */
export interface Judged {
  readonly name: string
  readonly verdict: Decision['outcome']
  readonly parts: readonly Judged[]
}

/** What a rule, and each requirement in it, says of a person: for people who ask why. */
export function explainAccess(settings: AccessSettings, identity: Identity, clock: Clock): Judged {
  const explain = (part: Part): Judged => ({
    name: part.name,
    verdict: part.judge(identity),
    parts: part.parts.map(explain),
  })
  const { name, judge, parts } = toRequirement(settings, clock)
  return { name, verdict: judge(identity), parts: parts.map(explain) }
}

/** The same policy, which only says what it would have done: `reported` of an allowance. */
export function reportOnly({ needsUser, decide }: Policy): Policy {
  const reports = new Map<Decision, Decision>()

  function report(decision: Decision): Decision {
    const known = reports.get(decision) ?? { outcome: 'allow', reported: decision }
    reports.set(decision, known)
    return known
  }

  return {
    needsUser,
    decide(identity) {
      const decision = decide(identity)
      return decision.outcome === 'allow' ? decision : report(decision)
    },
  }
}
