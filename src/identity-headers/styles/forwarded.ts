// The style of oauth2-proxy's `--pass-user-headers`: X-Forwarded-User and its neighbours.
import type { Identity } from '../../model.js'
import type { Style } from '../style.js'

/** X-Forwarded-User, -Preferred-Username, -Email, and -Groups separated by commas. */
export const forwarded: Style = {
  name: 'forwarded',
  owns: [
    'X-Forwarded-User',
    'X-Forwarded-Preferred-Username',
    'X-Forwarded-Email',
    'X-Forwarded-Groups',
  ],
  headers: (identity, { user }) => [
    ['X-Forwarded-User', userValue(identity, user)],
    ['X-Forwarded-Preferred-Username', identity.username],
    ['X-Forwarded-Email', identity.email],
    ['X-Forwarded-Groups', identity.groups],
  ],
}

function userValue(identity: Identity, user: string): string | null {
  if (user === 'sub') return identity.subject
  if (user === 'username') return identity.username
  if (user === 'email') return identity.email
  const claim = Object.hasOwn(identity.claims, user) ? identity.claims[user] : null
  return typeof claim === 'string' || typeof claim === 'number' ? String(claim) : null
}
