// What it takes to forward one request.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GatewayError } from '../errors.js'
import type { EditAnswer } from './answer-edits.js'
import type { ExchangeWatch } from './exchange-watch.js'
import type { IsGatewayCookie } from './response-headers.js'
import type { Upstream } from './upstreams.js'

/** One exchange with an upstream. */
export interface Forwarding {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly upstream: Upstream
  /** The bytes of the request target. */
  readonly target: string
  /** The complete header list for the upstream. */
  readonly headers: string[]
  /** The body, where it was read whole before; then the request has no other. */
  readonly wholeBody?: Buffer | null
  /** The gateway's Set-Cookie lines; asked for when the answer's head is there. */
  readonly setCookies: () => readonly string[]
  readonly isGatewayCookie: IsGatewayCookie
  /** What the route changes in the head of the answer. */
  readonly editAnswer: EditAnswer | null
  /** Time limit for the head of the answer. */
  readonly timeoutMs: number
  /** Time limit for pauses within the answer, or the upload; zero for none. */
  readonly idleMs: number
  /** The most that the request's body may have. */
  readonly maxBodyBytes: number
  /** When the request came, on the clock of `performance.now()`. */
  readonly begunMs: number
  readonly watch: ExchangeWatch
  /** Called at most once, while nothing was written to the client. */
  readonly onFailure: (error: GatewayError) => void
}
