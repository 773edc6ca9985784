// Which IAM role a signed-in user gets. Source: developer guide, "Using role-based access control".
import { refused } from './error.js'
import type { IdentityPool, RoleRule } from './settings.js'

type Claims = Readonly<Record<string, unknown>>

/**
 * The role for these claims of an ID token. One that is asked for has to be in `cognito:roles`.
 * @throws ServiceError `NotAuthorizedException`, `InvalidIdentityPoolConfigurationException`
 */
export function chooseRole(
  { authenticatedRole, roleMapping }: IdentityPool,
  claims: Claims,
  asked: string | undefined,
): string {
  if (asked !== undefined) {
    if (listOf(claims['cognito:roles']).includes(asked)) return asked
    throw refused('NotAuthorizedException', `Access to Role '${asked}' is forbidden.`)
  }
  const mapped = roleMapping === undefined ? null : mappedRole(roleMapping, claims)
  if (mapped !== null) return mapped
  if (roleMapping?.ambiguous === 'Deny') {
    throw refused('NotAuthorizedException', 'Request not authorized due to ambiguous role mapping.')
  }
  if (authenticatedRole !== undefined) return authenticatedRole
  throw refused(
    'InvalidIdentityPoolConfigurationException',
    'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
  )
}

/** Every role that this pool's identities may assume by the basic flow. */
export function trustedRoles(
  { authenticatedRole, roleMapping, trustedRoles: further }: IdentityPool,
  groupRoles: readonly string[],
): Set<string> {
  const ruled = roleMapping?.rules.map(({ roleArn }) => roleArn) ?? []
  const own = authenticatedRole === undefined ? [] : [authenticatedRole]
  return new Set([...own, ...ruled, ...groupRoles, ...further])
}

function mappedRole(
  { type, rules }: NonNullable<IdentityPool['roleMapping']>,
  claims: Claims,
): string | null {
  if (type === 'Rules') return rules.find(rule => fits(rule, claims))?.roleArn ?? null
  const { 'cognito:preferred_role': preferred } = claims
  if (typeof preferred === 'string') return preferred
  const roles = listOf(claims['cognito:roles'])
  return roles.length === 1 ? (roles[0] ?? null) : null
}

function fits({ claim, match, value }: RoleRule, claims: Claims): boolean {
  if (!Object.hasOwn(claims, claim)) return false
  const values = listOf(claims[claim])
  switch (match) {
    case 'Equals':
      return values.includes(value)
    case 'NotEqual':
      return !values.includes(value)
    case 'StartsWith':
      return values.some(item => item.startsWith(value))
    case 'Contains':
      return values.some(item => item.includes(value))
  }
}

function listOf(claim: unknown): string[] {
  if (claim === undefined || claim === null) return []
  return [claim].flat().map(String)
}
