// Browsers of the gateway as they are measured: one that is always the same, one that takes every cookie it is given, many
// in turn.
import type { GatewayUnderTest } from './gateway.js'
import type { Contestant } from './load.js'
import { manySessions } from './sessions.js'

const identity = ['x-forwarded-email: jane@example.com']
const hidden = ['cgw-session']

/** With this one cookie, whatever happens to the session. */
export function plain({ server, url }: GatewayUnderTest, cookie: string): Contestant {
  return {
    key: 'cookie',
    label: 'cognito-gateway, cookie session',
    port: Number(new URL(url).port),
    servers: [server],
    headers: [`Cookie: ${cookie}`],
    sees: identity,
    hidden,
  }
}

/**
 * Sessions that take turns, made anew for each round. With those of before, a round would find them out of use for a minute
 * and have each written down as used, at the same time and by clients that do not take the new cookie.
 */
export function inTurn(
  base: Contestant,
  { key, label, sessions, isSeenOnce = false }: Turns,
): Contestant {
  let cookies: readonly string[] = []
  return {
    ...base,
    key,
    label,
    isSeenOnce,
    get cookies() {
      return cookies
    },
    async prepare() {
      cookies = await sessions()
    },
  }
}

/** The one session, as a browser has it that takes every cookie it is given. */
export function inUse(base: Contestant, url: string, cookie: string): Contestant {
  const sessions = () => manySessions(url, cookie, 1)
  return inTurn({ ...base, headers: [] }, { ...base, sessions })
}

interface Turns {
  readonly key: string
  readonly label: string
  /** Cookie headers. */
  readonly sessions: () => readonly string[] | Promise<readonly string[]>
  readonly isSeenOnce?: boolean
}
