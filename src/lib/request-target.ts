// Reads a request target once, or refuses it. The decision is taken on `path`, the application gets `raw`:
// so everything that an application's parser could read differently from ours is refused here.
import { GatewayError } from '../errors.js'
import type { RequestTarget } from '../model.js'

const maxBytes = 8192

/** Characters of a path that need no second look (RFC 3986 section 3.3), without `%` and `;`. */
const plainPath = /^(?:\/[\w~!$&'()*+,=:@-][\w.~!$&'()*+,=:@-]*)*\/?$/
/** Anything but printable ASCII, and `#`, which ends a target for some parsers. */
const refusedInQuery = /[^\x21-\x7e]|#/
/** The same, and the backslash, which is a slash to browsers and to applications on Windows. */
const refusedInPath = /[^\x21-\x7e]|[#\\]/
/** Encoded controls, slash and backslash, and an encoded percent sign before what could be a second layer. */
const refusedEncoding = /%(?:[01][0-9a-f]|7f|2f|5c)/i
const secondLayer = /%25(?:[01][0-9a-f]|2[ef]|5c|7f|25)/i
const incompleteEncoding = /%(?![0-9a-f]{2})/i

/**
 * The one reading of a request target in origin form (RFC 9112 section 3.2.1).
 *
 * `path` is decoded as UTF-8 and without `;params`, so that `/%61dmin;v=1` is decided on as `/admin`.
 * @param raw  the target as it stood in the request line
 * @throws GW_ERR_TARGET_REFUSED with the reason
 */
export function parseRequestTarget(raw: string): RequestTarget {
  if (raw.length > maxBytes) throw refused(`longer than ${maxBytes} bytes`)
  if (raw.charCodeAt(0) !== 47) throw refused('not in origin form: it does not begin with a slash')
  const mark = raw.indexOf('?')
  const rawPath = mark === -1 ? raw : raw.slice(0, mark)
  const query = mark === -1 ? '' : raw.slice(mark)
  if (query !== '' && refusedInQuery.test(query))
    throw refused('query with a byte that must be encoded')
  if (plainPath.test(rawPath)) return { raw, path: rawPath, query }
  return { raw, path: readPath(rawPath), query }
}

function readPath(rawPath: string): string {
  if (refusedInPath.test(rawPath)) throw refused('path with a byte that must be encoded')
  if (incompleteEncoding.test(rawPath)) throw refused('incomplete percent encoding')
  if (refusedEncoding.test(rawPath)) throw refused('encoded control character, slash or backslash')
  if (secondLayer.test(rawPath)) throw refused('encoded twice')
  const segments = rawPath.slice(1).split('/').map(readSegment)
  if (segments.slice(0, -1).includes('')) throw refused('empty segment')
  return `/${segments.join('/')}`
}

/** One segment as the application will understand it: without `;params`, decoded. */
function readSegment(segment: string): string {
  const semicolon = segment.indexOf(';')
  if (semicolon === 0) throw refused('segment of parameters alone')
  const name = decode(semicolon === -1 ? segment : segment.slice(0, semicolon))
  // `..%3Bx` is a dot segment to an application that decodes before it cuts parameters off.
  if (/^\.{1,2}(?:;|$)/.test(name)) throw refused('dot segment')
  if (/\p{Cc}/u.test(name)) throw refused('encoded control character')
  return name
}

function decode(segment: string): string {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    throw refused('percent encoding that is not UTF-8')
  }
}

function refused(reason: string): GatewayError {
  return new GatewayError('GW_ERR_TARGET_REFUSED', { reason })
}
