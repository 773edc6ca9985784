// Reads of one turn of the event loop go out together at its end: one GET for a key, however many ask, and one write for
// all of them. A GET answers only who had asked before it was sent, so nobody gets what Redis said earlier.
import { Cluster, type Redis } from 'ioredis'
import type { RedisClient } from './client.js'
import { maxPending, type Runner, replyKind } from './runner.js'

/** Reads that may wait for others. */
export interface GatheredReads {
  /** The text under a key; empty when something else stands there. Many may be given the same promise. */
  read(key: string): Promise<string | null>
  /** Sends at once what has been gathered. */
  send(): void
}

interface Read {
  readonly answer: Promise<string | null>
  readonly resolve: (value: string | null) => void
  readonly reject: (error: unknown) => void
  askers: number
}

/** Over one client and its runner. Every asker counts as one command that is under way. */
export function gatherReads(client: RedisClient, { begin }: Pick<Runner, 'begin'>): GatheredReads {
  let gathered = new Map<string, Read>()
  let asking = 0

  function begun(key: string): Read {
    if (gathered.size === 0) setImmediate(send)
    let settle: Pick<Read, 'resolve' | 'reject'> | undefined
    const answer = new Promise<string | null>((resolve, reject) => {
      settle = { resolve, reject }
    })
    const read: Read = { ...(settle as Pick<Read, 'resolve' | 'reject'>), answer, askers: 0 }
    gathered.set(key, read)
    return read
  }

  function send(): void {
    if (gathered.size === 0) return
    const reads = gathered
    gathered = new Map()
    const sockets = reads.size > 1 && client.status === 'ready' ? socketsOf(client) : []
    for (const socket of sockets) socket.cork()
    try {
      for (const [key, read] of reads) sendOne(key, read)
    } finally {
      for (const socket of sockets) socket.uncork()
    }
  }

  function sendOne(key: string, { askers, resolve, reject }: Read): void {
    begin(
      () => client.get(key),
      value => {
        asking -= askers
        resolve(value)
      },
      error => {
        asking -= askers
        if (replyKind(error) === 'WRONGTYPE') resolve('')
        else reject(error)
      },
    )
  }

  return {
    read(key) {
      if (asking >= maxPending) {
        return Promise.reject(new Error(`${maxPending} reads of Redis are under way already`))
      }
      const read = gathered.get(key) ?? begun(key)
      read.askers++
      asking++
      return read.answer
    },
    send,
  }
}

/** Each write is a system call, unless sockets are held back until all is there. */
function socketsOf(client: RedisClient): Redis['stream'][] {
  const nodes = client instanceof Cluster ? client.nodes() : [client]
  // A node of a cluster has none before its first command.
  return nodes.flatMap(({ stream }) => stream ?? [])
}
