// How people are shown: to applications, and to proxies that ask first.
import type { Config } from '../config.js'
import type { CallerLines } from '../endpoints/forward-auth.js'
import {
  createIdentityLines,
  type IdentityLines,
  type OnLeftOut,
} from '../identity-headers/inject.js'
import { createOwned, methodOverrides } from '../identity-headers/owned.js'
import type { Style, StyleSettings } from '../identity-headers/style.js'
import { claimHeaders } from '../identity-headers/styles/claim-headers.js'
import { styles } from '../identity-headers/styles/table.js'
import type { Log } from '../log.js'
import type { Clock } from '../model.js'

/** What both ways of showing need. */
export interface ShowParts {
  readonly config: Config
  readonly signed: NonNullable<StyleSettings['signed']>
  readonly log: Log
  readonly clock: Clock
}

/** How people are shown to applications, by the settings of all routes and those of one. */
export function createShow({ config: { identity, routes }, signed, log, clock }: ShowParts) {
  const own = Object.keys(identity.headers).length > 0 ? [claimHeaders(identity.headers)] : []
  const shown: readonly Style[] = [...identity.style.map(name => styles[name]), ...own]
  const saysRoute = identity.style.includes('assertion')
  const known = new Map<string, IdentityLines>()
  const overrides = routes.some(({ methods }) => methods !== undefined) ? methodOverrides : []
  return {
    isOwned: createOwned([...shown.flatMap(({ owns }) => owns), ...overrides]),

    /** Routes that say the same share their lines. @param audience  the name of the route */
    linesFor(
      { groups, maxIdentityBytes: maxBytes }: Config['routes'][number],
      audience: string,
    ): IdentityLines {
      const settings = { ...identity, onlyGroups: groups?.only, maxBytes, audience, signed }
      const key = JSON.stringify([groups, maxBytes, saysRoute ? audience : null])
      const lines = known.get(key) ?? createIdentityLines(shown, settings, sayLeftOut(log), clock)
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
export function createCallerLines({
  config: { identity },
  signed,
  log,
  clock,
}: ShowParts): CallerLines {
  const own = Object.keys(identity.headers).length > 0 ? [claimHeaders(identity.headers)] : []
  const named = new Set<Style>([styles.forwarded, styles['auth-request']])
  for (const name of identity.style) named.add(styles[name])
  const shown = [...named, ...own]
  const names = shown.flatMap(({ owns }) => owns)
  const saysRoute = identity.style.includes('assertion')
  /** By route, of which there are as many as in the settings. */
  const known = new Map<string, IdentityLines>()

  function linesAt(route: string): IdentityLines {
    const key = saysRoute ? route : ''
    const settings = { ...identity, signed, audience: route }
    const lines = known.get(key) ?? createIdentityLines(shown, settings, sayLeftOut(log), clock)
    known.set(key, lines)
    return lines
  }

  return (caller, { name }) => {
    const lines = caller === null ? [] : linesAt(name)(caller)
    const absent = names.filter(one => !lines.includes(one))
    return [...lines, ...absent.flatMap(one => [one, ''])]
  }
}
