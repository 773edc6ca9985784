// How many sessions live in Redis: a sorted set of all of them by the instant at which each is over, so that counting costs
// one command however many there are. A figure and nothing more: nobody waits for it, and no decision rests on it.
import type { RedisConnection } from '../../lib/redis.js'
import type { Log } from '../../log.js'
import type { Clock } from '../../model.js'
import { reach } from './reach.js'

/** The sessions of all instances. */
export interface SessionCount {
  /** Counts a session, or its later end. @param endsAt  NumericDate seconds */
  add(key: string, endsAt: number): void
  remove(key: string): void
  /** Those that are not over; null where the ACL user may not count, which is said once and not asked again. */
  read(): Promise<number | null> | null
}

/** Sessions have far more room than what counts them: this is for a set that something else has filled. */
const most = 10_000_000
/** Of a key, what tells any two apart. */
const tailCharacters = 32

/** What is lost on the way to Redis is put right when the session is used again, or over. */
export function createSessionCount({
  redis,
  prefix,
  clock,
  log,
}: {
  redis: Pick<RedisConnection, 'addMember' | 'removeMember' | 'countMembers'>
  prefix: string
  clock: Clock
  log: Pick<Log, 'warn'>
}): SessionCount {
  let isForbidden = false
  const set = `${prefix}living`
  const memberOf = (key: string) => key.slice(-tailCharacters)

  async function count(): Promise<number | null> {
    const living = await reach(redis.countMembers(set, clock()))
    if (living === null && !isForbidden) {
      isForbidden = true
      log.warn(
        { command: 'zcount' },
        'living sessions are not counted: the ACL user of session.redis.url may not run zcount; allow it (+zcount), and restart or load the settings again',
      )
    }
    return living
  }

  return {
    add(key, endsAt) {
      redis.addMember(set, memberOf(key), { score: endsAt, now: clock(), most }).catch(() => {})
    },
    remove(key) {
      redis.removeMember(set, memberOf(key)).catch(() => {})
    },
    read: () => (isForbidden ? null : count()),
  }
}
