// Decides. Pure: carrying a decision out is the business of hooks/authorize.
import type { Decision, Identity } from '../model.js'
import { type Requirement, requirements } from './requirements.js'
import type { AccessSettings } from './settings.js'

/** The access rule of a route, ready to decide. */
export interface Policy {
  /** False when no person changes the decision, so that none has to be looked up. */
  readonly needsUser: boolean
  readonly decide: (identity: Identity | null) => Decision
}

const allow: Decision = { outcome: 'allow' }
const login: Decision = { outcome: 'login' }

/**
 * A policy for one access setting.
 *
 * Nobody meets *login* where a person could pass, and is refused where nobody ever can.
 */
export function compileAccess(settings: AccessSettings): Policy {
  const requirement = toRequirement(settings)
  const refuse: Decision = { outcome: 'refuse', reason: requirement.name }
  if (!requirement.needsUser) {
    const decision = requirement.name === 'public' ? allow : refuse
    return { needsUser: false, decide: () => decision }
  }
  return {
    needsUser: true,
    decide: identity => {
      if (identity === null) return login
      return requirement.admits(identity) ? allow : refuse
    },
  }
}

function toRequirement(settings: AccessSettings): Requirement {
  return typeof settings === 'string'
    ? requirements[settings]()
    : requirements.groups(settings.groups)
}
