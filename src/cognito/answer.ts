// An answer of Cognito's that was read whole. openid-client and the keys' reader take fetch's answers, but fetch's own class
// makes a stream of bytes that are there already: with what reads it, a tenth of a sign-in's time.

/** The part of fetch's answer that the gateway reads. */
export type Answer = Pick<Response, 'status' | 'headers' | 'json' | 'text' | 'arrayBuffer'>

const decoder = new TextDecoder()

/**
 * Of bytes that are all there. Whoever tells answers by class takes it for fetch's, as openid-client does.
 *
 * A body can be read once, as fetch's.
 */
export class WholeAnswer implements Answer {
  readonly status: number
  /** No stream. */
  readonly body = null
  readonly #lines: readonly Buffer[]
  readonly #bytes: Buffer
  #headers: Headers | null = null
  #isUsed = false

  /** @param lines  names and values in turn, as they came */
  constructor(status: number, lines: readonly Buffer[], bytes: Buffer) {
    this.status = status
    this.#lines = lines
    this.#bytes = bytes
  }

  get [Symbol.toStringTag](): string {
    return 'Response'
  }

  get bodyUsed(): boolean {
    return this.#isUsed
  }

  /** Made when somebody asks: nobody does for what went well. */
  get headers(): Headers {
    this.#headers ??= toHeaders(this.#lines)
    return this.#headers
  }

  async json(): Promise<unknown> {
    return JSON.parse(decoder.decode(this.#take()))
  }

  async text(): Promise<string> {
    return decoder.decode(this.#take())
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(this.#take()).buffer
  }

  clone(): WholeAnswer {
    if (this.#isUsed) throw new TypeError('the body has been read')
    return new WholeAnswer(this.status, this.#lines, this.#bytes)
  }

  #take(): Buffer {
    if (this.#isUsed) throw new TypeError('the body has been read')
    this.#isUsed = true
    return this.#bytes
  }
}

/** Whether it is an answer, fetch's or ours. */
export function isAnswer(thing: unknown): thing is Answer {
  return thing instanceof WholeAnswer || thing instanceof Response
}

function toHeaders(lines: readonly Buffer[]): Headers {
  const headers = new Headers()
  for (let at = 0; at < lines.length; at += 2) {
    headers.append(String(lines[at]), lines[at + 1]?.toString('latin1') ?? '')
  }
  return headers
}
