// Requests at a fixed rate over kept connections. Times count from when a request was due, so that a server that stalls
// does not hide the requests that wait meanwhile (coordinated omission).
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setPriority } from 'node:os'
import type { Contestant } from './load.js'

const connections = 64
/** It waits for the clock in turns of the event loop, and the application on the same core must not wait for that. */
const behindOthers = 10
/** From there: root alone may. */
const canComeBack = process.getuid?.() === 0
const headEnd = Buffer.from('\r\n\r\n')
const ok = Buffer.from('HTTP/1.1 200 ')

interface Line {
  readonly socket: Socket
  /** When the request under way was due; null while it is free. */
  due: number | null
  rest: Buffer
  /** Bytes of the last good answer that came in one piece. */
  usual: number
}

/** Milliseconds from due to answered, of every request. Throws on any answer that is not 200. */
export async function pacedLoad(
  { port, path = '/', headers, label }: Contestant,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<number[]> {
  const request = [`GET ${path} HTTP/1.1`, `Host: localhost:${port}`, ...headers, '', ''].join(
    '\r\n',
  )
  const times: number[] = []
  const waiting: number[] = []
  let failure: Error | null = null
  const lines = await Promise.all(Array.from({ length: connections }, () => open(port)))
  const send = (line: Line, due: number) => {
    line.due = due
    line.socket.write(request, 'latin1')
  }
  for (const line of lines) {
    line.socket.on('error', error => (failure = error))
    line.socket.on('data', chunk => {
      const status = takeAnswer(line, chunk)
      if (status === null || line.due === null) return
      if (status !== 200) failure = new Error(`${label} answered ${status}: nothing counts`)
      times.push(performance.now() - line.due)
      line.due = null
      const next = waiting.shift()
      if (next !== undefined) send(line, next)
    })
  }
  if (canComeBack) setPriority(behindOthers)
  const begun = performance.now()
  const all = perSecond * seconds
  for (let sent = 0; sent < all && failure === null; ) {
    const now = performance.now()
    for (; sent < all && begun + (sent / perSecond) * 1000 <= now; sent++) {
      const due = begun + (sent / perSecond) * 1000
      const free = lines.find(line => line.due === null)
      if (free === undefined) waiting.push(due)
      else send(free, due)
    }
    await new Promise(resolve => setImmediate(resolve))
  }
  while (times.length < all && failure === null)
    await new Promise(resolve => setTimeout(resolve, 5))
  if (canComeBack) setPriority(0)
  for (const { socket } of lines) socket.destroy()
  if (failure !== null) throw failure
  return times
}

async function open(port: number): Promise<Line> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return { socket, due: null, rest: Buffer.alloc(0), usual: -1 }
}

/**
 * The status of an answer that is whole; null until then. What is as long as a good answer of before, and begins like one, is
 * not read anew: what the load does itself would be in the figures.
 */
function takeAnswer(line: Line, chunk: Buffer): number | null {
  const isFirst = line.rest.length === 0
  if (isFirst && chunk.length === line.usual && chunk.compare(ok, 0, ok.length, 0, ok.length) === 0)
    return 200
  const status = readAnswer(line, chunk)
  if (isFirst && status === 200) line.usual = chunk.length
  return status
}

/** By its Content-Length. */
function readAnswer(line: Line, chunk: Buffer): number | null {
  line.rest = line.rest.length === 0 ? chunk : Buffer.concat([line.rest, chunk])
  const head = line.rest.indexOf(headEnd)
  if (head === -1) return null
  const text = line.rest.toString('latin1', 0, head)
  const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
  if (line.rest.length < head + headEnd.length + length) return null
  line.rest = Buffer.alloc(0)
  return Number(text.slice(9, 12))
}
