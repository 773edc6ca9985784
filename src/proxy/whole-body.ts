// Bodies that are needed whole before the request may go on, such as for a signature over them. Bounded each, and all
// together.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { GatewayError } from '../errors.js'
import { hasBody, letGo, sendContinue, Upload } from './upload.js'

/** Reads the body of a request to its end; null where it has none. */
export type ReadWholeBody = (
  request: IncomingMessage,
  response: ServerResponse,
  bounds: WholeBodyBounds,
) => Promise<Buffer | null>

/** Bounds of one body, and whose it is: bodies of one owner share a part of the room. */
interface WholeBodyBounds {
  readonly maxBytes: number
  readonly idleMs: number
  readonly owner: string
}

const usualIdleMs = 60_000
const busyRetrySeconds = 1
/**
 * Of the room that is free, for all bodies of one owner: a quarter of all for one alone, a seventh each for four. However
 * many hold uploads back, there is room for others.
 */
const ownersShare = 1 / 3
/** A megabyte a minute, 140 kbit/s: a poor mobile line. What comes more slowly only holds the room. */
const usualPace = { everyMs: 60_000, bytes: 1024 * 1024 }

/**
 * A reader that holds this many bytes at once, of all requests together, and of one owner's a third of what is free.
 *
 * One body of an owner may always be as large as its own bound. Each has to come at the pace: so many bytes within
 * each stretch of time. It fails with GW_ERR_BODY_TOO_LARGE, GW_ERR_UPLOAD_TIMEOUT, and GW_ERR_UPSTREAM_BUSY when there is no room; and for a
 * client that is gone.
 */
export function createWholeBodies(maxHeldBytes: number, pace = usualPace): ReadWholeBody {
  const room = createRoom(maxHeldBytes)

  function read(
    request: IncomingMessage,
    response: ServerResponse,
    { maxBytes, idleMs, owner }: WholeBodyBounds,
  ): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = []
      const place = room.enter(owner)
      let bytesInTurn = 0
      const upload = new Upload(request, {
        maxBytes,
        idleMs: idleMs === 0 ? usualIdleMs : idleMs,
        onWanted: () => sendContinue(request, response),
        onFailure: giveUp,
      })
      const onClose = () => giveUp(gone())
      response.once('close', onClose)
      const turns = setInterval(() => {
        if (bytesInTurn < pace.bytes) giveUp(new GatewayError('GW_ERR_UPLOAD_TIMEOUT'))
        bytesInTurn = 0
      }, pace.everyMs)
      function giveUp(error: GatewayError): void {
        place.leave()
        clearInterval(turns)
        response.off('close', onClose)
        upload.destroy()
        letGo(request)
        reject(error)
      }
      upload.on('data', (chunk: Buffer) => {
        bytesInTurn += chunk.length
        chunks.push(chunk)
        if (!place.take(chunk.length)) giveUp(busy())
      })
      upload.once('end', () => {
        clearInterval(turns)
        response.off('close', onClose)
        // It is held until it has been sent, and answered.
        response.once('close', place.leave)
        resolve(Buffer.concat(chunks))
      })
    })
  }

  return async (request, response, bounds) => {
    if (!hasBody(request)) return null
    if (Number(request.headers['content-length'] ?? 0) > bounds.maxBytes) {
      letGo(request)
      throw new GatewayError('GW_ERR_BODY_TOO_LARGE')
    }
    return read(request, response, bounds)
  }
}

/** Counts what is held. As many owners as there are bodies. */
function createRoom(maxBytes: number) {
  const owners = new Map<string, { bodies: number; bytes: number }>()
  let heldBytes = 0

  /** A place for one body; `take` is false when there is no room for so many bytes more. */
  function enter(owner: string) {
    const theirs = owners.get(owner) ?? { bodies: 0, bytes: 0 }
    owners.set(owner, theirs)
    theirs.bodies++
    let bytes = 0
    return {
      take(more: number): boolean {
        bytes += more
        theirs.bytes += more
        heldBytes += more
        const free = maxBytes - heldBytes
        return free >= 0 && (theirs.bodies === 1 || theirs.bytes <= free * ownersShare)
      },
      leave(): void {
        theirs.bodies--
        theirs.bytes -= bytes
        heldBytes -= bytes
        if (theirs.bodies === 0) owners.delete(owner)
      },
    }
  }

  return { enter }
}

function busy(): GatewayError {
  const reason = 'no room for one more body that has to be read whole'
  return new GatewayError('GW_ERR_UPSTREAM_BUSY', { reason, retryAfterSeconds: busyRetrySeconds })
}

function gone(): GatewayError {
  return new GatewayError('GW_ERR_REQUEST_INVALID', { reason: 'the client left its upload' })
}
