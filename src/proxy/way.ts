// The way of one route to its application, compiled once at the start.
import { createAnswerEdits, type EditAnswer, type HeaderSettings, toLines } from './answer-edits.js'
import { createTargetRewriter, type Prefix } from './prefix.js'
import { type BuildRequestHeaders, createRequestHeaders } from './request-headers.js'
import type { Upstream } from './upstreams.js'

/** What a route says of its way. */
export interface WaySettings {
  readonly timeout: {
    readonly firstByte: number
    readonly idle?: number | undefined
  }
  readonly hostHeader: 'keep' | 'upstream'
  readonly headers: { readonly request: HeaderSettings; readonly response: HeaderSettings }
  readonly maxBody?: number | undefined
}

/** What depends on the public origin that a request names. */
export interface WayFrom {
  /** Host, forwarding lines, and lines that the route sets. */
  readonly lines: readonly string[]
  readonly editAnswer: EditAnswer | null
}

/** A route's way, ready to go. */
export interface Way {
  readonly upstream: Upstream
  readonly buildHeaders: BuildRequestHeaders
  /** The application's target for a public one; null where they are the same. */
  readonly rewrite: ((target: string) => string) | null
  /** By public origin. */
  readonly from: ReadonlyMap<string, WayFrom>
  readonly timeoutMs: number
  /** Zero for none. */
  readonly idleMs: number
  readonly maxBodyBytes: number
}

/** Who says which names are the gateway's, and which names an application may take for one another. */
export interface HeaderNames {
  readonly isOwned: (name: string) => boolean
  readonly fold: (name: string) => string
}

/**
 * Compiles the way of one route.
 *
 * A header that the route sets is removed from the client's under every spelling, as the gateway's own are.
 * @param prefix  null where the application sees the public path
 */
export function createWay(
  settings: WaySettings,
  {
    upstream,
    prefix,
    publicOrigins,
    answerLines,
    answerHeaders = {},
    names,
  }: {
    upstream: Upstream
    prefix: Prefix | null
    publicOrigins: readonly string[]
    /** Added to every answer: name, value, name, value, … */
    answerLines: readonly string[]
    /** In place of what the application says, where the route says nothing. */
    answerHeaders?: HeaderSettings
    names: HeaderNames
  },
): Way {
  const { timeout, hostHeader, headers, maxBody = Number.POSITIVE_INFINITY } = settings
  const replaced = new Set(Object.keys(headers.request).map(names.fold))
  const isReplaced = (name: string) => replaced.has(names.fold(name))
  const ownHost = hostHeader === 'upstream' ? upstream.host : null
  const set = toLines(headers.request)
  const from = publicOrigins.map((origin): [string, WayFrom] => {
    const lines = [...forwardingLines(origin, ownHost, prefix), ...set]
    const publicOrigin = new URL(origin).origin
    const editAnswer = createAnswerEdits({
      publicOrigin,
      ownHost,
      prefix,
      set: withDefaults(headers.response, answerHeaders),
      lines: answerLines,
    })
    return [publicOrigin, { lines, editAnswer }]
  })
  return {
    upstream,
    buildHeaders: createRequestHeaders(name => names.isOwned(name) || isReplaced(name)),
    rewrite: prefix === null ? null : createTargetRewriter(prefix),
    from: new Map(from),
    timeoutMs: timeout.firstByte * 1000,
    idleMs: (timeout.idle ?? 0) * 1000,
    maxBodyBytes: maxBody,
  }
}

/** What an application learns of the public origin; Host is the origin's or its own, whatever the client wrote. */
function forwardingLines(
  url: string,
  ownHost: string | null,
  prefix: Prefix | null,
): readonly string[] {
  const { host, protocol } = new URL(url)
  const lines = ['Host', ownHost ?? host, 'X-Forwarded-Host', host]
  lines.push('X-Forwarded-Proto', protocol.slice(0, -1))
  if (prefix !== null && prefix.from !== '/') {
    lines.push('X-Forwarded-Prefix', encodeURI(prefix.from))
  }
  return lines
}

function withDefaults(set: HeaderSettings, defaults: HeaderSettings): HeaderSettings {
  const names = new Set(Object.keys(set).map(name => name.toLowerCase()))
  const added = Object.entries(defaults).filter(([name]) => !names.has(name.toLowerCase()))
  return { ...Object.fromEntries(added), ...set }
}
