// Where WebSocket frames begin and end (RFC 6455 section 5.2), so that a frame of ours never lands inside
// another. Nothing is kept of what the frames carry.

const maxHeadBytes = 14

/** Follows the frames of one direction. */
export class Frames {
  readonly #head = Buffer.alloc(maxHeadBytes)
  #headBytes = 0
  #payloadLeft = 0

  /** True between two frames. */
  get atBoundary(): boolean {
    return this.#headBytes === 0 && this.#payloadLeft === 0
  }

  /** Reads to the end of the frame, or of the chunk. Gives the place after it. */
  readFrame(chunk: Buffer, from: number): number {
    let at = from
    while (this.#payloadLeft === 0) {
      if (at === chunk.length) return at
      this.#head[this.#headBytes++] = chunk[at++] as number
      if (this.#headBytes < headLength(this.#head, this.#headBytes)) continue
      this.#payloadLeft = payloadLength(this.#head)
      this.#headBytes = 0
      if (this.#payloadLeft === 0) return at
    }
    const read = Math.min(this.#payloadLeft, chunk.length - at)
    this.#payloadLeft -= read
    return at + read
  }

  /** Reads the whole chunk. */
  readAll(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) at = this.readFrame(chunk, at)
  }
}

/** @param known  how many bytes of the head are there; the second says how many there will be */
function headLength(head: Buffer, known: number): number {
  if (known < 2) return 2
  const second = head[1] as number
  const length = second & 0x7f
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (second & 0x80 ? 4 : 0)
}

function payloadLength(head: Buffer): number {
  const length = (head[1] as number) & 0x7f
  if (length === 126) return head.readUInt16BE(2)
  return length === 127 ? Number(head.readBigUInt64BE(2)) : length
}

/** A close frame as servers send it (RFC 6455 section 5.5.1). @param reason  at most 123 bytes */
export function closeFrame(code: number, reason: string): Buffer {
  const length = 2 + Buffer.byteLength(reason)
  const frame = Buffer.from([0x88, length, code >> 8, code & 0xff])
  return Buffer.concat([frame, Buffer.from(reason)])
}
