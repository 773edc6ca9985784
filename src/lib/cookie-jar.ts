// Cookies as text. The gateway's own are told from the application's by their names alone, and the
// application's pass byte for byte.
import type { SentCookie } from '../model.js'

/** What the names of all gateway cookies begin with, after a `__Host-` when the origin is https. */
export const cookieNamePrefix = 'cgw-'

/** A Cookie header in two. */
export interface CutCookies {
  /** The gateway's, in the order sent; one name can come twice (RFC 6265 section 5.4). */
  readonly own: readonly SentCookie[]
  /** The rest, byte for byte; null when nothing is left. */
  readonly rest: string | null
}

const nothing: CutCookies = { own: [], rest: null }

/** Takes the gateway's cookies out of a Cookie header, in one pass. */
export function cutCookies(header: string | undefined): CutCookies {
  if (header === undefined || header === '') return nothing
  if (!ownName.test(header)) return { own: [], rest: header }

  const own: SentCookie[] = []
  let rest: string | null = null
  for (let start = 0; start <= header.length; ) {
    const semicolon = header.indexOf(';', start)
    const end = semicolon === -1 ? header.length : semicolon
    const pair = withoutBlanks(header, start, end)
    start = end + 1
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = (equals === -1 ? pair : pair.slice(0, equals)).trim()
    if (isGatewayCookie(name)) own.push({ name, value: pair.slice(equals + 1).trim() })
    else if (equals !== 0 || !isGatewayCookie(pair.slice(1).trim())) {
      rest = rest === null ? pair : `${rest}; ${pair}`
    }
  }
  return { own, rest }
}

/** Spaces and tabs alone: `trim` takes the byte A0 as well, with which many a letter ends in UTF-8. */
function withoutBlanks(header: string, from: number, to: number): string {
  let [start, end] = [from, to]
  while (start < end && isBlank(header.charCodeAt(start))) start++
  while (start < end && isBlank(header.charCodeAt(end - 1))) end--
  return header.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

const ownName = /cgw-/i
const ownNameOnly = /^(?:__(?:host|secure|http|host-http)-)?cgw-/i

/**
 * Whether a cookie name belongs to the gateway: with any prefix and in any case, since browsers compare
 * prefixes without case and an application must not be able to set or see a near copy.
 */
export function isGatewayCookie(name: string): boolean {
  return ownNameOnly.test(name)
}

/** The name of a gateway cookie for origins that are https, and for those that are not. */
export function gatewayCookieName(name: string, secure: boolean): string {
  return `${secure ? '__Host-' : ''}${cookieNamePrefix}${name}`
}

/** Where a cookie goes along: to our own pages; in frames of other sites too; or there, apart for each such site (CHIPS). */
export type CookieSite = 'lax' | 'none' | 'partitioned'

const siteAttributes: Readonly<Record<CookieSite, string>> = {
  lax: '; SameSite=Lax',
  none: '; SameSite=None',
  partitioned: '; SameSite=None; Partitioned',
}

/**
 * A Set-Cookie line for one of the gateway's cookies: `HttpOnly; Path=/`, no Domain, SameSite as said, and Secure when
 * the name asks for it (RFC 6265bis section 4.1.3.2).
 *
 * @param maxAgeSeconds  0 clears the cookie, with the attributes it was set with; null keeps it as long as the
 *   browser is open
 * @param site           browsers take what is not `lax` with Secure alone
 */
export function setCookie(
  name: string,
  value: string,
  maxAgeSeconds: number | null,
  site: CookieSite = 'lax',
): string {
  const secure = name.startsWith('__Host-') ? '; Secure' : ''
  const life = maxAgeSeconds === null ? '' : `; Max-Age=${maxAgeSeconds}`
  return `${name}=${value}${life}; Path=/; HttpOnly${secure}${siteAttributes[site]}`
}
