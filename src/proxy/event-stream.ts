// Answers that never end by themselves (HTML, Server-sent events).

const eventStream = Buffer.from('text/event-stream')

/** `text/event-stream`, by bytes: this is every answer's way. @param raw  name, value, name, value, … */
export function isEventStream(raw: readonly Buffer[]): boolean {
  for (let at = 1; at < raw.length; at += 2) {
    const value = raw[at] as Buffer
    if (value.length < eventStream.length || value[0] !== eventStream[0]) continue
    if (value.toString('latin1', 0, eventStream.length) !== eventStream.toString()) continue
    return (raw[at - 1] as Buffer).toString('latin1').toLowerCase() === 'content-type'
  }
  return false
}

/** An answer under way that is one. */
interface Stream {
  end(): void
}

/** The event streams of one upstream, until everybody is told to connect again. */
export class EventStreams {
  readonly #open = new Set<Stream>()
  #closed = false

  /** Who comes after the good-bye was on the way already, and is told as well: when its head is out. */
  add(stream: Stream): void {
    this.#open.add(stream)
    if (this.#closed) setImmediate(() => stream.end())
  }

  delete(stream: Stream): void {
    this.#open.delete(stream)
  }

  close(): void {
    this.#closed = true
    for (const stream of this.#open) stream.end()
  }
}
