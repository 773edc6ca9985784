// What an application sends goes from the socket to undici's parser without a queue of node:stream between them, which
// costs 2 µs of a request (bench/PROFILE.md). For undici it is the stream it knows: 'readable', read, unshift.
import type { OnReadOpts, Socket } from 'node:net'

const pieceBytes = 64 * 1024
/** One for all connections: it holds something no longer than the call lasts that tells of it. */
const arrival = Buffer.allocUnsafeSlow(pieceBytes)

/** The reads of one connection. What nobody takes keeps the socket from reading more, so that TCP slows the sender. */
export class DirectReads {
  /** For the socket's options (https://nodejs.org/api/net.html, `onread`). */
  readonly onread: OnReadOpts = { buffer: arrival, callback: length => this.#arrived(length) }
  #socket: Socket | null = null
  /** What was not taken yet; bounded by two pieces. */
  #left: Buffer | null = null
  #isStopped = false

  /** Before anybody listens to the socket, which was made with `onread`. */
  serve(socket: Socket): void {
    this.#socket = socket
    const ofStream = socket.read
    socket.read = size => {
      // With a size the stream is asked to look again, for its end above all.
      if (size !== undefined) return ofStream.call(socket, size)
      const piece = this.#left
      this.#left = null
      if (piece === null && this.#isStopped) {
        this.#isStopped = false
        ofStream.call(socket, 0)
      }
      return piece
    }
    socket.unshift = (piece: Buffer) => {
      if (piece.length > 0) this.#left = joined(piece, this.#left)
    }
  }

  /** Whether more may come. */
  #arrived(length: number): boolean {
    // A copy: what is kept would become what the next connection reads, somebody else's answer.
    const piece = Buffer.from(arrival.subarray(0, length))
    this.#left = this.#left === null ? piece : joined(this.#left, piece)
    this.#socket?.emit('readable')
    this.#isStopped = this.#left !== null
    return !this.#isStopped
  }
}

function joined(first: Buffer, second: Buffer | null): Buffer {
  return second === null ? first : Buffer.concat([first, second])
}
