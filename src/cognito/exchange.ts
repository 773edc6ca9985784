// One call and its whole answer, bounded in time and size. On undici's `dispatch`: `request` makes a stream, an abort
// signal and an iterator for what is a few packets.
import type { Dispatcher } from 'undici'
import { WholeAnswer } from './answer.js'

/** What is asked, and of whom. */
export interface Asked {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

/** For an answer. */
export interface Bounds {
  /** From now to its last byte. */
  readonly timeoutMs: number
  /** Of its body. */
  readonly maxBytes: number
}

/** Sends it once. Rejects with a TimeoutError, with a TypeError for a larger answer, and with undici's errors. */
export function exchange(
  dispatcher: Dispatcher,
  { method, url: { origin, pathname, search }, headers, body }: Asked,
  bounds: Bounds,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const options = { method: method as Dispatcher.HttpMethod, origin, path: pathname + search }
    const handler = new Exchange(bounds, resolve, reject)
    dispatcher.dispatch({ ...options, headers, body }, handler)
  })
}

/** undici's handler. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #maxBytes: number
  readonly #resolve: (answer: WholeAnswer) => void
  readonly #reject: (error: Error) => void
  readonly #timer: NodeJS.Timeout
  readonly #chunks: Buffer[] = []
  #abort: ((error?: Error) => void) | null = null
  #status = 0
  #lines: readonly Buffer[] = []
  #bytes = 0
  #over = false

  constructor(
    { timeoutMs, maxBytes }: Bounds,
    resolve: (answer: WholeAnswer) => void,
    reject: (error: Error) => void,
  ) {
    this.#maxBytes = maxBytes
    this.#resolve = resolve
    this.#reject = reject
    this.#timer = setTimeout(() => this.#fail(timedOut()), timeoutMs)
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.#over) abort()
    else this.#abort = abort
  }

  onHeaders(status: number, lines: Buffer[]): boolean {
    if (status < 200) return true
    this.#status = status
    this.#lines = lines
    return true
  }

  onData(chunk: Buffer): boolean {
    this.#bytes += chunk.byteLength
    if (this.#bytes > this.#maxBytes) {
      this.#fail(new TypeError(`an answer is larger than ${this.#maxBytes} bytes`))
    } else {
      this.#chunks.push(chunk)
    }
    return true
  }

  onComplete(): void {
    if (!this.#finish()) return
    this.#resolve(new WholeAnswer(this.#status, this.#lines, this.#body()))
  }

  onError(error: Error): void {
    this.#fail(error)
  }

  /** The connection goes too: the rest of the answer would stand in the way of the next. */
  #fail(error: Error): void {
    if (!this.#finish()) return
    this.#reject(error)
    this.#abort?.(error)
  }

  #finish(): boolean {
    if (this.#over) return false
    this.#over = true
    clearTimeout(this.#timer)
    return true
  }

  #body(): Buffer {
    const [first, ...more] = this.#chunks
    if (first === undefined) return Buffer.alloc(0)
    return more.length === 0 ? first : Buffer.concat(this.#chunks)
  }
}

function timedOut(): DOMException {
  return new DOMException('the deadline of the call has passed', 'TimeoutError')
}
