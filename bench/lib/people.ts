// People of the user pool who are in more or fewer groups, and else the same.
import type { PoolUser } from '../../src/emulator/settings/user.js'

/** In how many groups there is somebody. */
export const groupCounts = [0, 10, 100] as const

/** Who signs in as a person with so many groups. */
export function personWith(groups: (typeof groupCounts)[number]) {
  return { username: `groups-${groups}`, password: 'Groups-pass1' }
}

/** These people, like one who is there. */
export function peopleByGroups([model]: readonly PoolUser[]): PoolUser[] {
  if (model === undefined) throw new Error('the example pool has no users')
  return groupCounts.map(count => ({
    ...model,
    ...personWith(count),
    sub: undefined,
    attributes: { ...model.attributes, email: `groups-${count}@example.com` },
    groups: Array.from({ length: count }, (_, n) => `department-${n}`),
  }))
}
