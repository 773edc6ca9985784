// Load that comes whether or not there are answers, as people do: so many requests a second, each on a connection that
// is free, and a new one where none is. Waiting counts from when a request was due.
import { connect, type Socket } from 'node:net'

/** What is offered. */
export interface Offer {
  readonly port: number
  /** The bytes of every request. */
  readonly request: Buffer
  readonly perSecond: number
  readonly seconds: number
  /** Beyond it requests are not sent, and counted. */
  readonly maxConnections: number
}

/** What became of it; waits in milliseconds, when they ended in `performance.now()`. */
export interface Outcome {
  readonly waits: ReadonlyMap<number, number[]>
  /** When the last answer of each status came. */
  readonly lastAt: ReadonlyMap<number, number>
  readonly broken: number
  readonly unsent: number
  readonly connections: number
}

const tickMs = 2
const lingerMs = 15_000

/** Offers load for so long, then waits for what is under way. */
export async function offer({
  port,
  request,
  perSecond,
  seconds,
  maxConnections,
}: Offer): Promise<Outcome> {
  const waits = new Map<number, number[]>()
  const lastAt = new Map<number, number>()
  const idle: Socket[] = []
  let [open, busy, broken, unsent, most] = [0, 0, 0, 0, 0]

  function send(socket: Socket & { dueAt?: number }, dueAt: number): void {
    busy++
    socket.dueAt = dueAt
    socket.write(request)
  }

  function openConnection(dueAt: number): void {
    const socket: Socket & { dueAt?: number } = connect({ port, host: '127.0.0.1', noDelay: true })
    open++
    most = Math.max(most, open)
    let head = ''
    let left = -1
    socket.on('data', chunk => {
      let body = chunk.length
      if (left === -1) {
        head += chunk.toString('latin1')
        const end = head.indexOf('\r\n\r\n')
        if (end === -1) return
        left = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0)
        body = head.length - end - 4
      }
      left -= body
      if (left > 0) return
      const status = Number(head.slice(9, 12))
      const now = performance.now()
      const list = waits.get(status) ?? []
      list.push(now - (socket.dueAt ?? now))
      waits.set(status, list)
      lastAt.set(status, now)
      head = ''
      left = -1
      busy--
      delete socket.dueAt
      idle.push(socket)
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      open--
      const at = idle.indexOf(socket)
      if (at !== -1) idle.splice(at, 1)
      if (socket.dueAt === undefined) return
      busy--
      broken++
    })
    send(socket, dueAt)
  }

  const begun = performance.now()
  let offered = 0
  while (performance.now() - begun < seconds * 1000) {
    const due = Math.floor(((performance.now() - begun) / 1000) * perSecond)
    for (; offered < due; offered++) {
      const dueAt = begun + (offered / perSecond) * 1000
      const free = idle.pop()
      if (free !== undefined) send(free, dueAt)
      else if (open < maxConnections) openConnection(dueAt)
      else unsent++
    }
    await new Promise(resolve => setTimeout(resolve, tickMs))
  }
  const until = performance.now() + lingerMs
  while (busy > 0 && performance.now() < until) await new Promise(resolve => setTimeout(resolve, 5))
  for (const socket of idle) socket.destroy()
  return { waits, lastAt, broken: broken + busy, unsent, connections: most }
}
