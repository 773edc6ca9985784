// The gateway's own calls to Cognito: bounded in time and size, never redirected, at the internal origin.
// By undici's `request`: its fetch makes streams and signals for every call, which live long after it.
import type { Dispatcher } from 'undici'
import { Agent, installFetchClasses, request } from '../lib/undici.js'
import { toInternal } from './endpoints.js'
import type { CognitoSettings } from './settings.js'

/** What may be said of a call: a part of what fetch takes. */
export interface CallOptions {
  readonly method?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: URLSearchParams | string | null | undefined
}

/** A fetch with these bounds. Rejects with a TypeError or a TimeoutError as fetch does. */
export type Call = (url: string, options?: CallOptions) => Promise<Response>

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
    // Not AbortSignal.timeout: it would hold on to the whole exchange until it fires.
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(timedOut()), timeoutMs)
    try {
      const answer = await request(toInternal(url, settings), {
        method: method as Dispatcher.HttpMethod,
        headers: withContentType(headers, body),
        body: body === null ? null : String(body),
        dispatcher,
        signal: deadline.signal,
      })
      return toResponse(answer, await readBounded(answer.body))
    } catch (error) {
      throw asFetchError(error)
    } finally {
      clearTimeout(timer)
    }
  }
}

function timedOut(): DOMException {
  return new DOMException('the deadline of the call has passed', 'TimeoutError')
}

function withContentType(
  headers: Readonly<Record<string, string>>,
  body: CallOptions['body'],
): Record<string, string> {
  if (!(body instanceof URLSearchParams)) return { ...headers }
  return { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8', ...headers }
}

async function readBounded(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > maxAnswerBytes)
      throw new TypeError(`an answer is larger than ${maxAnswerBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** openid-client and the keys' reader take fetch's answers. */
function toResponse({ statusCode, headers }: Dispatcher.ResponseData, body: Buffer): Response {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  )
  const bodiless = statusCode === 204 || statusCode === 205 || statusCode === 304
  return new Response(bodiless ? null : new Uint8Array(body), {
    status: statusCode,
    headers: lines,
  })
}

function asFetchError(error: unknown): unknown {
  const { name } = error as Error
  return name === 'TimeoutError' || error instanceof TypeError
    ? error
    : new TypeError('fetch failed', { cause: error })
}
