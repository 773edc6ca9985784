// When a request is over, whoever answered it: Fastify, the forwarder, or an upgrade that took the socket.
import type { FastifyReply, FastifyRequest } from 'fastify'

/** How a request ended. */
export interface RequestEnd {
  /** 101 for an upgrade; null when the client left before there was an answer. */
  readonly status: number | null
  /** True when the answer did not get out whole. */
  readonly cut: boolean
}

/** Calls back once. */
export function onRequestEnd(
  { raw: request }: FastifyRequest,
  reply: FastifyReply,
  told: (end: RequestEnd) => void,
): void {
  const { raw: response } = reply
  if (!isUpgrade(request)) {
    response.once('close', () => {
      const { headersSent, statusCode, writableFinished } = response
      told({ status: headersSent ? statusCode : null, cut: !writableFinished })
    })
    return
  }
  // An upgraded connection is taken from its answer, which never ends then.
  request.socket.once('close', () => {
    const { headersSent, statusCode, socket } = response
    if (headersSent) told({ status: statusCode, cut: false })
    else told({ status: socket === null ? 101 : null, cut: socket !== null })
  })
}

/** By Node's parser: the header alone, without `Connection: upgrade`, is a request like any other. */
function isUpgrade(request: FastifyRequest['raw'] & { readonly upgrade?: boolean }): boolean {
  return request.upgrade === true
}
