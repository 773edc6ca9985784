// Which sessions a user has: a sorted set of their keys by the instant at which each is over at the latest.
import { createHash } from 'node:crypto'
import type { RedisConnection } from '../../lib/redis.js'
import type { Clock } from '../../model.js'
import { reach } from './reach.js'

/** Keys of sessions by user. */
export interface UserIndex {
  /** @param endsAt  NumericDate seconds */
  add(subject: string, key: string, endsAt: number): Promise<void>
  remove(subject: string, key: string): Promise<void>
  keysOf(subject: string): AsyncIterable<string>
}

/** The index under this prefix. Users stand there as hashes of their `sub`. */
export function createUserIndex({
  redis,
  prefix,
  clock,
}: {
  redis: Pick<RedisConnection, 'addMember' | 'removeMember' | 'members'>
  prefix: string
  clock: Clock
}): UserIndex {
  const setOf = (subject: string) =>
    `${prefix}user:${createHash('sha256').update(subject).digest('hex')}`

  return {
    add: (subject, key, endsAt) =>
      redis.addMember(setOf(subject), key, { score: endsAt, now: clock() }),
    remove: (subject, key) => redis.removeMember(setOf(subject), key),
    async *keysOf(subject) {
      yield* await reach(redis.members(setOf(subject), clock()))
    },
  }
}
