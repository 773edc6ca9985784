// Reads a request target once, or refuses it. The decision is taken on `path`, the application gets `raw`:
// so everything that an application's parser could read differently from ours is refused here, or, where some
// applications need it, named as a doubt with every reading there is.
import { GatewayError } from '../errors.js'
import type { RequestTarget, TargetDoubt } from '../model.js'

const maxBytes = 8192

/**
 * Paths of characters that need no second look (RFC 3986 section 3.3, without `%` and `;`), in segments that
 * are not empty and do not begin with a dot. Nearly every request ends its reading here.
 */
const plainPath = /^(?:\/[\w~!$&'()*+,=:@-][\w.~!$&'()*+,=:@-]*)*\/?$/

/** Anything but printable ASCII, and `#`, which ends a target for some parsers. */
const refusedInQuery = /[^\x21-\x7e]|#/
/** The same, and the backslash, which is a slash to browsers and to applications on Windows. */
const refusedInPath = /[^\x21-\x7e]|[#\\]/
/** Decoding hides it among the slashes that separate, so it is looked for before. */
const encodedSlash = /%2f/i
/** Whether parameters are cut before or after the slash is decoded gives two more paths, and nobody needs them. */
const semicolon = /;|%3b/i
/** `;`, `?` and `#` as data: ends of a name to who looks for them after decoding (CVE-2024-38475, CVE-2026-41059). */
const encodedMark = /%(?:3[bf]|23)/i
/** At the beginning it is a host to who resolves the target as a reference (RFC 3986 section 4.2). */
const hostlike = /^\/\//
const emptySegment = /\/\//

/**
 * What a decoded path must not have, and why. A percent sign that is left is data (`100%25`); before the code
 * of a letter, digit, `-._~`, `/`, `\`, `;`, `%` or a control it is a second layer, which an application that
 * decodes twice would take for another path. No honest encoder writes the first four in any layer.
 */
const refusedWhenDecoded: readonly (readonly [RegExp, string])[] = [
  [/\\/, 'encoded backslash'],
  [/\p{Cc}/u, 'encoded control character'],
  [hostlike, 'empty segment at the beginning'],
  // Where parameters are cut off, an empty segment is left. `%3B` is data to us, and not to everybody.
  [/\/;/, 'segment of parameters alone'],
  // `..;x` and `..%3Bx` are dot segments to servlet containers; `..#` and `..?` to who parses what it decoded.
  [/\/\.{1,2}(?:[/;?#%]|$)/, 'dot segment'],
  [/%(?:[01][\da-f]|2[5d-f]|3[\db]|4[1-9a-f]|5[\dacf]|6[1-9a-f]|7[\daef])/i, 'encoded twice'],
]

/**
 * The one reading of a request target in origin form (RFC 9112 section 3.2.1).
 *
 * `path` is decoded as UTF-8 and without `;params`, so that `/%61dmin;v=1` is decided on as `/admin`. An encoded
 * reserved character is data (RFC 3986 section 2.2): `/a%23b`, `/a%3Fb` and `/a%3Bb` have one segment each.
 * Of the query only raw bytes are judged: it chooses no route, and legacy applications have `%E9` and `100%`.
 * Encoded slashes and empty segments leave a doubt, which only a route that allows them may pass over, and encoded
 * marks one that passes where both readings have the same route; dot segments are refused in every reading.
 * @param raw  the target as it stood in the request line, at most 8192 bytes
 * @throws GW_ERR_TARGET_REFUSED with the reason
 */
export function parseRequestTarget(raw: string): RequestTarget {
  if (raw.length > maxBytes) throw refused(`longer than ${maxBytes} bytes`)
  if (raw.charCodeAt(0) !== 47) throw refused('not in origin form: it does not begin with a slash')
  const mark = raw.indexOf('?')
  const rawPath = mark === -1 ? raw : raw.slice(0, mark)
  const query = mark === -1 ? '' : raw.slice(mark)
  if (query !== '' && refusedInQuery.test(query)) {
    throw refused('query with a byte that must be encoded')
  }
  if (plainPath.test(rawPath)) return { raw, path: rawPath, query, doubt: null }
  const path = readPath(rawPath)
  return { raw, path, query, doubt: doubtOf(rawPath, path) }
}

/** The path as most applications will understand it; parameters are judged too, then left out. */
function readPath(rawPath: string): string {
  if (refusedInPath.test(rawPath)) throw refused('path with a byte that must be encoded')
  if (encodedSlash.test(rawPath) && semicolon.test(rawPath)) {
    throw refused('encoded slash beside parameters')
  }
  const decoded = decode(rawPath)
  for (const [pattern, reason] of refusedWhenDecoded) {
    if (pattern.test(decoded)) throw refused(reason)
  }
  // Cut before decoding, so that an encoded semicolon stays.
  return rawPath.includes(';') ? decode(withoutParameters(rawPath)) : decoded
}

/**
 * What an application may make of a path besides `path`: `%2F` as data, runs of slashes as one, and its end at a mark
 * that was encoded.
 */
function doubtOf(rawPath: string, path: string): TargetDoubt | null {
  const doubt = { encodedSlash: encodedSlash.test(rawPath), emptySegments: emptySegment.test(path) }
  const isMarked = encodedMark.test(rawPath)
  if (!doubt.encodedSlash && !doubt.emptySegments && !isMarked) return null
  const asData = doubt.encodedSlash ? rawPath.split(encodedSlash).map(decode).join('%2F') : path
  const whole = [path, asData, merged(path), merged(asData)]
  const readings = new Set(isMarked ? whole.flatMap(endedAtMarks) : whole)
  readings.delete(path)
  return { ...doubt, otherPaths: [...readings] }
}

/** A path, without what would be parameters, without what would be query or fragment, and without both. */
function endedAtMarks(path: string): string[] {
  const asTarget = path.replace(/[?#].*/, '')
  return [path, asTarget, withoutParameters(path), withoutParameters(asTarget)]
}

function withoutParameters(path: string): string {
  return path.replaceAll(/;[^/]*/g, '')
}

function merged(path: string): string {
  return path.replaceAll(/\/{2,}/g, '/')
}

function decode(path: string): string {
  if (!path.includes('%')) return path
  try {
    return decodeURIComponent(path)
  } catch {
    throw refused('percent encoding that is broken or not UTF-8')
  }
}

function refused(reason: string): GatewayError {
  return new GatewayError('GW_ERR_TARGET_REFUSED', { reason })
}
