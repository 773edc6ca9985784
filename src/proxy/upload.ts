// The body of a request on its way up. undici destroys what it reads from whenever it likes, so it never
// gets the client's own stream: with that the client's connection would go, and the answer with it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { GatewayError } from '../errors.js'

/** How often somebody looks whether the rest of an upload still comes. */
const letGoTurnMs = 10_000
/** Five minutes. */
const maxLetGoTurns = 30

/** Bounds of an upload, and who hears of it. */
interface UploadOptions {
  readonly maxBytes: number
  /** How long the client may send nothing while it is read from; zero for ever. */
  readonly idleMs: number
  /** Called each time the upstream wants more. */
  readonly onWanted: () => void
  /** GW_ERR_BODY_TOO_LARGE, or GW_ERR_UPLOAD_TIMEOUT. */
  readonly onFailure: (error: GatewayError) => void
}

/** A request's body as a stream of its own; cheaper than piping through a PassThrough. */
export class Upload extends Readable {
  readonly #request: IncomingMessage
  readonly #options: UploadOptions
  readonly #idle: NodeJS.Timeout | null
  #bytes = 0
  #ended = false

  constructor(request: IncomingMessage, options: UploadOptions) {
    super({ highWaterMark: request.readableHighWaterMark })
    this.#request = request
    this.#options = options
    this.#idle = options.idleMs === 0 ? null : setTimeout(this.#onIdle, options.idleMs)
    request.on('data', this.#onData)
    request.on('end', this.#onEnd)
    // undici destroys it with an error when it has the answer; the reason reaches us through onError.
    this.on('error', ignore)
  }

  /** Whether the upstream would take more than the client has sent. */
  get isClientsTurn(): boolean {
    return !this.#ended && !this.isPaused()
  }

  override _read(): void {
    this.#options.onWanted()
    this.#idle?.refresh()
    this.#request.resume()
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#stop()
    callback(error)
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#bytes += chunk.length
    this.#idle?.refresh()
    if (this.#bytes > this.#options.maxBytes) this.#fail('GW_ERR_BODY_TOO_LARGE')
    else if (!this.push(chunk)) this.#request.pause()
  }

  readonly #onEnd = (): void => {
    this.#ended = true
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.push(null)
  }

  /** Only the client is held to it: while the upstream takes nothing, nothing can come. */
  readonly #onIdle = (): void => {
    if (this.#request.isPaused()) this.#idle?.refresh()
    else this.#fail('GW_ERR_UPLOAD_TIMEOUT')
  }

  #fail(code: 'GW_ERR_BODY_TOO_LARGE' | 'GW_ERR_UPLOAD_TIMEOUT'): void {
    this.#stop()
    this.#options.onFailure(new GatewayError(code))
  }

  #stop(): void {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#request.off('data', this.#onData)
    this.#request.off('end', this.#onEnd)
  }
}

function ignore(): void {}

/** A request has a body when its head says so (RFC 9112 section 6). */
export function hasBody({ headers }: IncomingMessage): boolean {
  return (
    headers['transfer-encoding'] !== undefined ||
    (headers['content-length'] !== undefined && headers['content-length'] !== '0')
  )
}

/**
 * Tells a client that waits for it to begin its upload (RFC 9110 section 10.1.1); others hear nothing.
 *
 * Called when the upstream takes the body, so a request that is refused is never sent one.
 */
export function sendContinue(
  { headers, httpVersion }: IncomingMessage,
  response: ServerResponse,
): void {
  if (headers.expect === undefined || httpVersion !== '1.1') return
  if (!continued.has(response) && !response.headersSent) response.writeContinue()
  continued.add(response)
}

const continued = new WeakSet<ServerResponse>()

const distrusted = new WeakSet<Socket>()

/**
 * Whether the length of a body could be read in another way by who stands before us: request smuggling.
 *
 * Node accepts lists such as `,chunked`, and codings in HTTP/1.0 (RFC 9112 section 6.1). Whatever follows on
 * such a connection, already parsed or not, may be a body to who sent it, so it is no request to us either.
 */
export function isOddlyFramed({ headers, httpVersion, socket }: IncomingMessage): boolean {
  const coding = headers['transfer-encoding']
  if (coding === undefined) return distrusted.has(socket)
  if (coding.toLowerCase() === 'chunked' && httpVersion === '1.1') return distrusted.has(socket)
  distrusted.add(socket)
  return true
}

/**
 * Reads what is left of an upload and forgets it: as long as it comes, and for five minutes at most.
 *
 * Closing at once would reset the connection under a client that still sends, and it would lose the answer.
 */
export function letGo(request: IncomingMessage): void {
  request.resume()
  if (request.complete) return
  let [moved, turns] = [false, 0]
  const onData = () => {
    moved = true
  }
  const timer = setInterval(() => {
    turns++
    if (!moved || turns === maxLetGoTurns) request.destroy()
    moved = false
  }, letGoTurnMs).unref()
  request.on('data', onData)
  request.once('close', () => {
    request.off('data', onData)
    clearInterval(timer)
  })
}
