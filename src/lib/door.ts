// A listener that outlives those who answer behind it: requests go to whoever is inside, who can be replaced between
// two requests while connections stay.
import { lookup } from 'node:dns/promises'
import type { EventEmitter } from 'node:events'
import { createServer, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import type { SecureContextOptions } from 'node:tls'

/** What every connection has to keep to. */
export interface DoorLimits {
  readonly maxHeaderSize: number
  readonly headersTimeout: number
  readonly connectionsCheckingInterval: number
  readonly keepAliveTimeout: number
  readonly requireHostHeader: boolean
}

/** Where to listen: an address, or a socket that the system has opened already. */
export type Place =
  | { readonly host: string; readonly port: number; readonly backlog: number }
  | { readonly fd: number }

/** Answers that are being given at one moment. */
export interface Answering {
  /** Resolves when the last of them is complete or gone. */
  readonly done: Promise<void>
  /** Takes their connections away. */
  cut(): void
}

/** How long a door that closes has patience. */
export interface Closing {
  /** Idle connections are kept for so long; by default they are not. */
  readonly lingerMs?: number
  /** After that, what is still being answered is waited for, for so long and by default for ever; then it is cut. */
  readonly deadlineMs?: number
}

/** A listener without anybody behind it, until `admit`. */
export interface Door {
  /** Gives the port, which the system chooses for 0. Rejects with what Node says. */
  listen(place: Place): Promise<number>
  /** From the next request on, the listeners of this server answer. */
  admit(inside: EventEmitter): void
  /** Takes this certificate for connections that are not there yet; only where there was one from the start. */
  present(certificate: SecureContextOptions): void
  /** The answers that are being given now. */
  answering(): Answering
  /** Accepts no more, closes connections as they fall idle; resolves when the last one is gone: true when none was cut. */
  close(within?: Closing): Promise<boolean>
}

/** All that Node's server says of what clients ask. */
const events = [
  'request',
  'checkContinue',
  'checkExpectation',
  'connect',
  'upgrade',
  'clientError',
] as const

const idleCheckMs = 200
/** How long a client may take to leave when the door closes. */
const leaveMs = 2000
const handshakeTimeoutMs = 15_000

/** The socket that an answer is written to knows it. */
type AnsweringSocket = Socket & { readonly _httpMessage?: ServerResponse | null }

const leaving = new WeakSet<AnsweringSocket>()

/** A closed door. @param certificate  null: without TLS */
export function createDoor(limits: DoorLimits, certificate: SecureContextOptions | null): Door {
  const servers: (Server | TlsServer)[] = []
  const sockets = new Set<AnsweringSocket>()
  /** With TLS those below them, from before the handshake on. */
  const arrived = new Set<Socket>()
  let inside: EventEmitter | null = null

  function addServer(): Server {
    const options = toOptions(limits)
    const server =
      certificate === null
        ? createServer(options)
        : createTlsServer({ ...options, ...certificate, handshakeTimeout: handshakeTimeoutMs })
    // HTTP's own answer to a handshake that failed would be a page that nobody can read.
    server.removeAllListeners('tlsClientError')
    server.on('tlsClientError', (_error, socket) => socket.destroy())
    server.keepAliveTimeout = limits.keepAliveTimeout
    // Streams and slow uploads take as long as they take; only the head has a deadline.
    server.requestTimeout = 0
    // Before a handshake: connections that never begin one count as well.
    server.on('connection', (socket: Socket) => {
      inside?.emit('arrival', socket)
      if (certificate !== null) keepUntilClosed(arrived, socket)
    })
    server.on(certificate === null ? 'connection' : 'secureConnection', (socket: Socket) => {
      keepUntilClosed(sockets, socket)
    })
    servers.push(server)
    if (inside !== null) moveIn(server, inside)
    return server
  }

  /** `localhost` is an address of both versions, where the machine has both. */
  async function listenOn({ host, port, backlog }: Extract<Place, { host: string }>) {
    const found = host === 'localhost' ? await lookup(host, { all: true }) : [{ address: host }]
    const [first = { address: host }, ...others] = found
    const chosen = await open(addServer(), { host: first.address, port, backlog })
    for (const { address } of others) {
      if (address === first.address) continue
      const server = addServer()
      await open(server, { host: address, port: chosen, backlog }).catch(() => {
        servers.splice(servers.indexOf(server), 1)
      })
    }
    return chosen
  }

  return {
    listen: place => ('fd' in place ? open(addServer(), place) : listenOn(place)),

    admit(next) {
      inside = next
      for (const server of servers) moveIn(server, next)
    },

    present(next) {
      for (const server of servers) if ('setSecureContext' in server) server.setSecureContext(next)
    },

    answering() {
      const busy = [...sockets].filter(({ _httpMessage: answer }) => answer)
      return {
        done: Promise.all(busy.map(untilIdle)).then(() => {}),
        cut: () => {
          for (const socket of busy) if (socket._httpMessage) socket.destroy()
        },
      }
    },

    async close({ lingerMs = 0, deadlineMs } = {}) {
      const idleFrom = performance.now() + lingerMs
      const sweep = setInterval(() => {
        if (performance.now() < idleFrom) return
        for (const server of servers) server.closeIdleConnections()
        for (const socket of sockets) dropWhenLate(socket)
      }, idleCheckMs)
      let whole = true
      const cut = () => {
        whole = [...sockets].every(isWaitedForInVain)
        for (const socket of [...sockets, ...arrived]) socket.destroy()
      }
      const deadline = deadlineMs === undefined ? null : setTimeout(cut, lingerMs + deadlineMs)
      await Promise.all(servers.map(shut))
      clearInterval(sweep)
      if (deadline !== null) clearTimeout(deadline)
      return whole
    },
  }
}

/** A request that is read again comes as a connection again. */
function keepUntilClosed(kept: Set<Socket>, socket: Socket): void {
  if (kept.has(socket)) return
  kept.add(socket)
  socket.once('close', () => kept.delete(socket))
}

function toOptions({ keepAliveTimeout: _, ...limits }: DoorLimits): ServerOptions {
  return limits
}

/**
 * We have said the last word, and the other end neither reads it nor leaves; or it has come ahead of a request that it may
 * never make, as browsers and load balancers do. Node takes neither for idle.
 */
function dropWhenLate(socket: AnsweringSocket): void {
  if (leaving.has(socket) || !isWaitedForInVain(socket)) return
  const timer = setTimeout(() => {
    leaving.delete(socket)
    if (isWaitedForInVain(socket)) socket.destroy()
  }, leaveMs)
  leaving.add(socket)
  socket.once('close', () => clearTimeout(timer))
}

function isWaitedForInVain(socket: AnsweringSocket): boolean {
  if (socket._httpMessage) return false
  return socket.writableEnded || socket.bytesRead === 0
}

/** Listeners are moved and not called through: a request costs nothing more than without a door. */
function moveIn(server: Server, inside: EventEmitter): void {
  for (const event of events) {
    server.removeAllListeners(event)
    for (const listener of inside.listeners(event)) {
      server.on(event, listener as (...args: unknown[]) => void)
    }
  }
}

function open(
  server: Server,
  place: Place | { host: string; port: number; backlog: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(place, () => {
      server.removeListener('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

/** Requests that came at once are answered one after the other. */
async function untilIdle(socket: AnsweringSocket): Promise<void> {
  for (let answer = socket._httpMessage; answer; answer = socket._httpMessage) {
    const current = answer
    await new Promise<void>(resolve => {
      current.once('close', resolve)
      socket.once('close', resolve)
    })
    if (socket._httpMessage === current) return
  }
}

function shut(server: Server): Promise<void> {
  return new Promise(resolve => {
    // Not that of HTTP, which takes connections away from under clients that are about to ask.
    NetServer.prototype.close.call(server, () => {
      // Its timer ends with HTTP's own.
      server.close(() => {})
      resolve()
    })
  })
}
