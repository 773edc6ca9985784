// What a style signs, remembered for a while: a signature costs more than everything else that a request does here.
import { LRUCache } from 'lru-cache'
import type { Clock } from '../model.js'

/** Signs header and payload of a token (lib/signing-ring). */
export type SignToken = (header: object, payload: object) => string

/** A signed token that says this; the same one again while it is fresh. */
export type Signed = (header: object, payload: object) => string

const maxRemembered = 5000
const maxRememberedBytes = 16 * 1024 * 1024

/** The share of its life for which a token is repeated. */
const repeats = 1 / 3

/** Whole seconds for which a token, and lines made of it, may be repeated. Both together leave it a third of its life. */
export function repeatSeconds(ttlSeconds: number): number {
  return Math.floor(ttlSeconds * repeats)
}

/**
 * Tokens of one style, by everything that they say.
 *
 * @param stamp  members with times in them, for a token that is signed now
 */
export function createSigned({
  sign,
  ttlSeconds,
  stamp,
  clock,
}: {
  sign: SignToken
  ttlSeconds: number
  stamp: (now: number, expiresAt: number) => { header: object; payload: object }
  clock: Clock
}): Signed {
  const known = new LRUCache<string, { token: string; until: number }>({
    max: maxRemembered,
    maxSize: maxRememberedBytes,
    sizeCalculation: ({ token }, key) => token.length + key.length,
  })
  return (header, payload) => {
    const key = JSON.stringify([header, payload])
    const now = clock()
    const found = known.get(key)
    if (found !== undefined && now < found.until) return found.token
    const times = stamp(now, now + ttlSeconds)
    const token = sign({ ...header, ...times.header }, { ...payload, ...times.payload })
    known.set(key, { token, until: now + repeatSeconds(ttlSeconds) })
    return token
  }
}
