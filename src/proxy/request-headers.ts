// What an application sees of a request: the client's headers in one pass, without what belongs to one
// connection (RFC 9110 section 7.6.1) and without any name of the gateway's, then the gateway's own lines.
import { GatewayError } from '../errors.js'

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

type Verdict = 'pass' | 'drop' | 'connection' | 'transfer-encoding'

const verdictsByName: Readonly<Record<string, Verdict>> = {
  connection: 'connection',
  'transfer-encoding': 'transfer-encoding',
  cookie: 'drop',
  expect: 'drop',
  host: 'drop',
  'http2-settings': 'drop',
  'keep-alive': 'drop',
  'proxy-authenticate': 'drop',
  'proxy-authorization': 'drop',
  'proxy-connection': 'drop',
  te: 'drop',
  trailer: 'drop',
  upgrade: 'drop',
}

/** Spellings of header names that are remembered; clients use a few dozen. */
const maxVerdicts = 1000

/**
 * A builder that drops every name the gateway owns.
 *
 * @param isOwned  whether a name is the gateway's under any spelling
 */
export function createRequestHeaders(isOwned: (name: string) => boolean): BuildRequestHeaders {
  const verdicts = new Map<string, Verdict>()

  function judge(name: string): Verdict {
    const verdict = verdictsByName[name.toLowerCase()] ?? (isOwned(name) ? 'drop' : 'pass')
    if (verdicts.size < maxVerdicts) verdicts.set(name, verdict)
    return verdict
  }

  return (raw, { cookie, forwarding, identity, peer, requestId }) => {
    const headers: string[] = []
    let nominated: string | null = null
    for (let at = 0; at < raw.length; at += 2) {
      const name = raw[at] as string
      const value = raw[at + 1] as string
      const verdict = verdicts.get(name) ?? judge(name)
      if (verdict === 'pass') {
        refuseTrimmedEdges(name, value)
        headers.push(name, value)
      } else if (verdict === 'connection')
        nominated = nominated === null ? value : `${nominated},${value}`
      else if (verdict === 'transfer-encoding') refuseOddFraming(value)
    }
    const passed = nominated === null ? headers : withoutNominated(headers, nominated)
    if (cookie !== null) passed.push('Cookie', cookie)
    for (const line of forwarding) passed.push(line)
    passed.push('X-Forwarded-For', peer, 'X-Request-Id', requestId)
    for (const line of identity) passed.push(line)
    return passed
  }
}

/** The Connection header names further headers that end here. It cannot name ours: they come after it. */
function withoutNominated(headers: string[], nominated: string): string[] {
  if (/^(?:keep-alive|close)$/i.test(nominated)) return headers
  const names = new Set(
    nominated
      .toLowerCase()
      .split(',')
      .map(name => name.trim()),
  )
  const kept: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string
    if (!names.has(name.toLowerCase())) kept.push(name, headers[at + 1] as string)
  }
  return kept
}

/** Node accepts lists such as `,chunked`, which other servers read differently: request smuggling. */
function refuseOddFraming(value: string): void {
  if (value.toLowerCase() === 'chunked') return
  throw new GatewayError('GW_ERR_REQUEST_INVALID', {
    reason: 'Transfer-Encoding other than chunked',
  })
}

/** Node lets 0x85 and 0xA0 stand at the edges of a value; applications in Python trim them away. */
function refuseTrimmedEdges(name: string, value: string): void {
  if (!isTrimmed(value.charCodeAt(0)) && !isTrimmed(value.charCodeAt(value.length - 1))) return
  throw new GatewayError('GW_ERR_REQUEST_INVALID', { reason: `${name} is edged with 0x85 or 0xA0` })
}

function isTrimmed(code: number): boolean {
  return code === 0x85 || code === 0xa0
}
