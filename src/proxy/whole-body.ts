// Bodies that are needed whole before the request may go on, such as for a signature over them. Bounded each, and all
// together.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { GatewayError } from '../errors.js'
import { hasBody, letGo, sendContinue, Upload } from './upload.js'

/** Reads the body of a request to its end; null where it has none. */
export type ReadWholeBody = (
  request: IncomingMessage,
  response: ServerResponse,
  bounds: { readonly maxBytes: number; readonly idleMs: number },
) => Promise<Buffer | null>

const usualIdleMs = 60_000
const busyRetrySeconds = 1

/**
 * A reader that holds this many bytes at once, of all requests together.
 *
 * It fails with GW_ERR_BODY_TOO_LARGE, GW_ERR_UPLOAD_TIMEOUT, and GW_ERR_UPSTREAM_BUSY when there is no room; and for a
 * client that is gone.
 */
export function createWholeBodies(maxHeldBytes: number): ReadWholeBody {
  let heldBytes = 0

  function read(
    request: IncomingMessage,
    response: ServerResponse,
    { maxBytes, idleMs }: { maxBytes: number; idleMs: number },
  ): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = []
      let bytes = 0
      const upload = new Upload(request, {
        maxBytes,
        idleMs: idleMs === 0 ? usualIdleMs : idleMs,
        onWanted: () => sendContinue(request, response),
        onFailure: giveUp,
      })
      const onClose = () => giveUp(gone())
      response.once('close', onClose)
      const release = () => {
        heldBytes -= bytes
      }
      function giveUp(error: GatewayError): void {
        release()
        response.off('close', onClose)
        upload.destroy()
        letGo(request)
        reject(error)
      }
      upload.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        heldBytes += chunk.length
        chunks.push(chunk)
        if (heldBytes > maxHeldBytes) giveUp(busy())
      })
      upload.once('end', () => {
        response.off('close', onClose)
        // It is held until it has been sent, and answered.
        response.once('close', release)
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

function busy(): GatewayError {
  const reason = 'no room for one more body that has to be read whole'
  return new GatewayError('GW_ERR_UPSTREAM_BUSY', { reason, retryAfterSeconds: busyRetrySeconds })
}

function gone(): GatewayError {
  return new GatewayError('GW_ERR_REQUEST_INVALID', { reason: 'the client left its upload' })
}
