// Streams one request to its upstream and the answer back, with back-pressure both ways. No promise, no
// retry; whoever goes away first takes the other side down.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Dispatcher } from 'undici'
import { GatewayError } from '../errors.js'
import { noConnectionFree, refusalOf } from './admission.js'
import { isEventStream } from './event-stream.js'
import type { Forwarding } from './forwarding.js'
import type { AwaitsHead } from './head-deadlines.js'
import { buildResponseHeaders, reasonPhrase } from './response-headers.js'
import { hasBody, letGo, sendContinue, Upload } from './upload.js'
import { lateHead, toGatewayError } from './upstream-failure.js'

/** One character a byte: beyond this, the copy costs more than the second write. */
const maxJoinedBytes = 4096

/** undici's options, with one that its types leave out. */
type DispatchOptions = Dispatcher.DispatchOptions & { readonly servername: string }

/**
 * Forwards. Never throws; failures before the answer's head go to `onFailure` as
 * GW_ERR_UPSTREAM_UNREACHABLE, _TIMEOUT, _INVALID, _BUSY or _DOWN, GW_ERR_GATEWAY_BUSY or GW_ERR_BODY_TOO_LARGE; later ones destroy the
 * client's connection, so that it can see the answer is not whole.
 */
export function forward(forwarding: Forwarding): void {
  const { request, response, upstream } = forwarding
  // Left while it was found out who that is: nothing would tell of it any more, and the exchange would never end.
  if (response.destroyed || request.socket.destroyed) return
  const isTooLarge = Number(request.headers['content-length'] ?? 0) > forwarding.maxBodyBytes
  const refusal = isTooLarge ? new GatewayError('GW_ERR_BODY_TOO_LARGE') : refusalOf(upstream)
  if (refusal !== null) {
    letGo(request)
    forwarding.watch.failed(refusal.code)
    forwarding.onFailure(refusal)
    return
  }
  const exchange = new Exchange(forwarding)
  const options: DispatchOptions = {
    method: request.method as Dispatcher.HttpMethod,
    path: forwarding.target,
    headers: forwarding.headers,
    body: exchange.body,
    // Ours: see head-deadlines.
    headersTimeout: 0,
    bodyTimeout: forwarding.idleMs,
    // Without it undici takes the Host header, and opens a new connection whenever that changes.
    servername: upstream.hostname,
    // No other request waits on the same connection: nothing to look after when the head has come.
    blocking: false,
  }
  upstream.pool.dispatch(options, exchange)
  if (upstream.inFlight > upstream.maxConnections) exchange.limitWait()
}

const exchangeOf = Symbol('exchange')
type OwnedResponse = ServerResponse & { [exchangeOf]?: Exchange }

/** undici's handler. The raw callbacks are what its parser calls; the newer ones parse headers again. */
class Exchange implements Dispatcher.DispatchHandler, AwaitsHead {
  readonly body: Upload | Buffer | null
  headSeat = -1
  readonly #upload: Upload | null
  readonly #forwarding: Forwarding
  readonly #askedMs = performance.now()
  #abort: ((error?: Error) => void) | null = null
  #resume: (() => void) | null = null
  #waiting: NodeJS.Timeout | null = null
  #headIsHeld = false
  /** Nothing more goes to the client from here. */
  #over = false
  #released = false

  constructor(forwarding: Forwarding) {
    this.#forwarding = forwarding
    forwarding.upstream.inFlight++
    forwarding.upstream.all.inFlight++
    const response: OwnedResponse = forwarding.response
    response[exchangeOf] = this
    response.on('close', onClientClose)
    if (response.socket === null) this.#watchConnection(forwarding.request.socket)
    const { wholeBody, request } = forwarding
    this.#upload = wholeBody === undefined && hasBody(request) ? this.#openUpload() : null
    this.body = wholeBody ?? this.#upload
  }

