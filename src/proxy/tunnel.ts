// An upgraded connection: the client's socket and one to the upstream, joined both ways with back-pressure.
// Whoever leaves takes the other side down; what is cut from here is told why where the protocol has words.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Duplex, pipeline } from 'node:stream'
import type { GatewayError } from '../errors.js'
import { upgradeRefusalOf } from './admission.js'
import type { EditAnswer } from './answer-edits.js'
import { closeFrame, Frames } from './frames.js'
import { askToSwitch } from './handshake.js'
import { watchIdle } from './idle.js'
import { buildResponseHeaders, type IsGatewayCookie } from './response-headers.js'
import type { Upstream } from './upstreams.js'

/** Why a tunnel is closed from here. */
export type Ending = 'session-over' | 'not-allowed' | 'idle' | 'going-away'

/** One upgrade on its way to an upstream. */
export interface TunnelRequest {
  readonly request: IncomingMessage
  /** Holds the client's socket until the upstream has switched. */
  readonly response: ServerResponse
  readonly upstream: Upstream
  /** The bytes of the request target. */
  readonly target: string
  /** The header list for the upstream, without Connection and Upgrade. */
  readonly headers: readonly string[]
  /** The one protocol that the client asks for. */
  readonly protocol: string
  /** The gateway's Set-Cookie lines; asked for when the answer's head is there. */
  readonly setCookies: () => readonly string[]
  readonly isGatewayCookie: IsGatewayCookie
  readonly editAnswer: EditAnswer | null
  /** Time limit for the head of the answer. */
  readonly timeoutMs: number
  /** Begins to watch over the tunnel; gives what stops the watching. */
  readonly watch: (end: (why: Ending) => void) => () => void
  /** Called at most once, while nothing was written to the client. */
  readonly onFailure: (error: GatewayError) => void
}

/** All tunnels of a process. */
export interface Tunnels {
  /**
   * Asks the upstream and joins the two, or passes on its answer when that is no 101. Never throws.
   *
   * Fails with GW_ERR_UPSTREAM_BUSY, _DOWN, _UNREACHABLE, _TIMEOUT or _INVALID.
   */
  open(request: TunnelRequest): void
  /** Says good-bye to everybody, and to those who come after it: close code 1001. */
  close(): void
}

interface TunnelOptions {
  /** A tunnel without a byte in either direction is closed after this long. */
  readonly idleMs: number
  /** Whether scripts read 4401 and 4403, or plain 1008. */
  readonly ownCloseCodes: boolean
  /** Whether the good-bye was said already. */
  readonly isClosed: () => boolean
}

/** What a client may send before the upstream has answered. */
const maxEarlyBytes = 64 * 1024
/** Once a tunnel is half closed, quiet means that nobody is there any more. */
const halfClosedMs = 30_000
/** How long a good-bye may take. */
const byeMs = 2000

/** Tunnels with their bounds. */
export function createTunnels(options: Omit<TunnelOptions, 'isClosed'>): Tunnels {
  const tunnels = new Set<Tunnel>()
  let closed = false
  return {
    open(request) {
      const refusal = upgradeRefusalOf(request.upstream)
      if (refusal !== null) return request.onFailure(refusal)
      const tunnel: Tunnel = new Tunnel(request, { ...options, isClosed: () => closed }, () =>
        tunnels.delete(tunnel),
      )
      tunnels.add(tunnel)
      tunnel.ask()
    },
    close() {
      closed = true
      for (const tunnel of tunnels) tunnel.end('going-away')
    },
  }
}

class Tunnel {
  readonly #opening: TunnelRequest
  readonly #options: TunnelOptions
  readonly #onOver: () => void
  readonly #client: IncomingMessage['socket']
  readonly #early: Buffer[] = []
  #earlyBytes = 0
  #giveUp: () => void = () => {}
  #upstream: Duplex | null = null
  #frames: Frames | null = null
  #stopWatching: () => void = () => {}
  /** The upstream's last bytes and a good-bye; the client's bytes end here. */
  #ending: Ending | null = null
  #deadline: NodeJS.Timeout | null = null
  #over = false

  constructor(opening: TunnelRequest, options: TunnelOptions, onOver: () => void) {
    this.#opening = opening
    this.#options = options
    this.#onOver = onOver
    this.#client = opening.request.socket
    opening.upstream.tunnels++
  }

