// A listener that outlives those who answer behind it: requests go to whoever is inside, who can be replaced between
// two requests while connections stay.
import { lookup } from 'node:dns/promises'
import type { EventEmitter } from 'node:events'
import { createServer, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'

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

/** A listener without anybody behind it, until `admit`. */
export interface Door {
  /** Gives the port, which the system chooses for 0. Rejects with what Node says. */
  listen(place: Place): Promise<number>
  /** From the next request on, the listeners of this server answer. */
  admit(inside: EventEmitter): void
  /** The answers that are being given now. */
  answering(): Answering
  /**
   * Accepts no more, closes connections as they fall idle; resolves when the last one is gone.
   *
   * @param lingerMs  how long idle connections are kept before that
   */
  close(lingerMs?: number): Promise<void>
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

/** The socket that an answer is written to knows it. */
type AnsweringSocket = Socket & { readonly _httpMessage?: ServerResponse | null }

/** A closed door. */
export function createDoor(limits: DoorLimits): Door {
  const servers: Server[] = []
  const sockets = new Set<AnsweringSocket>()
  let inside: EventEmitter | null = null

  function addServer(): Server {
    const server = createServer(toOptions(limits))
    server.keepAliveTimeout = limits.keepAliveTimeout
    // Streams and slow uploads take as long as they take; only the head has a deadline.
    server.requestTimeout = 0
    server.on('connection', (socket: Socket) => {
      inside?.emit('arrival', socket)
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
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

    answering() {
      const busy = [...sockets].filter(({ _httpMessage: answer }) => answer)
      return {
        done: Promise.all(busy.map(untilIdle)).then(() => {}),
        cut: () => {
          for (const socket of busy) if (socket._httpMessage) socket.destroy()
        },
      }
    },

    async close(lingerMs = 0) {
      const idleFrom = performance.now() + lingerMs
      const sweep = setInterval(() => {
        if (performance.now() < idleFrom) return
        for (const server of servers) server.closeIdleConnections()
      }, idleCheckMs)
      await Promise.all(servers.map(shut))
      clearInterval(sweep)
    },
  }
}

function toOptions({ keepAliveTimeout: _, ...limits }: DoorLimits): ServerOptions {
  return limits
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
