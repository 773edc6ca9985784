// How people are shown: to applications, and to proxies that ask first.
import type { Config } from '../config.js'
import type { CallerLines } from '../endpoints/forward-auth.js'
import {
  createIdentityLines,
  type IdentityLines,
  type OnLeftOut,
} from '../identity-headers/inject.js'
import { createOwned } from '../identity-headers/owned.js'
import type { Style } from '../identity-headers/style.js'
import { claimHeaders } from '../identity-headers/styles/claim-headers.js'
import { styles } from '../identity-headers/styles/table.js'
import type { Log } from '../log.js'

/** How people are shown to applications, by the settings of all routes and those of one. */
export function createShow({ identity }: Config, log: Log) {
  const own = Object.keys(identity.headers).length > 0 ? [claimHeaders(identity.headers)] : []
  const shown: readonly Style[] = [...identity.style.map(name => styles[name]), ...own]
  const known = new Map<string, IdentityLines>()
  return {
    isOwned: createOwned(shown.flatMap(({ owns }) => owns)),

    /** Routes that say the same share their lines. */
    linesFor({ groups, maxIdentityBytes: maxBytes }: Config['routes'][number]): IdentityLines {
      const settings = { ...identity, onlyGroups: groups?.only, maxBytes }
      const key = JSON.stringify([groups, maxBytes])
      const lines = known.get(key) ?? createIdentityLines(shown, settings, sayLeftOut(log))
      known.set(key, lines)
      return lines
    },
  }
}

function sayLeftOut(log: Log): OnLeftOut {
  return (header, { subject }) =>
    log.warn({ header, sub: subject }, 'identity header left out: its value cannot be sent')
}

/** The identity as a proxy gets it for its own use: as applications do, and under the names of auth requests. */
export function createCallerLines({ identity }: Config, log: Log): CallerLines {
  const own = Object.keys(identity.headers).length > 0 ? [claimHeaders(identity.headers)] : []
  const named = new Set<Style>([styles.forwarded, styles['auth-request']])
  for (const name of identity.style) named.add(styles[name])
  const shown = [...named, ...own]
  const names = shown.flatMap(({ owns }) => owns)
  const linesOf = createIdentityLines(shown, identity, sayLeftOut(log))
  return caller => {
    const lines = caller === null ? [] : linesOf(caller)
    const absent = names.filter(name => !lines.includes(name))
    return [...lines, ...absent.flatMap(name => [name, ''])]
  }
}
