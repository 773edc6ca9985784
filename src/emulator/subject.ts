// `sub` of users whose file names none: derived, so that an application finds its people again tomorrow.
import { createHash } from 'node:crypto'
import type { PoolSettings } from './pool.js'

/** A copy of the pool in which every user has a `sub`; users and groups are copied too, and may be
 * changed. */
export function withSubjects(settings: PoolSettings): PoolSettings {
  const users = settings.users.map(user => ({
    ...user,
    sub: user.sub ?? deriveSubject(settings.poolId, user.username),
  }))
  return { ...settings, users, groups: [...settings.groups] }
}

/** Shaped as a UUID of version 8 (RFC 9562 section 5.8). */
function deriveSubject(poolId: string, username: string): string {
  const hash = createHash('sha256').update(`${poolId}/${username}`).digest('hex')
  const parts = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ]
  return parts.join('-')
}
