// The parts of undici that the gateway uses, by their files. Its index loads twice as much again (caches, mocks, HTTP/2,
// WebSocket and more): 7 MB and 40 ms of every start.
import type { Socket } from 'node:net'
import type { Dispatcher } from 'undici'
import api from 'undici/lib/api/index.js'
import buildConnector from 'undici/lib/core/connect.js'
import constants from 'undici/lib/core/constants.js'
import errors from 'undici/lib/core/errors.js'
import symbols from 'undici/lib/core/symbols.js'
import Agent from 'undici/lib/dispatcher/agent.js'
import BaseDispatcher from 'undici/lib/dispatcher/dispatcher.js'
import Pool from 'undici/lib/dispatcher/pool.js'
import headers from 'undici/lib/web/fetch/headers.js'
import response from 'undici/lib/web/fetch/response.js'

export { Agent, buildConnector, Pool }
export const { HTTPParserError } = errors

// As the index does: a dispatcher's `request`.
Object.assign(BaseDispatcher.prototype, api)

/**
 * Names that are in most requests and not in undici's own list of tokens whose lower case it knows. Judged anew each time,
 * a dozen of them cost 2 µs a request (bench/PROFILE.md).
 */
const usualNames = [
  'X-Forwarded-Email',
  'X-Forwarded-For',
  'X-Forwarded-Groups',
  'X-Forwarded-Host',
  'X-Forwarded-Preferred-Username',
  'X-Forwarded-Prefix',
  'X-Forwarded-Proto',
  'X-Forwarded-User',
  'X-Request-Id',
  // What browsers send.
  'DNT',
  'Priority',
  'Sec-CH-UA',
  'Sec-CH-UA-Mobile',
  'Sec-CH-UA-Platform',
  'Sec-Fetch-Dest',
  'Sec-Fetch-Mode',
  'Sec-Fetch-Site',
  'Sec-Fetch-User',
  'Sec-GPC',
]
const { headerNameLowerCasedRecord: known } = constants
for (const name of usualNames) {
  const lower = name.toLowerCase()
  known[name] = lower
  known[lower] = lower
}

/** What reads answers from a connection. */
interface Parser {
  /** Whether somebody has not taken what was read so far. */
  readonly paused: boolean
  /** Of the answer under way: whether something else than the end of the connection ends it. */
  shouldKeepAlive: boolean
  resume(): void
}

/**
 * An answer that its connection ends: undici 7 fails an assertion, and the process with it, when that happens while the client is
 * slow (nodejs/undici#5360, mended in 8), and takes a reset for an end. So what waits is passed on before the end is told, and what
 * a failure ends is not whole.
 *
 * @param socket  before undici listens to it
 */
export function endWell(socket: Socket & { [symbols.kParser]?: Parser | null }): void {
  socket.on('end', () => {
    const parser = socket[symbols.kParser]
    // Nothing more is read: what the client has not taken by now is the rest, and bounded.
    if (parser?.paused) parser.resume()
  })
  socket.on('error', () => {
    const parser = socket[symbols.kParser]
    if (parser) parser.shouldKeepAlive = true
  })
}

/** One request, its answer as a stream. Rejects as undici's `request` does. */
export function request(
  url: string,
  {
    dispatcher,
    ...options
  }: Omit<Dispatcher.RequestOptions, 'origin' | 'path'> & { dispatcher: Dispatcher },
): Promise<Dispatcher.ResponseData> {
  const { origin, pathname, search } = new URL(url)
  return dispatcher.request({ ...options, origin, path: pathname + search })
}

/**
 * Puts fetch's classes of this undici into the global scope, where openid-client takes them from and where Node would
 * load its own copy: 10 MB.
 */
export function installFetchClasses(): void {
  Object.assign(globalThis, { Headers: headers.Headers, Response: response.Response })
}
