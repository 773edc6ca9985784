// One span for each request that goes to an application, and for what comes back from the hosted UI.
import type { onRequestHookHandler } from 'fastify'
import type { Peers } from '../lib/trusted-peers.js'
import type { TraceHeaders, Tracing } from '../tracing/tracing.js'
import { onRequestEnd } from './request-end.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The trace, as header lines for the application; null where nothing is traced. */
    traceLines: readonly string[] | null
  }
}

/**
 * Sets `request.traceLines`. A span has method, route and status: no path, no query, nobody's name.
 *
 * @param continues  whether the trace of a trusted proxy goes on here
 */
export function traceRequests({
  tracing,
  continues,
  peers,
}: {
  tracing: Tracing
  continues: boolean
  peers: Pick<Peers, 'isTrusted'>
}): onRequestHookHandler {
  return (request, reply, done) => {
    const { raw, route, routeOptions, id } = request
    const { traceparent, tracestate } = raw.headers
    const isContinued = continues && typeof traceparent === 'string' && peers.isTrusted(raw)
    const caller: TraceHeaders | null = isContinued
      ? { traceparent, tracestate: tracestate?.toString() }
      : null
    const name = route?.name ?? routeOptions.url ?? ''
    const method = raw.method ?? ''
    const attributes = { 'http.request.method': method, 'http.route': name, 'request.id': id }
    const trace = tracing.begin(`${method} ${name}`, attributes, caller)
    request.traceLines = trace.lines
    onRequestEnd(request, reply, ({ status, cut }) => {
      const decision = request.decision === null ? {} : { 'gateway.decision': request.decision }
      const answered = status === null ? {} : { 'http.response.status_code': status }
      trace.end({ ...answered, ...decision }, cut || (status ?? 500) >= 500)
    })
    tracing.within(trace, done)
  }
}
