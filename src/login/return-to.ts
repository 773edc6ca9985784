// Where a browser may be sent. The judgement is taken on the final Location, by the parser that browsers
// use (WHATWG URL), since every list of forbidden spellings has been outwitted.

import type { RequestTarget } from '../model.js'

/** What a return address is judged against. */
export interface ReturnToRules {
  /** The origin the browser is at. */
  readonly origin: string
  /** All origins of the gateway. */
  readonly ownOrigins: readonly string[]
  /** Foreign origins it may be sent to. */
  readonly allowedOrigins: readonly string[]
  /** Own paths that would only send it on again: there it goes to `/` instead. */
  readonly passingPaths: ReadonlySet<string>
}

/** Long deep links are real; longer ones do not fit into a cookie with seven others. */
const maxLength = 2000
const controlSpaceOrBackslash = /[\p{Cc}\s\\]/u
/** `https:host` is a path to the parser and a host to people; `blob:` has the origin of its inside. */
const scheme = /^[a-z][a-z0-9+.-]*:/i
const webAddress = /^https?:\/\/[^/]/i

/**
 * The Location for a return address that somebody asked for, or null when it leads elsewhere.
 *
 * Same-origin targets come back as path, query and fragment; allowed foreign ones as a whole URL.
 * @param asked  `rd` as decoded from the query
 */
export function judgeReturnTo(asked: string, rules: ReturnToRules): string | null {
  if (controlSpaceOrBackslash.test(asked)) return null
  if (scheme.test(asked) && !webAddress.test(asked)) return null
  const url = parse(asked, rules.origin)
  if (url === null || url.username !== '' || url.password !== '') return null
  const isOwn = url.origin === rules.origin || rules.ownOrigins.includes(url.origin)
  if (isOwn && rules.passingPaths.has(decoded(url.pathname))) {
    return url.origin === rules.origin ? '/' : `${url.origin}/`
  }
  if (url.origin !== rules.origin) {
    const allowed = isOwn || rules.allowedOrigins.includes(url.origin)
    return allowed && fits(url.href) ? url.href : null
  }

  const location = `${url.pathname}${url.search}${url.hash}`
  return fits(location) && staysOn(location, rules.origin) ? location : null
}

/** A target of ours, shortened until a transaction cookie carries it: without query, or `/`. */
export function fitReturnTo({ raw, query }: RequestTarget): string {
  if (fits(raw)) return raw
  const withoutQuery = raw.slice(0, raw.length - query.length)
  return fits(withoutQuery) ? withoutQuery : '/'
}

/** Measured as it is kept: percent-encoded, where one Hangul syllable has nine characters, and as JSON. */
function fits(location: string): boolean {
  return location.length <= maxLength && JSON.stringify(location).length <= maxLength + 2
}

/** As the router reads it: `/oauth2/%73tart` is `/oauth2/start`. */
function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}

/** A path such as `//elsewhere` is a host to a browser, also when it was reached through `/.//`. */
function staysOn(location: string, origin: string): boolean {
  const final = parse(location, origin)
  return final !== null && final.origin === origin && !location.startsWith('//')
}

/** Not by `URL.canParse`: on Node 20 and 22 it refuses hosts such as `bücher.example` after 3,000 calls. */
function parse(text: string, base: string): URL | null {
  try {
    return new URL(text, base)
  } catch {
    return null
  }
}
