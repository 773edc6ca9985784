// What an application sees of a request: the client's headers in one pass, without what belongs to one
// connection and without any name of the gateway's, then the gateway's own lines.
import { isUtf8 } from 'node:buffer'
import { GatewayError } from '../errors.js'
import { hopByHop, rememberByName, withoutNominated } from './hop-by-hop.js'

/** What the gateway says of a request. Lines are name, value, name, value, … */
export interface OwnLines {
  /** The application's cookies; null when there are none. */
  readonly cookie: string | null
  /** Host and forwarding lines. */
  readonly forwarding: readonly string[]
  /** Who the person is; empty for nobody. */
  readonly identity: readonly string[]
  readonly peer: string
  readonly requestId: string
}

/** Builds the raw header list for an upstream. Throws GW_ERR_REQUEST_INVALID. */
export type BuildRequestHeaders = (raw: readonly string[], own: OwnLines) => string[]

type Verdict = 'pass' | 'drop' | 'connection'

/** End-to-end headers that the gateway writes anew, or that Node has answered already (Expect). */
const rewritten: ReadonlySet<string> = new Set(['cookie', 'expect', 'host'])

/**
 * A builder that drops every name the gateway owns.
 *
 * Duplicates and order stay. That names are tokens and that values hold no control byte is made sure of by
 * Node's parser before, and by undici after.
 * @param isOwned  whether a name is the gateway's under any spelling
 */
export function createRequestHeaders(isOwned: (name: string) => boolean): BuildRequestHeaders {
  const verdictOf = rememberByName((name): Verdict => {
    const lower = name.toLowerCase()
    if (lower === 'connection') return 'connection'
    return hopByHop.has(lower) || rewritten.has(lower) || isOwned(name) ? 'drop' : 'pass'
  })

  return (raw, { cookie, forwarding, identity, peer, requestId }) => {
    const headers: string[] = []
    let nominated: string | null = null
    for (let at = 0; at < raw.length; at += 2) {
      const name = raw[at] as string
      const value = raw[at + 1] as string
      const verdict = verdictOf(name)
      if (verdict === 'pass') {
        if (isOddlyEdged(value)) throw refused(name)
        headers.push(name, value)
      } else if (verdict === 'connection') {
        nominated = nominated === null ? value : `${nominated},${value}`
      }
    }
    const passed = nominated === null ? headers : withoutNominated(headers, nominated)
    if (cookie !== null) passed.push('Cookie', cookie)
    for (const line of forwarding) passed.push(line)
    passed.push('X-Forwarded-For', peer, 'X-Request-Id', requestId)
    for (const line of identity) passed.push(line)
    return passed
  }
}

/** Node lets 0x85 and 0xA0 stand at the edges of a value; applications in Python trim them away. */
function isOddlyEdged(value: string): boolean {
  if (isSpaceInLatin1(value.charCodeAt(0))) return true
  return isSpaceInLatin1(value.charCodeAt(value.length - 1)) && !endsInUtf8Letter(value)
}

function isSpaceInLatin1(code: number): boolean {
  return code === 0x85 || code === 0xa0
}

/** Text in UTF-8 may end in these bytes: `à` is C3 A0. What is cut from it is no text any more. */
function endsInUtf8Letter(value: string): boolean {
  const bytes = Buffer.from(value, 'latin1')
  return isUtf8(bytes) && !/[\s\u0085]$/.test(bytes.toString('utf8'))
}

function refused(name: string): GatewayError {
  return new GatewayError('GW_ERR_REQUEST_INVALID', {
    reason: `${name} is edged with 0x85 or 0xA0`,
  })
}
