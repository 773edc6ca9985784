// When the keys of a user pool may be fetched: a pool that is away is not asked once a request, and a flood of
// tokens with unknown `kid` fetches no more often than honest rotation needs.
import { GatewayError } from '../errors.js'
import type { Clock } from '../model.js'
import type { Answer } from './answer.js'
import type { Call } from './call.js'
import { toPlainError } from './plain-error.js'

/** Between looks for an unknown `kid`: the longest that a freshly rotated key may have to wait. */
const lookAgainSeconds = 10
const maxBackOffSeconds = 10

/**
 * The JWKS document (RFC 7517 section 5) as bytes, with at least one key in it.
 *
 * Throws GW_ERR_COGNITO_UNAVAILABLE when it cannot be had, and without asking while a pause lasts. While no
 * keys are known, pauses follow failures and grow: 1, 2, 4, 8, 10 seconds. Afterwards every fetch looks for an
 * unknown `kid`, and 10 seconds lie between two of them, failed or not.
 */
export type FetchKeys = () => Promise<ArrayBuffer>

/** @param clock  NumericDate seconds; one that is set back does not make a pause longer */
export function createKeyFetch({
  jwksUri,
  call,
  clock,
  onFetched = () => {},
}: {
  jwksUri: string
  call: Call
  clock: Clock
  /** Told every call that was made, and whether keys came. */
  onFetched?: (ok: boolean) => void
}): FetchKeys {
  let known = false
  let failures = 0
  let pausedUntil = 0

  function pauseLeft(): number {
    const left = pausedUntil - clock()
    return left <= lookAgainSeconds ? left : 0
  }

  function pauseAfterFailure(): number {
    return known ? lookAgainSeconds : Math.min(2 ** failures++, maxBackOffSeconds)
  }

  return async () => {
    const left = pauseLeft()
    if (left > 0) {
      const reason = 'the keys of the user pool were asked for a moment ago'
      throw new GatewayError('GW_ERR_COGNITO_UNAVAILABLE', { reason, retryAfterSeconds: left })
    }
    // From the start of the call, so that a slow answer is not asked for again right after it came.
    if (known) pausedUntil = clock() + lookAgainSeconds
    try {
      const document = await readKeys(await call(jwksUri))
      known = true
      onFetched(true)
      return document
    } catch (error) {
      onFetched(false)
      const retryAfterSeconds = pauseAfterFailure()
      pausedUntil = clock() + retryAfterSeconds
      throw new GatewayError('GW_ERR_COGNITO_UNAVAILABLE', {
        reason: `the keys of the user pool cannot be fetched from ${jwksUri}`,
        cause: toPlainError(error),
        retryAfterSeconds,
      })
    }
  }
}

/** An error page, or a document without keys, must not take the place of the keys that are known. */
async function readKeys(answer: Answer): Promise<ArrayBuffer> {
  if (answer.status !== 200) throw new Error(`expected status 200, seen ${answer.status}`)
  const document = await answer.arrayBuffer()
  const { keys } = JSON.parse(new TextDecoder().decode(document)) as { keys?: unknown }
  if (!Array.isArray(keys) || keys.length === 0) throw new Error('expected keys, seen none')
  return document
}
