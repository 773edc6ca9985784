// Who is told how exchanges with applications go.
import type { ServerResponse } from 'node:http'
import type { ErrorCode } from '../errors.js'

/** Told how exchanges go. On every request's way: it counts, and does nothing else. */
export interface ExchangeWatch {
  /** The head of an answer is there. @param ms  from when the application was asked */
  answered(status: number, ms: number, response: ServerResponse): void
  /** There is no good answer, or not all of it. */
  failed(code: ErrorCode): void
  /** Once, at the end. @param ms  from when the request came */
  ended(ms: number): void
}
