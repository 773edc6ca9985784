// GET /healthz, /readyz and /metrics, on a listener of their own.
import type { RouteHandlerMethod } from 'fastify'

/** One thing without which the gateway cannot serve. Throws or rejects while it is missing. */
export interface ReadinessCheck {
  readonly name: string
  readonly check: () => void | Promise<void>
}

/** What a check said. */
export interface CheckResult {
  readonly name: string
  readonly ok: boolean
}

const checkTimeoutMs = 2000

/** The process lives: always 200. */
export const healthEndpoint: RouteHandlerMethod = async () => ({ status: 'ok' })

/** 200 when every check passes within two seconds, else 503; the answer names each. */
export function readyEndpoint(checks: () => readonly ReadinessCheck[]): RouteHandlerMethod {
  return async (_request, reply) => {
    const results = await runChecks(checks())
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

/** What each check says, a late one being a failed one. */
export function runChecks(checks: readonly ReadinessCheck[]): Promise<CheckResult[]> {
  return Promise.all(checks.map(run))
}

async function run({ name, check }: ReadinessCheck): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, checkTimeoutMs, new Error('too slow'))
  })
  try {
    await Promise.race([check(), late])
    return { name, ok: true }
  } catch {
    return { name, ok: false }
  } finally {
    clearTimeout(timer)
  }
}
