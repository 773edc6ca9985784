// POST /oauth2/events: what becomes of users at Cognito, as EventBridge delivers it. Whoever has the key can sign people
// out and make sessions ask Cognito again, and nothing else.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { RouteHandlerMethod } from 'fastify'
import { GatewayError } from '../errors.js'

/** Takes one event, parsed; says in a word what it came to, or null for what is no event. */
export type TakeEvent = (body: unknown) => Promise<string | null>

/** An event of EventBridge has 256 KB at most. */
const maxBytes = 256 * 1024

/**
 * Answers JSON with `outcome`, so that nothing is delivered again; 503 is (`GW_ERR_SESSION_UNAVAILABLE`).
 *
 * Fails with GW_ERR_EVENTS_KEY, GW_ERR_BODY_TOO_LARGE and GW_ERR_REQUEST_INVALID.
 */
export function eventsEndpoint({
  keys,
  take,
}: {
  keys: readonly string[]
  take: TakeEvent
}): RouteHandlerMethod {
  const digests = keys.map(digest)

  /** Every key is compared, by digests of one length: the time says nothing. */
  function isKey(given: string): boolean {
    const shown = digest(given)
    return digests.filter(known => timingSafeEqual(known, shown)).length > 0
  }

  return async ({ raw }, reply) => {
    const given = raw.headers['x-api-key']
    if (typeof given !== 'string' || !isKey(given)) throw new GatewayError('GW_ERR_EVENTS_KEY')
    const outcome = await take(await readJson(raw))
    if (outcome === null) {
      const reason = 'expected an event of EventBridge with a CloudTrail record of aws.cognito-idp'
      throw new GatewayError('GW_ERR_REQUEST_INVALID', { reason })
    }
    return reply.header('cache-control', 'no-store').send({ outcome })
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > maxBytes) throw new GatewayError('GW_ERR_BODY_TOO_LARGE')
      chunks.push(chunk)
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (error) {
    if (error instanceof GatewayError) throw error
    const reason = 'the body is not whole, or no JSON'
    throw new GatewayError('GW_ERR_REQUEST_INVALID', { reason })
  }
}
