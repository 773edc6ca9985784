// A line for each request, for whoever asks for it; by default there is none, and nothing of this runs.
import type { ServerResponse } from 'node:http'
import type { onRequestHookHandler } from 'fastify'
import type { Log } from '../log.js'
import { onRequestEnd, type RequestEnd } from './request-end.js'

/** Which requests leave a line: those that failed here or at the application, or all. */
export type LoggedRequests = 'errors' | 'all'

/**
 * Writes the line when the request is over. It has the path and never a query: there, codes and states come back from
 * the hosted UI, and applications put what they like.
 * @param upstreamMsOf  how long the application took to the head of this answer
 */
export function requestLog({
  which,
  upstreamMsOf,
  log,
}: {
  which: LoggedRequests
  upstreamMsOf: (response: ServerResponse) => number | undefined
  log: Pick<Log, 'info'>
}): onRequestHookHandler {
  return (request, reply, done) => {
    const begun = performance.now()
    onRequestEnd(request, reply, end => {
      if (which === 'errors' && !isError(end)) return
      const upstreamMs = upstreamMsOf(reply.raw)
      log.info(
        {
          id: request.id,
          method: request.raw.method,
          path: request.target?.path,
          route: request.route?.name,
          decision: request.decision ?? undefined,
          sub: request.caller?.identity.subject,
          status: end.status,
          ...(end.cut && { cut: true }),
          ms: rounded(performance.now() - begun),
          ...(upstreamMs !== undefined && { upstreamMs: rounded(upstreamMs) }),
        },
        'request',
      )
    })
    done()
  }
}

function isError({ status, cut }: RequestEnd): boolean {
  return cut || status === null || status >= 500
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10
}
