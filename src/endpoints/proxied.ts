// Everything that is not the gateway's own: hands the raw request and response to the forwarder. No body
// parser, no promise and no Fastify reply from here on.
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'

import type { Caller, Route } from '../model.js'

/** One request on its way to the application. */
export interface Passage {
  readonly request: FastifyRequest['raw']
  readonly response: FastifyReply['raw']
  readonly route: Route
  /** The bytes of the request target. */
  readonly target: string
  readonly caller: Caller | null
  /** The application's own cookies. */
  readonly cookie: string | null
  readonly origin: string
  readonly requestId: string
  /** When the request came, on the clock of `performance.now()`. */
  readonly begunMs: number
  /** Lines that say which trace it belongs to; null where nothing is traced. */
  readonly traceLines: readonly string[] | null
  /** The gateway's Set-Cookie lines, when the answer's head is there. */
  readonly setCookies: () => readonly string[]
  /** Called at most once, before anything was written. */
  readonly onFailure: (error: unknown) => void
}

/** Streams a request to its upstream and the answer back. Never throws. */
export type Pass = (passage: Passage) => void

/** Answers a request whose reply was taken out of Fastify's hands. */
export type WriteFailure = (
  error: unknown,
  request: FastifyRequest,
  response: FastifyReply['raw'],
) => void

/** Last of the hooks on the proxied way: takes the reply out of Fastify's hands and forwards. */
export function proxied({
  pass,
  writeFailure,
}: {
  pass: Pass
  writeFailure: WriteFailure
}): onRequestHookHandler {
  return (request, reply) => {
    reply.hijack()
    pass(toPassage(request, reply, writeFailure))
  }
}

/** An admitted request, as the way to the application needs it. */
export function toPassage(
  request: FastifyRequest,
  reply: FastifyReply,
  writeFailure: WriteFailure,
): Passage {
  const { raw, target, route, caller, browser, applicationCookies, sessionCookies } = request
  return {
    request: raw,
    response: reply.raw,
    route,
    target: target.raw,
    caller,
    cookie: applicationCookies,
    origin: browser.origin,
    requestId: request.id,
    begunMs: request.begunMs,
    traceLines: request.traceLines,
    setCookies: sessionCookies,
    onFailure: error => writeFailure(error, request, reply.raw),
  }
}
