// Which role a person gets, as far as that is decided here and not by the identity pool.
import type { Identity } from '../model.js'

/** A rule and its role. */
export interface RoleRule {
  readonly matches: (identity: Identity) => boolean
  readonly role: string
}

/** What the settings say of roles. */
export interface RoleChoice {
  readonly rules: readonly RoleRule[]
  /** An ARN; `token` for the role of the groups; absent: nothing is chosen here. */
  readonly role?: string | undefined
}

/** ARN of the role for a person; null where nothing chooses one. */
export function chooseRole(identity: Identity, { rules, role }: RoleChoice): string | null {
  const rule = rules.find(({ matches }) => matches(identity))
  if (rule !== undefined) return rule.role
  return role === 'token' ? roleOfToken(identity) : (role ?? null)
}

/** The preferred role of the groups, else their only one (Cognito leaves the preference out where groups share a rank). */
function roleOfToken({ claims }: Identity): string | null {
  const preferred = Object.hasOwn(claims, preferredRole) ? claims[preferredRole] : undefined
  if (typeof preferred === 'string') return preferred
  const roles: unknown = Object.hasOwn(claims, 'cognito:roles') ? claims['cognito:roles'] : []
  const [only, ...others] = Array.isArray(roles) ? (roles as unknown[]) : []
  return typeof only === 'string' && others.length === 0 ? only : null
}

const preferredRole = 'cognito:preferred_role'
