// The gateway's own calls to Cognito: bounded in time and size, never redirected, at the internal origin.

import { toInternal } from './endpoints.js'
import type { CognitoSettings } from './settings.js'

/** A fetch with these bounds. Rejects with a TypeError or a TimeoutError as fetch does. */
export type Call = (url: string, init?: RequestInit) => Promise<Response>

const maxAnswerBytes = 1024 * 1024

/** @param timeoutMs  for the whole answer */
export function createCall(
  settings: Pick<CognitoSettings, 'internalUrl'>,
  timeoutMs: number,
): Call {
  return async (url, init = {}) => {
    // Not AbortSignal.timeout: it would hold on to the whole exchange until it fires.
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(timedOut()), timeoutMs)
    try {
      const { signal } = deadline
      const answer = await fetch(toInternal(url, settings), { ...init, redirect: 'manual', signal })
      const body = await readBounded(answer)
      const { status, statusText, headers } = answer
      const bodiless = status === 204 || status === 205 || status === 304
      return new Response(bodiless ? null : body, { status, statusText, headers })
    } finally {
      clearTimeout(timer)
    }
  }
}

function timedOut(): DOMException {
  return new DOMException('the deadline of the call has passed', 'TimeoutError')
}

async function readBounded(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxAnswerBytes)
      throw new TypeError(`an answer is larger than ${maxAnswerBytes} bytes`)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
