// GET /healthz, /readyz and /metrics, on a listener of their own.
import type { RouteHandlerMethod } from 'fastify'
import type { CheckResult } from '../lib/readiness.js'

/** The process lives: always 200. */
export const healthEndpoint: RouteHandlerMethod = async () => ({ status: 'ok' })

/** 200 when every check passes within two seconds, else 503; the answer names each. */
export function readyEndpoint(check: () => Promise<readonly CheckResult[]>): RouteHandlerMethod {
  return async (_request, reply) => {
    const results = await check()
    const ready = results.every(({ ok }) => ok)
    return reply.code(ready ? 200 : 503).send({
      status: ready ? 'ready' : 'not ready',
      checks: Object.fromEntries(results.map(({ name, ok }) => [name, ok ? 'ok' : 'failing'])),
    })
  }
}

interface Exposition {
  readonly contentType: string
  readonly body: string
}

/** What the process counts, for Prometheus. */
export function metricsEndpoint(
  render: () => Exposition | Promise<Exposition>,
): RouteHandlerMethod {
  return async (_request, reply) => {
    const { contentType, body } = await render()
    return reply.type(contentType).send(body)
  }
}