  /** When all connections are taken, undici's queue has no deadline of its own. */
  limitWait(): void {
    if (this.#over || this.#abort !== null) return
    const { maxWaitMs } = this.#forwarding.upstream
    this.#waiting = setTimeout(() => this.#fail(noConnectionFree), maxWaitMs)
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#stopWaiting()
    if (this.#over) {
      abort()
      return
    }
    this.#abort = abort
    this.#forwarding.upstream.headDeadlines.start(this)
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void, statusText: string): boolean {
    const { response, upstream, setCookies, isGatewayCookie, editAnswer } = this.#forwarding
    if (status < 200) {
      upstream.headDeadlines.start(this)
      return true
    }
    upstream.headDeadlines.stop(this)
    upstream.breaker.succeeded()
    this.#resume = resume
    try {
      const headers = buildResponseHeaders(raw, setCookies(), isGatewayCookie, editAnswer)
      response.writeHead(status, reasonPhrase(status, statusText), headers)
      this.#forwarding.watch.answered(status, performance.now() - this.#askedMs, response)
    } catch (error) {
      this.#fail(asInvalid(error))
      this.#abort?.()
      return true
    }
    if (isEventStream(raw)) this.#forwarding.upstream.eventStreams.add(this)
    this.#headIsHeld = true
    process.nextTick(sendHead, this)
    return true
  }

  onData(chunk: Buffer): boolean {
    // A write to an answer that is gone would be an 'error' event that nobody hears, and end the process.
    if (this.#over) return true
    const { response } = this.#forwarding
    const flows =
      this.#headIsHeld && chunk.length <= maxJoinedBytes
        ? writeWithHead(response, chunk)
        : response.write(chunk)
    this.#headIsHeld = false
    if (flows) return true
    response.once('drain', onDrain)
    return false
  }

  onComplete(): void {
    this.#release()
    if (this.#over) return
    this.#over = true
    this.#forwarding.response.end()
    this.#letGoOfUpload()
  }

  onError(error: Error): void {
    this.#release()
    this.#fail(toGatewayError(error))
  }

  /** The head goes out with the first piece of the body, if the same packet brings one; else by itself. */
  sendHead(): void {
    if (!this.#headIsHeld || this.#over) return
    // Not flushHeaders: it would write the head as UTF-8 and change every byte above 0x7F.
    this.#forwarding.response.write('', 'latin1')
  }

  drained(): void {
    this.#resume?.()
  }

  /**
   * Ends an answer that is an event stream, as its application would: whoever listens connects again, to an instance that
   * stays (HTML, Server-sent events, reconnection).
   */
  end(): void {
    if (this.#over) return
    this.#over = true
    this.#forwarding.response.end()
    this.#abort?.()
  }

  get headTimeoutMs(): number {
    return this.#forwarding.timeoutMs
  }

  get isUpstreamsTurn(): boolean {
    return this.#upload === null || !this.#upload.isClientsTurn
  }

  headIsLate(): void {
    this.#giveUp(lateHead(this.headTimeoutMs))
  }

  /** The client is gone, or has its answer. */
  clientClosed(): void {
    if (this.#over) return
    this.#over = true
    this.#stopWaiting()
    this.#abort?.()
  }

  #openUpload(): Upload {
    const { request, response, upstream, maxBodyBytes, idleMs } = this.#forwarding
    return new Upload(request, {
      maxBytes: maxBodyBytes,
      idleMs,
      onWanted: () => {
        sendContinue(request, response)
        upstream.headDeadlines.moved(this)
      },
      onFailure: error => this.#giveUp(error),
    })
  }

  /** Takes the upstream's side down too, so that no half of a body counts as a whole. */
  #giveUp(error: GatewayError): void {
    if (this.#over) return
    this.#fail(error)
    this.#abort?.()
  }

  /** An answer that waits behind another (pipelining) is not told when its connection closes. */
  #watchConnection(socket: Socket): void {
    const onClose = () => this.clientClosed()
    socket.once('close', onClose)
    this.#forwarding.response.once('close', () => socket.off('close', onClose))
  }

  #fail(error: GatewayError): void {
    if (this.#over) return
    this.#over = true
    this.#stopWaiting()
    const { response, onFailure, watch } = this.#forwarding
    watch.failed(error.code)
    if (response.headersSent) return void response.destroy()
    this.#letGoOfUpload()
    // A writeHead that threw leaves its reason phrase behind.
    response.statusMessage = ''
    onFailure(error)
  }

  /** The body goes first: what still reads it would pause the request again once it is full. */
  #letGoOfUpload(): void {
    if (this.#upload === null) return
    this.#upload.destroy()
    letGo(this.#forwarding.request)
  }

  /** undici is through with this request. Not earlier: what waits in its queue still takes memory. */
  #release(): void {
    if (this.#released) return
    this.#released = true
    this.#forwarding.upstream.headDeadlines.stop(this)
    this.#forwarding.upstream.eventStreams.delete(this)
    this.#stopWaiting()
    this.#forwarding.upstream.inFlight--
    this.#forwarding.upstream.all.inFlight--
    this.#forwarding.watch.ended(performance.now() - this.#forwarding.begunMs)
  }

  #stopWaiting(): void {
    if (this.#waiting === null) return
    clearTimeout(this.#waiting)
    this.#waiting = null
  }
}

function onClientClose(this: OwnedResponse): void {
  this[exchangeOf]?.clientClosed()
}

function onDrain(this: OwnedResponse): void {
  this[exchangeOf]?.drained()
}

/**
 * Text joins the head, and uncorked it leaves at once: one plain write. Bytes would be gathered until the end of the
 * answer, with an empty piece behind them, which costs 5 % of the whole way more (bench/throughput). Corked here, so that
 * Node does not do so until the next tick.
 */
function writeWithHead(response: ServerResponse, chunk: Buffer): boolean {
  const { socket } = response
  socket?.cork()
  const flows = response.write(chunk.toString('latin1'), 'latin1')
  socket?.uncork()
  return flows
}

function sendHead(exchange: Exchange): void {
  exchange.sendHead()
}

function asInvalid(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  return new GatewayError('GW_ERR_UPSTREAM_INVALID', { cause: error })
}
