// Upgrades: Node hands out the bare socket, and here it goes the way of every other request, up to the tunnel.
import type { IncomingMessage } from 'node:http'
import { type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import { GatewayError } from '../errors.js'
import type { Caller, Clock } from '../model.js'
import type { Ending } from '../proxy/tunnel.js'
import { hasBody } from '../proxy/upload.js'
import type { WatchSession } from '../session/session-watch.js'
import { type Passage, toPassage, type WriteFailure } from './proxied.js'

/**
 * Joins a client and its upstream. Never throws.
 *
 * @param protocol  the one protocol that the client asks for
 * @param watch     begins to watch over the tunnel; gives what stops it
 */
export type OpenTunnel = (
  passage: Passage,
  protocol: string,
  watch: (end: (why: Ending) => void) => () => void,
) => void

/** The parts of an upgrade's way, for `app.ts`. */
export interface Upgrade {
  /** Listener for the server's `upgrade`. */
  receive(app: FastifyInstance): (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Hook of every request: what an upgrade has to be. GW_ERR_REQUEST_INVALID, GW_ERR_CROSS_SITE. */
  readonly judge: onRequestHookHandler
  /** Hook of what is proxied, after the decision. GW_ERR_UPGRADE_REFUSED. */
  readonly tunnel: onRequestHookHandler
}

/**
 * Protocols that are asked for one at a time and carry no further requests. Through `h2c` or `TLS/1.0` a client
 * would reach the application past every later decision (request smuggling by h2c).
 */
const tunnelled = /^(?!h2|http|tls)[\w!#$%&'*+.^`|~-]+(?:\/[\w!#$%&'*+.^`|~-]+)?$/i

/** How long a client may take to close after an answer that is no 101. */
const lingerMs = 2000
/** What a timer of Node can wait; Cognito's tokens live for a day at most. */
const longestTimerMs = 2 ** 31 - 1

/** The way of upgrades. */
export function createUpgrade({
  ownOrigins,
  openTunnel,
  watchSession,
  clock,
  writeFailure,
}: {
  ownOrigins: readonly string[]
  openTunnel: OpenTunnel
  watchSession: WatchSession
  clock: Clock
  writeFailure: WriteFailure
}): Upgrade {
  const upgrading = new WeakSet<IncomingMessage>()

  function isUpgrade(request: IncomingMessage): boolean {
    return request.headers.upgrade !== undefined && upgrading.has(request)
  }

  return {
    receive: app => (request, socket, head) => {
      socket.on('error', () => socket.destroy())
      // An answer that is still being written would get ours in between.
      if (isAnswering(socket)) return void socket.destroy()
      if (!isTunnelled(request)) return readAgain(request, head)
      if (head.length > 0) socket.unshift(head)
      request.socket.setTimeout(0)
      upgrading.add(request)
      app.routing(request, answerOn(request))
    },

    judge(request, _reply, done) {
      if (!isUpgrade(request.raw)) return done()
      const { method, headers } = request.raw
      if (method !== 'GET' || hasBody(request.raw)) {
        const reason = 'an upgrade is a GET without body'
        return done(new GatewayError('GW_ERR_REQUEST_INVALID', { reason }))
      }
      // Browsers always say where a WebSocket comes from; what says nothing has no cookies of a person.
      if (headers.origin !== undefined && !ownOrigins.includes(headers.origin)) {
        return done(new GatewayError('GW_ERR_CROSS_SITE', { reason: 'Origin is not one of ours' }))
      }
      done()
    },

    tunnel(request, reply, done) {
      if (!isUpgrade(request.raw)) return done()
      const { route, session, caller, browser } = request
      if (!route.upgrades) return done(new GatewayError('GW_ERR_UPGRADE_REFUSED'))
      reply.hijack()
      const passage = toPassage(request, reply, writeFailure)
      openTunnel(passage, request.raw.headers.upgrade ?? '', end => {
        if (caller === null) return () => {}
        if (session === null) return watchToken(caller, clock, () => end('session-over'))
        return watchSession(browser, session, found => {
          if (found === null) end('session-over')
          else if (route.decide(found.identity).outcome !== 'allow') end('not-allowed')
        })
      })
    },
  }
}

/** A Bearer token lets nobody in past its end, so no connection that it opened stays open. Gives what stops watching. */
function watchToken({ tokens }: Caller, clock: Clock, onEnd: () => void): () => void {
  const leftMs = (tokens.expiresAt - clock()) * 1000
  const timer = setTimeout(onEnd, Math.min(Math.max(leftMs, 0), longestTimerMs))
  return () => clearTimeout(timer)
}

function isTunnelled({ headers, httpVersion }: IncomingMessage): boolean {
  return httpVersion === '1.1' && tunnelled.test(headers.upgrade ?? '')
}

function isAnswering(socket: Duplex & { _httpMessage?: unknown }): boolean {
  return Boolean(socket._httpMessage)
}

/** An answer that ends the connection: nobody reads requests from it any more. */
function answerOn(request: IncomingMessage): ServerResponse {
  const { socket } = request
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  response.once('finish', () => {
    socket.end()
    // Destroyed at once with bytes unread, the connection would be reset and the answer lost.
    socket.resume()
    const timer = setTimeout(() => socket.destroy(), lingerMs)
    socket.once('close', () => clearTimeout(timer))
  })
  return response
}

/**
 * A server may ignore an Upgrade (RFC 9110 section 7.8): the request goes through Node's parser once more without
 * that line, then it is one like any other, with its body and those that follow it.
 */
function readAgain(
  { method, url, httpVersion, rawHeaders, socket }: IncomingMessage,
  rest: Buffer,
): void {
  let lines = `${method} ${url} HTTP/${httpVersion}\r\n`
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    if (name.toLowerCase() !== 'upgrade') lines += `${name}: ${value}\r\n`
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines}\r\n`, 'latin1'), rest]))
  // Whoever listens: a socket knows its server.
  const { server } = socket as Socket & { server: Server }
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket)
}
