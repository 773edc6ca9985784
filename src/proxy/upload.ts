// The body of a request on its way up. undici destroys what it reads from whenever it likes, so it never
// gets the client's own stream: with that the client's connection would go, and the answer with it.
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'

/** How long the rest of an upload is read after the answer went out. */
const letGoMs = 30_000

/** A request's body as a stream of its own; cheaper than piping through a PassThrough. */
export class Upload extends Readable {
  readonly #request: IncomingMessage

  constructor(request: IncomingMessage) {
    super({ highWaterMark: request.readableHighWaterMark })
    this.#request = request
    request.on('data', this.#onData)
    request.on('end', this.#onEnd)
    // undici destroys it with an error when it has the answer; the reason reaches us through onError.
    this.on('error', ignore)
  }

  override _read(): void {
    this.#request.resume()
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#request.off('data', this.#onData)
    this.#request.off('end', this.#onEnd)
    callback(error)
  }

  readonly #onData = (chunk: Buffer): void => {
    if (!this.push(chunk)) this.#request.pause()
  }

  readonly #onEnd = (): void => {
    this.push(null)
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
 * Reads what is left of an upload and forgets it, for a while.
 *
 * Closing at once would reset the connection under a client that still sends, and it would lose the answer.
 */
export function letGo(request: IncomingMessage): void {
  request.resume()
  if (request.complete) return
  const timer = setTimeout(() => request.destroy(), letGoMs)
  timer.unref()
  request.once('close', () => clearTimeout(timer))
}
