// Faults on demand, for tests: what can go wrong between a gateway and Cognito.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Tell } from './events.js'
import type { Unpublished } from './unpublished.js'

/** What happens instead of, or before, the right answer. */
export interface Fault {
  /** Wait before anything else. */
  readonly delayMs?: number
  /** Answer with this status and body instead of serving. */
  readonly status?: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Answer as a throttled Cognito does: `true` as the pool's `unpublished.throttling` says. */
  readonly throttle?: boolean | Unpublished['throttling']
  /** Reset the connection instead of answering. */
  readonly reset?: boolean
  /** Never answer; ends when the client goes away or the emulator closes. */
  readonly hang?: boolean
  /** Serve, then lose the answer: what was done stays done, such as a rotation. */
  readonly loseAnswer?: boolean
  /** How many requests it meets; absent: every one until cleared. */
  readonly times?: number
}

/**
 * Faults by path, as seen from the domain or from the issuer: `/oauth2/token`, `/.well-known/jwks.json`; those of
 * the AWS APIs by operation: `InitiateAuth`, `GetId`.
 */
export interface Faults {
  /** Arms a path; an earlier fault of it is forgotten. */
  set(path: string, fault: Fault): void
  /** Disarms one path, or all of them and the clock. */
  clear(path?: string): void
  /** What is armed: names of what happens, and how often still; null for as long as it stands. */
  list(): ArmedFault[]
  /** Seconds by which the pool's clock is ahead of the given one. */
  clockOffsetSeconds: number
}

/** A fault that waits for its requests. */
export interface ArmedFault {
  readonly path: string
  readonly kind: string
  readonly left: number | null
}

interface Armed {
  readonly fault: Fault
  left: number
}

interface FaultPlace {
  /** What faults of a request are set by. */
  readonly placeOf: (request: FastifyRequest) => string
  readonly throttling: () => Unpublished['throttling']
  readonly tell: Tell
}

/** Paths with a fault. */
const maxArmed = 100

const throttled = {
  html: {
    status: 429,
    headers: { 'content-type': 'text/html;charset=UTF-8' },
    body: '<html><body>Too many requests</body></html>',
  },
  json: {
    status: 429,
    headers: { 'content-type': 'application/json' },
    body: '{"message":"Rate exceeded"}',
  },
  api: {
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: '{"__type":"TooManyRequestsException","message":"Rate exceeded"}',
  },
} as const satisfies Record<Unpublished['throttling'], Fault>

/** What the hosted UI answers, as far as is known, when an address asks too often. */
export const tooManyRequests: Fault = throttled.html

/** The faults of one emulator, the hooks that make them happen, and what ends those that wait. */
export function createFaults({ placeOf, throttling, tell }: FaultPlace) {
  const armed = new Map<string, Armed>()
  const losing = new WeakSet<FastifyRequest['raw']>()
  const closing = new AbortController()

  function next(path: string): Fault | null {
    const found = armed.get(path)
    if (found === undefined || found.left <= 0) return null
    found.left--
    return found.fault
  }

  const faults: Faults = {
    set(path, fault) {
      if (armed.size >= maxArmed && !armed.has(path)) throw new RangeError('too many faults')
      armed.set(path, { fault, left: fault.times ?? Number.POSITIVE_INFINITY })
    },
    clear(path) {
      if (path !== undefined) return void armed.delete(path)
      armed.clear()
      faults.clockOffsetSeconds = 0
    },
    list: () =>
      [...armed]
        .filter(([, { left }]) => left > 0)
        .map(([path, { fault, left }]) => ({
          path,
          kind: kindOf(fault),
          left: Number.isFinite(left) ? left : null,
        })),
    clockOffsetSeconds: 0,
  }

  async function beforeServing(request: FastifyRequest, reply: FastifyReply) {
    const path = placeOf(request)
    const fault = next(path)
    if (fault === null) return
    tell({ event: 'fault', path, kind: kindOf(fault) })
    if (fault.delayMs !== undefined) await wait(request, closing.signal, fault.delayMs)
    if (fault.hang === true) await wait(request, closing.signal)
    if (fault.hang === true || fault.reset === true) return reset(request, reply)
    if (fault.loseAnswer === true) {
      losing.add(request.raw)
      return
    }
    const answer = replacement(fault, throttling())
    if (answer.status === undefined) return
    return reply
      .code(answer.status)
      .headers(answer.headers ?? {})
      .send(Buffer.from(answer.body ?? '')) // as bytes, so that Fastify leaves the content type alone
  }

  async function beforeSending(request: FastifyRequest, reply: FastifyReply, payload: unknown) {
    if (losing.has(request.raw)) reset(request, reply)
    return payload
  }

  return { faults, beforeServing, beforeSending, endWaiting: () => closing.abort() }
}

/** Names of what happens. */
function kindOf({ times: _times, ...fault }: Fault): string {
  return Object.keys(fault).join(' ')
}

function replacement(
  { throttle = false, ...fault }: Fault,
  usual: Unpublished['throttling'],
): Fault {
  if (throttle === false) return fault
  return throttled[throttle === true ? usual : throttle]
}

/** The client sees ECONNRESET. */
function reset({ raw }: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack()
  raw.socket.resetAndDestroy()
  return reply
}

/** Ends early when the client goes away or the emulator closes; without a time only then. */
function wait({ raw }: FastifyRequest, closing: AbortSignal, ms?: number): Promise<void> {
  return new Promise(resolve => {
    const timer = ms === undefined ? undefined : setTimeout(done, ms)
    raw.socket.once('close', done)
    closing.addEventListener('abort', done)
    if (closing.aborted || raw.socket.destroyed) done()

    function done() {
      clearTimeout(timer)
      raw.socket.off('close', done)
      closing.removeEventListener('abort', done)
      resolve()
    }
  })
}
