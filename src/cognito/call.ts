// The gateway's own calls to Cognito: bounded in time and size, never redirected, at the internal origin.
import { Agent, installFetchClasses } from '../lib/undici.js'
import type { Answer } from './answer.js'
import { toInternal } from './endpoints.js'
import { exchange } from './exchange.js'
import type { CognitoSettings } from './settings.js'

/** What may be said of a call: a part of what fetch takes. */
export interface CallOptions {
  readonly method?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: URLSearchParams | string | null | undefined
}

/** A fetch with these bounds. Rejects with a TypeError or a TimeoutError as fetch does. */
export type Call = (url: string, options?: CallOptions) => Promise<Answer>

installFetchClasses()

const maxAnswerBytes = 1024 * 1024
/** Sockets to each of Cognito's hosts; further calls wait for their turn until their deadline. */
const maxConnections = 64

/** @param timeoutMs  for the whole answer */
export function createCall(
  settings: Pick<CognitoSettings, 'internalUrl'>,
  timeoutMs: number,
): Call {
  const dispatcher = new Agent({
    connections: maxConnections,
    // Said out loud: NODE_TLS_REJECT_UNAUTHORIZED=0, set for another program, would switch the check off.
    connect: { timeout: timeoutMs, rejectUnauthorized: true },
  })

  return async (url, { method = 'GET', headers = {}, body = null } = {}) => {
    const asked = {
      method,
      url: new URL(toInternal(url, settings)),
      headers: withContentType(headers, body),
      body: body === null ? null : String(body),
    }
    try {
      return await exchange(dispatcher, asked, { timeoutMs, maxBytes: maxAnswerBytes })
    } catch (error) {
      throw asFetchError(error)
    }
  }
}

function withContentType(
  headers: Readonly<Record<string, string>>,
  body: CallOptions['body'],
): Record<string, string> {
  if (!(body instanceof URLSearchParams)) return { ...headers }
  return { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8', ...headers }
}

function asFetchError(error: unknown): unknown {
  const { name } = error as Error
  return name === 'TimeoutError' || error instanceof TypeError
    ? error
    : new TypeError('fetch failed', { cause: error })
}
