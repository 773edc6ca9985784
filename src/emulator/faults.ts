// Faults on demand, for tests: what can go wrong between a gateway and Cognito.
import type { FastifyReply, FastifyRequest } from 'fastify'

/** What happens instead of, or before, the right answer. */
export interface Fault {
  /** Wait before anything else. */
  readonly delayMs?: number
  /** Answer with this status and body instead of serving. */
  readonly status?: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Close the connection instead of answering. */
  readonly reset?: boolean
  /** Serve, then lose the answer: what was done stays done. */
  readonly loseAnswer?: boolean
  /** How many requests it meets; absent: every one until cleared. */
  readonly times?: number
}

/** Faults by path, such as `/oauth2/token`. */
export interface Faults {
  set(path: string, fault: Fault): void
  clear(): void
  /** Seconds by which the pool's clock is ahead of the given one. */
  clockOffsetSeconds: number
}

interface Armed {
  readonly fault: Fault
  left: number
}

/** What the hosted UI answers when an address asks too often; AWS does not publish the body. */
export const tooManyRequests: Fault = {
  status: 429,
  headers: { 'content-type': 'text/html;charset=UTF-8' },
  body: '<html><body>Too many requests</body></html>',
}

/** The faults of one emulator, and the hooks that make them happen. */
export function createFaults() {
  const armed = new Map<string, Armed>()
  const losing = new WeakSet<FastifyRequest['raw']>()

  function next(path: string): Fault | null {
    const found = armed.get(path)
    if (found === undefined || found.left <= 0) return null
    found.left--
    return found.fault
  }

  const faults: Faults = {
    set(path, fault) {
      armed.set(path, { fault, left: fault.times ?? Number.POSITIVE_INFINITY })
    },
    clear() {
      armed.clear()
      faults.clockOffsetSeconds = 0
    },
    clockOffsetSeconds: 0,
  }

  async function beforeServing(request: FastifyRequest, reply: FastifyReply) {
    const fault = next(request.url.split('?')[0] ?? '')
    if (fault === null) return
    if (fault.delayMs !== undefined) await delay(fault.delayMs, request)
    if (fault.reset === true) return lose(reply)
    if (fault.loseAnswer === true) {
      losing.add(request.raw)
      return
    }
    if (fault.status === undefined) return
    return reply
      .code(fault.status)
      .headers(fault.headers ?? {})
      .send(fault.body ?? '')
  }

  async function beforeSending(request: FastifyRequest) {
    if (losing.has(request.raw)) request.raw.socket.destroy()
  }

  return { faults, beforeServing, beforeSending }
}

function lose(reply: FastifyReply): FastifyReply {
  reply.hijack()
  reply.raw.destroy()
  return reply
}

/** Ends early when the client has gone away, so that a long delay keeps nothing open. */
function delay(ms: number, { raw }: FastifyRequest): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms)
    raw.socket.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
