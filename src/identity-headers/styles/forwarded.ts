// The style of oauth2-proxy's `--pass-user-headers`: X-Forwarded-User and its neighbours.
import type { Identity } from '../../model.js'
import type { Style } from '../style.js'

/** X-Forwarded-User, -Preferred-Username, -Email, -Groups separated by commas, and -Access-Token on request. */
export const forwarded: Style = {
  name: 'forwarded',
  owns: [
    'X-Forwarded-User',
    'X-Forwarded-Preferred-Username',
    'X-Forwarded-Email',
    'X-Forwarded-Groups',
    'X-Forwarded-Access-Token',
  ],
  headers: ({ identity, tokens }, { user, onlyGroups, accessToken }) => [
    ['X-Forwarded-User', userValue(identity, user)],
    ['X-Forwarded-Preferred-Username', identity.username],
    ['X-Forwarded-Email', identity.email],
    ['X-Forwarded-Groups', shownGroups(identity.groups, onlyGroups)],
    ['X-Forwarded-Access-Token', accessToken ? tokens.accessToken : null],
  ],
}

/** What `identity.user` stands for; null where the person has no such thing. */
export function userValue(identity: Identity, user: string): string | null {
  if (user === 'sub') return identity.subject
  if (user === 'username') return identity.username
  if (user === 'email') return identity.email
  const claim = Object.hasOwn(identity.claims, user) ? identity.claims[user] : null
  return typeof claim === 'string' || typeof claim === 'number' ? String(claim) : null
}

/** Those that the route lets its application see. */
export function shownGroups(
  groups: readonly string[],
  only: readonly string[] | undefined,
): readonly string[] {
  if (only === undefined) return groups
  return groups.filter(group => only.some(pattern => matches(group, pattern)))
}

function matches(group: string, pattern: string): boolean {
  return pattern.endsWith('*') ? group.startsWith(pattern.slice(0, -1)) : group === pattern
}
