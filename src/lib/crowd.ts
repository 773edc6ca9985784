// How many connections each client has open. Somebody who opens thousands and says nothing leaves room for others.
import type { EventEmitter } from 'node:events'

/** Counts connections by who opened them. */
export interface Crowd {
  /** Counts a connection in, until it closes; false, and not counted, when its owner has as many as allowed. */
  admits(socket: EventEmitter, owner: string, most: number): boolean
}

/** Nobody is there. As large as the number of open connections. */
export function createCrowd(): Crowd {
  const open = new Map<string, number>()
  /** A request that is read again comes as a connection again. */
  const counted = new WeakSet<object>()

  function leave(owner: string): void {
    const left = (open.get(owner) ?? 1) - 1
    if (left === 0) open.delete(owner)
    else open.set(owner, left)
  }

  return {
    admits(socket, owner, most) {
      if (counted.has(socket)) return true
      const there = open.get(owner) ?? 0
      if (there >= most) return false
      counted.add(socket)
      open.set(owner, there + 1)
      socket.once('close', () => leave(owner))
      return true
    },
  }
}
