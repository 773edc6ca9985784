// Which attributes of a user a client gets to see: by scope and by its read permission.
// Source: developer guide, "Scopes, M2M, and resource servers" and "Attribute permissions and scopes".
import type { PoolClient, PoolUser } from './pool.js'

const limitingScopes = ['email', 'phone', 'profile']

/** Attributes that a scope cannot do without: a client that may not read one of them is refused. */
const covered: Readonly<Record<string, readonly string[]>> = {
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
}

/** `openid` alone gives all readable attributes; `email`, `phone`, `profile` limit them to their union. */
export function readableAttributes(
  { attributes }: Pick<PoolUser, 'attributes'>,
  { readAttributes }: Pick<PoolClient, 'readAttributes'>,
  scopes: readonly string[],
): Record<string, string | boolean> {
  const limited = limitingScopes.filter(scope => scopes.includes(scope))
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([name]) => readAttributes === undefined || readAttributes.includes(name))
      .filter(([name]) => limited.length === 0 || limited.includes(scopeOf(name))),
  )
}

/** Whether the client may read all that the scopes cover (`invalid_grant`). */
export function mayReadCovered(
  { readAttributes }: Pick<PoolClient, 'readAttributes'>,
  scopes: readonly string[],
): boolean {
  if (readAttributes === undefined) return true
  return scopes.flatMap(scope => covered[scope] ?? []).every(name => readAttributes.includes(name))
}

function scopeOf(attribute: string): string {
  if (attribute === 'email' || attribute === 'email_verified') return 'email'
  return attribute.startsWith('phone_number') ? 'phone' : 'profile'
}
