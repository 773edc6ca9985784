// Streams one request to its upstream and the answer back, with back-pressure both ways. No promise, no
// retry; whoever goes away first takes the other side down.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough, type Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { GatewayError } from '../errors.js'
import { buildResponseHeaders, type IsGatewayCookie } from './response-headers.js'
import { maxInFlight, type Upstream } from './upstreams.js'

/** One exchange with an upstream. */
export interface Forwarding {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly upstream: Upstream
  /** The bytes of the request target. */
  readonly target: string
  /** The complete header list for the upstream. */
  readonly headers: string[]
  /** The gateway's Set-Cookie lines for the answer. */
  readonly setCookies: readonly string[]
  readonly isGatewayCookie: IsGatewayCookie
  /** Time limit for the head of the answer. */
  readonly timeoutMs: number
  /** Called at most once, while nothing was written to the client. */
  readonly onFailure: (error: GatewayError) => void
}

/** How long the rest of an upload is read after the answer went out. */
const uploadDrainMs = 10_000
const busyRetrySeconds = 1

/**
 * Forwards. Never throws; failures before the answer's head go to `onFailure` as
 * GW_ERR_UPSTREAM_UNREACHABLE, _TIMEOUT, _INVALID or _BUSY, later ones destroy the client's connection, so
 * that it can see the answer is not whole.
 */
export function forward(forwarding: Forwarding): void {
  const { request, upstream, target, headers, timeoutMs } = forwarding
  if (upstream.inFlight >= maxInFlight) {
    const error = new GatewayError('GW_ERR_UPSTREAM_BUSY', { retryAfterSeconds: busyRetrySeconds })
    forwarding.onFailure(error)
    return
  }
  const exchange = new Exchange(forwarding)
  upstream.pool.dispatch(
    {
      method: request.method as Dispatcher.HttpMethod,
      path: target,
      headers,
      body: exchange.body,
      headersTimeout: timeoutMs,
    },
    exchange,
  )
}

/** A request has a body when its head says so (RFC 9112 section 6). */
function hasBody({ headers }: IncomingMessage): boolean {
  return (
    headers['transfer-encoding'] !== undefined ||
    (headers['content-length'] !== undefined && headers['content-length'] !== '0')
  )
}

const exchangeOf = Symbol('exchange')
type OwnedResponse = ServerResponse & { [exchangeOf]?: Exchange }

/** undici's handler. The raw callbacks are what its parser calls; the newer ones parse headers again. */
class Exchange implements Dispatcher.DispatchHandler {
  /** What undici reads, and destroys when it likes: never the client's own stream, which has the socket. */
  readonly body: Readable | null
  readonly #forwarding: Forwarding
  #abort: ((error?: Error) => void) | null = null
  #resume: (() => void) | null = null
  #wroteBody = false
  #over = false

  constructor(forwarding: Forwarding) {
    this.#forwarding = forwarding
    forwarding.upstream.inFlight++
    const response: OwnedResponse = forwarding.response
    response[exchangeOf] = this
    response.on('close', onClientClose)
    this.body = hasBody(forwarding.request) ? this.#openBody(forwarding.request) : null
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.#over) abort()
    else this.#abort = abort
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void, statusText: string): boolean {
    if (status < 200) return true
    const { response, setCookies, isGatewayCookie } = this.#forwarding
    this.#resume = resume
    try {
      const headers = buildResponseHeaders(raw, setCookies, isGatewayCookie)
      if (this.#uploadIsUnread()) headers.push('Connection', 'close')
      response.writeHead(status, statusText, headers)
    } catch (error) {
      this.#fail(new GatewayError('GW_ERR_UPSTREAM_INVALID', { cause: error }))
      this.#abort?.()
      return true
    }
    // The head waits for the first chunk of the same packet, but not for one that comes later.
    process.nextTick(flushHead, this)
    return true
  }

  onData(chunk: Buffer): boolean {
    const { response } = this.#forwarding
    this.#wroteBody = true
    if (response.write(chunk)) return true
    response.once('drain', () => this.#resume?.())
    return false
  }

  onComplete(): void {
    if (this.#over) return
    this.#end()
    const { request, response } = this.#forwarding
    response.end()
    if (!request.complete) letGo(request)
  }

  onError(error: Error): void {
    if (this.#over) return
    this.#fail(toGatewayError(error))
  }

  flush(): void {
    const { response } = this.#forwarding
    if (!this.#wroteBody && !this.#over && !response.destroyed) response.flushHeaders()
  }

  /** The client is gone, or has its answer. */
  clientClosed(): void {
    if (this.#over) return
    this.#end()
    this.#abort?.()
  }

  #openBody(request: IncomingMessage): Readable {
    const body = new PassThrough()
    request.pipe(body)
    // undici destroys the body when it has the answer; the reason reaches us through onError.
    body.on('error', () => {})
    return body
  }

  #uploadIsUnread(): boolean {
    return this.body !== null && !this.#forwarding.request.complete
  }

  #fail(error: GatewayError): void {
    this.#end()
    const { request, response, onFailure } = this.#forwarding
    if (response.headersSent) return void response.destroy()
    if (!request.complete) {
      response.shouldKeepAlive = false
      letGo(request)
    }
    onFailure(error)
  }

  #end(): void {
    this.#over = true
    this.#forwarding.upstream.inFlight--
    this.#forwarding.response.off('close', onClientClose)
  }
}

function onClientClose(this: OwnedResponse): void {
  this[exchangeOf]?.clientClosed()
}

function flushHead(exchange: Exchange): void {
  exchange.flush()
}

/** Reads what is left of an upload and forgets it, for a while: a client that still sends sees no answer. */
function letGo(request: IncomingMessage): void {
  request.unpipe()
  request.resume()
  const { socket } = request
  const timer = setTimeout(() => socket.destroy(), uploadDrainMs)
  timer.unref()
  request.once('close', () => clearTimeout(timer))
}

function toGatewayError(error: Error & { code?: string }): GatewayError {
  const { code = '' } = error
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_CONNECT_TIMEOUT') {
    return new GatewayError('GW_ERR_UPSTREAM_TIMEOUT', { cause: error })
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code.startsWith('HPE_')) {
    return new GatewayError('GW_ERR_UPSTREAM_INVALID', { cause: error })
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    return new GatewayError('GW_ERR_REQUEST_INVALID', { cause: error })
  }
  return new GatewayError('GW_ERR_UPSTREAM_UNREACHABLE', { cause: error })
}
