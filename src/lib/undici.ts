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
const { headerNameLowerCasedRecord: known } = load('undici/lib/core/constants.js') as {
  headerNameLowerCasedRecord: Record<string, string>
}
for (const name of usualNames) {
  const lower = name.toLowerCase()
  known[name] = lower
  known[lower] = lower
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
  const { Headers } = load('undici/lib/web/fetch/headers.js') as Pick<Undici, 'Headers'>
  const { Response } = load('undici/lib/web/fetch/response.js') as Pick<Undici, 'Response'>
  Object.assign(globalThis, { Headers, Response })
}
