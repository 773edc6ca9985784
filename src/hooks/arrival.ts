// The first that happens to a connection: who has too many open gets no further one.
import type { Socket } from 'node:net'
import type { Crowd } from '../lib/crowd.js'
import { networkOf } from '../lib/network.js'
import { createNowAndThen } from '../lib/now-and-then.js'
import type { Peers } from '../lib/trusted-peers.js'
import type { Log } from '../log.js'

const logPauseMs = 60_000

/**
 * Closes connections beyond the limit of their address at once; an answer would cost as much as what it refuses.
 *
 * A trusted proxy brings everybody's connections, so it is exempt: it has limits of its own.
 * @param most  zero for no limit
 */
export function limitConnections({
  crowd,
  most,
  peers,
  count,
  log,
}: {
  crowd: Crowd
  most: number
  peers: Pick<Peers, 'isTrusted' | 'clientAddress'>
  /** Told every connection that is closed. */
  count: () => void
  log: Pick<Log, 'warn'>
}): (socket: Socket) => void {
  const sometimes = createNowAndThen(logPauseMs)
  return socket => {
    if (most === 0 || peers.isTrusted({ socket })) return
    const address = peers.clientAddress({ socket, headers: {} })
    if (crowd.admits(socket, networkOf(address), most)) return
    socket.destroy()
    count()
    sometimes(unsaid => {
      const hint = 'if it is a proxy of yours, name it in trustedProxies'
      log.warn(
        { address, most, unsaid, hint },
        'connections refused: one address has too many open',
      )
    })
  }
}
