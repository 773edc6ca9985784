// Asks an upstream to switch protocols. It switches, or answers as it would any request, or fails.
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { GatewayError } from '../errors.js'
import { toGatewayError } from './upstream-failure.js'
import type { Upstream } from './upstreams.js'

/** One question, and who hears the answer. Exactly one of the three is called, once. */
export interface Handshake {
  readonly upstream: Pick<Upstream, 'connect'>
  /** The bytes of the request target. */
  readonly target: string
  /** The complete header list, without Connection and Upgrade. */
  readonly headers: readonly string[]
  /** The one protocol asked for. */
  readonly protocol: string
  /** Time limit for the head of the answer, the connection included. */
  readonly timeoutMs: number
  /** @param socket  paused; begins with the first byte after the head */
  readonly onSwitched: (head: IncomingMessage, socket: Duplex) => void
  readonly onAnswer: (answer: IncomingMessage) => void
  readonly onFailure: (error: GatewayError) => void
}

const maxHeadBytes = 32 * 1024

/**
 * Sends the request on a connection of its own.
 *
 * Failures are GW_ERR_UPSTREAM_UNREACHABLE, _TIMEOUT or _INVALID; a 101 to another protocol than the one asked
 * for is invalid.
 * @returns what gives up; nothing is called after that
 */
export function askToSwitch(handshake: Handshake): () => void {
  let connection: Duplex | null = null
  let settled = false

  const settle = (): boolean => {
    if (settled) return false
    settled = true
    clearTimeout(deadline)
    return true
  }
  const fail = (error: GatewayError): void => {
    connection?.destroy()
    if (settle()) handshake.onFailure(error)
  }
  const deadline = setTimeout(
    () => fail(new GatewayError('GW_ERR_UPSTREAM_TIMEOUT', { reason: 'no answer to an upgrade' })),
    handshake.timeoutMs,
  )

  handshake.upstream.connect((error, socket) => {
    if (error !== null) return fail(toGatewayError(error))
    connection = socket
    if (settled) return void socket.destroy()
    const request = send(handshake, socket)
    request.on('error', cause => fail(toGatewayError(cause)))
    request.on('response', answer => {
      // Node takes a 101 that names no protocol for an answer.
      if (answer.statusCode === 101) return fail(invalid('101 without a protocol'))
      if (settle()) handshake.onAnswer(answer)
      else answer.destroy()
    })
    request.on('upgrade', (head, switched, first) => {
      if (!isAskedFor(head, handshake.protocol)) return fail(invalid('101 to another protocol'))
      if (!settle()) return void switched.destroy()
      if (first.length > 0) switched.unshift(first)
      handshake.onSwitched(head, switched)
    })
  })

  return () => {
    settle()
    connection?.destroy()
  }
}

/** Node's client and not undici's: that one destroys the connection when the answer is no 101. */
function send({ target, headers, protocol }: Handshake, socket: Duplex) {
  const request = httpRequest({
    createConnection: () => socket,
    method: 'GET',
    path: target,
    headers: [...headers, 'Connection', 'Upgrade', 'Upgrade', protocol],
    maxHeaderSize: maxHeadBytes,
  })
  request.end()
  return request
}

function isAskedFor({ statusCode, headers }: IncomingMessage, protocol: string): boolean {
  return statusCode === 101 && headers.upgrade?.toLowerCase() === protocol.toLowerCase()
}

function invalid(reason: string): GatewayError {
  return new GatewayError('GW_ERR_UPSTREAM_INVALID', { reason })
}
