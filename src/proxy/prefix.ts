// A route whose application lives under another path than the public one: the beginning of the target is
// replaced on the way up, and that of paths in answers on the way back.
import { GatewayError } from '../errors.js'

/** Canonical paths, by whole segments: `/` for nothing. */
export interface Prefix {
  /** What the public path begins with. */
  readonly from: string
  /** What the application's begins with. */
  readonly to: string
}

/** A host to who resolves it as a reference (RFC 3986 section 4.2). */
const hostlike = /^\/(?:\/|%2f)/i

/**
 * Replaces the beginning of request targets.
 *
 * A target has been matched by whole segments, so `from` has as many segments in it as in the setting, however
 * they are spelled; what follows stays byte for byte and has no dot segments, so nothing leaves `to`.
 * @returns throws GW_ERR_TARGET_REFUSED where the rest would begin with two slashes
 */
export function createTargetRewriter({ from, to }: Prefix): (target: string) => string {
  const segments = segmentCount(from)
  const start = to === '/' ? '' : encodeURI(to)

  return target => {
    const mark = target.indexOf('?')
    const end = mark === -1 ? target.length : mark
    let at = 0
    for (let n = 0; n < segments && at < end; n++) {
      const slash = target.indexOf('/', at + 1)
      at = slash === -1 || slash > end ? end : slash
    }
    const rest = target.slice(at)
    if (hostlike.test(rest)) {
      const reason = 'what is left after the prefix begins with two slashes'
      throw new GatewayError('GW_ERR_TARGET_REFUSED', { reason })
    }
    return start === '' && !rest.startsWith('/') ? `/${rest}` : start + rest
  }
}

/** Leads a path of the application's back to the public one; what lies elsewhere stays as it is. */
export function createPathRestorer({ from, to }: Prefix): (path: string) => string {
  const [publicStart, start] = [from, to].map(path => (path === '/' ? '' : encodeURI(path))) as [
    string,
    string,
  ]
  return path => {
    const rest = path.slice(start.length)
    if (!path.startsWith(start) || !/^(?:[/?#]|$)/.test(rest)) return path
    const restored = publicStart + rest
    if (hostlike.test(restored)) return path
    return restored.startsWith('/') ? restored : `/${restored}`
  }
}

function segmentCount(path: string): number {
  return path === '/' ? 0 : path.split('/').length - 1
}
