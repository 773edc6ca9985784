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
