// Decides. Pure: carrying a decision out is the business of hooks/authorize.
import type { Decision, Identity } from '../model.js'
import { notUnderstood, type Requirement, requirements } from './requirements.js'
import { type AccessSettings, accessSettings } from './settings.js'

/** The access rule of a route, ready to decide. */
export interface Policy {
  /** False when no person changes the decision, so that none has to be looked up. */
  readonly needsUser: boolean
  readonly decide: (identity: Identity | null) => Decision
}

/**
 * A policy for one access setting.
 *
 * Nobody meets *login* where a person could pass, and is refused where nobody ever can. A setting that is
 * not understood refuses everybody.
 */
export function compileAccess(settings: AccessSettings): Policy {
  const { name, needsUser, judge } = toRequirement(settings)
  const decisions: Readonly<Record<Decision['outcome'], Decision>> = {
    allow: { outcome: 'allow' },
    login: { outcome: 'login' },
    refuse: { outcome: 'refuse', reason: name },
  }
  return { needsUser, decide: identity => decisions[judge(identity)] }
}

/** Checks once more what the types promise: a mistake here would open a route. */
function toRequirement(settings: AccessSettings): Requirement {
  const { success, data } = accessSettings.safeParse(settings)
  if (!success) return notUnderstood
  return typeof data === 'string' ? requirements[data]() : requirements.groups(data.groups)
}
