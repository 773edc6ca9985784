// Work on one session that only one process does at a time. A lock is a lease: held longer than a token call
// may take, renewed while the work runs, and given back by its owner only.
import { randomBytes } from 'node:crypto'
import type { RedisConnection } from '../../lib/redis.js'
import { reach, unavailable } from './reach.js'

/** Locks among all processes that share a Redis. */
export interface Locks {
  /**
   * Runs work while nobody else holds the lock. GW_ERR_SESSION_UNAVAILABLE when it cannot be had within twelve
   * seconds, or Redis does not answer.
   *
   * @param after  what has to be done before the next one has a turn: tried until it succeeds, for ten minutes
   */
  hold<T>(lock: string, work: () => Promise<T>, after: () => Promise<void>): Promise<T>
  /** Whether this process holds the lock, or tries to. */
  holds(lock: string): boolean
}

/** Longer than the deadline of a token call. */
const leaseMs = 15_000
const pollMs = 50
/** How long one process waits for another. */
const maxWaitMs = 12_000
const givingBackMs = 600_000
const givingBackPollMs = 250
/** Beyond it a lock that cannot be given back ends by its lease. */
const maxGivingBack = 1000

/** Locks that live as keys of one connection. */
export function createLocks(redis: Pick<RedisConnection, 'acquire' | 'renew' | 'release'>): Locks {
  const held = new Map<string, number>()
  let givingBack = 0

  async function take(lock: string, owner: string): Promise<void> {
    const until = performance.now() + maxWaitMs
    while (!(await reach(redis.acquire(lock, owner, leaseMs)))) {
      if (performance.now() > until) {
        throw unavailable(new Error('another instance refreshes for too long'))
      }
      await pause(pollMs)
    }
  }

  /** Also when it is not known whether the lock was taken: an answer may be lost, the lock is not. */
  async function giveBack(lock: string, owner: string, after: () => Promise<void>): Promise<void> {
    const until = performance.now() + givingBackMs
    givingBack++
    for (;;) {
      try {
        await after()
        await redis.release(lock, owner)
        break
      } catch {
        if (performance.now() > until || givingBack > maxGivingBack) break
        await pause(givingBackPollMs)
      }
    }
    givingBack--
  }

  function count(lock: string, change: number): void {
    const left = (held.get(lock) ?? 0) + change
    if (left > 0) held.set(lock, left)
    else held.delete(lock)
  }

  return {
    async hold(lock, work, after) {
      const owner = randomBytes(16).toString('base64url')
      const renewal = setInterval(() => {
        redis.renew(lock, owner, leaseMs).catch(() => {})
      }, leaseMs / 3).unref()
      count(lock, 1)
      try {
        await take(lock, owner)
        return await work()
      } finally {
        count(lock, -1)
        // Nobody waits for it: the work is done, and what is left is repeated until it succeeds.
        void giveBack(lock, owner, after).finally(() => clearInterval(renewal))
      }
    },
    holds: lock => held.has(lock),
  }
}

/** Keeps no process alive that wants to end. */
function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms).unref())
}