  /** The client is read from the start, since one that is not read is not seen leaving. */
  ask(): void {
    const { upstream, target, headers, protocol, timeoutMs, watch } = this.#opening
    this.#stopWatching = watch(why => this.end(why))
    this.#client.on('close', this.#cut)
    this.#client.on('end', this.#onClientEnd)
    this.#client.on('data', this.#onClientData)
    this.#giveUp = askToSwitch({
      upstream,
      target,
      headers,
      protocol,
      timeoutMs,
      onSwitched: (head, socket) => this.#join(head, socket),
      onAnswer: answer => this.#passOn(answer),
      onFailure: error => this.#fail(error),
    })
    if (this.#client.destroyed || this.#client.readableEnded) this.#cut()
  }

  /** Closes from here: a close frame where there is one to send, then the connection. */
  end(why: Ending): void {
    if (this.#over || this.#ending !== null) return
    if (this.#upstream === null) {
      this.#cut()
      return
    }
    this.#ending = why
    this.#stopWatching()
    this.#client.resume()
    this.#deadline = setTimeout(this.#cut, byeMs)
    // Inside a frame of the upstream a close frame would be read as its content.
    if (this.#frames === null || this.#frames.atBoundary) this.#sayBye()
  }

  #join(head: IncomingMessage, upstream: Duplex): void {
    const { response, protocol } = this.#opening
    const lines = this.#headersOf(head)
    if (lines === null) {
      upstream.destroy()
      return
    }
    response.detachSocket(this.#client)
    this.#client.write(switchingHead(lines, protocol), 'latin1')
    this.#upstream = upstream
    if (protocol.toLowerCase() === 'websocket') this.#frames = new Frames()
    upstream.on('error', this.#cut)
    upstream.on('close', this.#onUpstreamClose)
    upstream.on('end', this.#onUpstreamEnd)
    upstream.on('drain', () => this.#client.resume())
    this.#client.on('drain', () => upstream.resume())
    watchIdle(this.#client, this.#options.idleMs, () => this.#onIdle())
    for (const chunk of this.#early.splice(0)) upstream.write(chunk)
    if (upstream.writableNeedDrain) this.#client.pause()
    else this.#client.resume()
    upstream.on('data', this.#onUpstreamData)
    if (this.#options.isClosed()) this.end('going-away')
  }

  /** An ordinary answer, and the end of the connection. */
  #passOn(answer: IncomingMessage): void {
    const { response } = this.#opening
    const lines = this.#headersOf(answer)
    if (lines === null) {
      answer.destroy()
      return
    }
    this.#early.length = 0
    this.#client.resume()
    response.writeHead(answer.statusCode ?? 502, lines)
    // Who leaves first takes the other along: that is all there is to do about an error here.
    pipeline(answer, response, () => {})
  }

  /** The lines for the client; null after they have failed. */
  #headersOf(head: IncomingMessage): string[] | null {
    const { setCookies, isGatewayCookie, editAnswer } = this.#opening
    try {
      return buildResponseHeaders(asBuffers(head), setCookies(), isGatewayCookie, editAnswer)
    } catch (error) {
      this.#fail(error as GatewayError)
      return null
    }
  }

  /** The answer is given by who asked; it ends the connection, and that the tunnel. */
  #fail(error: GatewayError): void {
    if (this.#over) return
    this.#early.length = 0
    this.#client.resume()
    this.#opening.onFailure(error)
  }

  readonly #onClientData = (chunk: Buffer): void => {
    if (this.#ending !== null || this.#opening.response.headersSent) return
    if (this.#upstream !== null) {
      if (!this.#upstream.write(chunk)) this.#client.pause()
      return
    }
    this.#early.push(chunk)
    this.#earlyBytes += chunk.length
    if (this.#earlyBytes > maxEarlyBytes) this.#client.pause()
  }

  readonly #onClientEnd = (): void => {
    if (this.#upstream === null) {
      if (!this.#opening.response.headersSent) this.#cut()
      return
    }
    this.#upstream.end()
    this.#client.setTimeout(Math.min(this.#options.idleMs, halfClosedMs))
  }

  readonly #onUpstreamData = (chunk: Buffer): void => {
    if (this.#ending === null) {
      this.#frames?.readAll(chunk)
      if (!this.#client.write(chunk)) this.#upstream?.pause()
    } else if (this.#frames !== null && !this.#client.writableEnded) {
      this.#client.write(chunk.subarray(0, this.#frames.readFrame(chunk, 0)))
      if (this.#frames.atBoundary) this.#sayBye()
    }
  }

  readonly #onUpstreamEnd = (): void => {
    this.#client.end()
    this.#client.setTimeout(Math.min(this.#options.idleMs, halfClosedMs))
  }

  /** What it sent before still goes to the client, at the client's pace. */
  readonly #onUpstreamClose = (): void => {
    if (this.#over || this.#ending !== null) return
    if (this.#upstream?.readableEnded !== true) {
      this.#cut()
      return
    }
    const linger = () => {
      this.#client.resume()
      this.#deadline ??= setTimeout(this.#cut, byeMs)
    }
    if (this.#client.writableFinished) linger()
    else this.#client.once('finish', linger)
  }

  #onIdle(): void {
    if (this.#client.writableEnded) this.#cut()
    else this.end('idle')
  }

  #sayBye(): void {
    this.#upstream?.destroy()
    const why = this.#ending ?? 'going-away'
    if (this.#client.writableEnded) return
    if (this.#frames === null) this.#client.end()
    else this.#client.end(closeFrame(...closing(why, this.#options.ownCloseCodes)))
  }

  /** Both connections at once. */
  readonly #cut = (): void => {
    if (this.#over) return
    this.#over = true
    if (this.#deadline !== null) clearTimeout(this.#deadline)
    this.#stopWatching()
    this.#giveUp()
    this.#upstream?.destroy()
    this.#client.destroy()
    this.#opening.upstream.tunnels--
    this.#onOver()
  }
}

/** Registered codes (RFC 6455 section 7.4.1), or those of a range that is free to applications. */
function closing(why: Ending, ownCodes: boolean): [code: number, reason: string] {
  if (why === 'session-over') return [ownCodes ? 4401 : 1008, 'session is over']
  if (why === 'not-allowed') return [ownCodes ? 4403 : 1008, 'not allowed any more']
  return [1001, why === 'idle' ? 'idle for too long' : 'going away']
}

function asBuffers({ rawHeaders }: IncomingMessage): Buffer[] {
  return rawHeaders.map(text => Buffer.from(text, 'latin1'))
}

/** Names and values come from Node's strict parser, or are ours: none holds a line break. */
function switchingHead(lines: readonly string[], protocol: string): string {
  let head = 'HTTP/1.1 101 Switching Protocols\r\n'
  for (let at = 0; at < lines.length; at += 2) head += `${lines[at]}: ${lines[at + 1]}\r\n`
  return `${head}Connection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`
}
