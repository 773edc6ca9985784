// What a connection suffers, told with its cause: ioredis says that all nodes failed, and elsewhere why.
import type { RedisClient } from './client.js'
import { replyKind } from './runner.js'

/**
 * Tells of every failure to connect, and gives the last one while there is no connection.
 *
 * A server that refuses the handshake is left again. ioredis would stay, in database 0 instead of the one asked for.
 */
export function watchTrouble(
  client: RedisClient,
  tell: (error: Error) => void,
): () => Error | null {
  let last: Error | null = null
  let detail: Error | null = null
  const note = (error: Error) => {
    detail = error
  }
  client.on('node error', note)
  client.on('sentinelError', note)
  client.on('error', (error: Error) => {
    const replied = replyKind(error) !== null
    last = detail === null || replied || 'code' in error ? error : withCause(error, detail)
    detail = null
    if (replied) client.disconnect(true)
    tell(last)
  })
  client.on('ready', () => {
    last = null
    detail = null
  })
  return () => last
}

function withCause({ message }: Error, cause: Error): Error {
  return new Error(message, { cause })
}
