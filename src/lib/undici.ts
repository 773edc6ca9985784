// The parts of undici that the gateway uses, by their files. Its index loads twice as much again (caches, mocks, HTTP/2,
// WebSocket and more): 7 MB and 40 ms of every start.
import { createRequire } from 'node:module'
import type { Dispatcher } from 'undici'

const load = createRequire(import.meta.url)

type Undici = typeof import('undici')

export const Pool = load('undici/lib/dispatcher/pool.js') as Undici['Pool']
export const Agent = load('undici/lib/dispatcher/agent.js') as Undici['Agent']
export const buildConnector = load('undici/lib/core/connect.js') as Undici['buildConnector']
export const { HTTPParserError } = load('undici/lib/core/errors.js') as Undici['errors']

// As the index does: a dispatcher's `request`.
const { prototype } = load('undici/lib/dispatcher/dispatcher.js') as Undici['Dispatcher']
Object.assign(prototype, load('undici/lib/api/index.js'))

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
  const { Headers } = load('undici/lib/web/fetch/headers.js') as Pick<Undici, 'Headers'>
  const { Response } = load('undici/lib/web/fetch/response.js') as Pick<Undici, 'Response'>
  Object.assign(globalThis, { Headers, Response })
}
