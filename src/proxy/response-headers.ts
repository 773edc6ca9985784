// What a client sees of an application's answer: every header byte for byte, without what belongs to one
// connection, without cookies that would pass for the gateway's, and with the gateway's own cookies.
import { STATUS_CODES } from 'node:http'
import { GatewayError } from '../errors.js'
import type { EditAnswer } from './answer-edits.js'
import { hopByHop, rememberByName, withoutNominated } from './hop-by-hop.js'

/** Whether a cookie name is the gateway's. */
export type IsGatewayCookie = (name: string) => boolean

type Verdict = 'pass' | 'drop' | 'caching' | 'connection' | 'set-cookie' | 'transfer-encoding'

/** What would let a cache keep a Set-Cookie of ours, besides every name that ends in Cache-Control (RFC 9213). */
const caching: ReadonlySet<string> = new Set([
  'edge-control',
  'expires',
  'pragma',
  'surrogate-control',
  'x-accel-expires',
])

const verdictOf = rememberByName((name): Verdict => {
  const lower = name.toLowerCase()
  if (lower === 'connection' || lower === 'set-cookie' || lower === 'transfer-encoding')
    return lower
  if (caching.has(lower) || lower.endsWith('cache-control')) return 'caching'
  return hopByHop.has(lower) ? 'drop' : 'pass'
})

/**
 * The raw header list for the client.
 *
 * @param raw         as undici gives it: name, value, name, value, …
 * @param edit        what the route changes in the application's lines; null for nothing
 * @param setCookies  the gateway's Set-Cookie lines; with any, the answer becomes `no-store`
 * @throws GW_ERR_UPSTREAM_INVALID for a body in a transfer coding that ends here and cannot be undone
 */
export function buildResponseHeaders(
  raw: readonly Buffer[],
  setCookies: readonly string[],
  isGatewayCookie: IsGatewayCookie,
  edit: EditAnswer | null,
): string[] {
  const headers: string[] = []
  let nominated: string | null = null
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] as Buffer).toString('latin1')
    const value = (raw[at + 1] as Buffer).toString('latin1')
    const verdict = verdictOf(name)
    if (verdict === 'pass') headers.push(name, value)
    else if (verdict === 'connection') {
      nominated = nominated === null ? value : `${nominated},${value}`
    } else if (verdict === 'set-cookie') {
      if (!setsGatewayCookie(value, isGatewayCookie)) headers.push(name, value)
    } else if (verdict === 'caching') {
      if (setCookies.length === 0) headers.push(name, value)
    } else if (verdict === 'transfer-encoding' && value.toLowerCase() !== 'chunked') {
      throw new GatewayError('GW_ERR_UPSTREAM_INVALID', {
        reason: 'expected Transfer-Encoding chunked, saw another coding',
      })
    }
  }
  const kept = nominated === null ? headers : withoutNominated(headers, nominated)
  const passed = edit === null ? kept : edit(kept)
  if (setCookies.length > 0) {
    for (const line of setCookies) passed.push('Set-Cookie', line)
    passed.push('Cache-Control', 'no-store')
  }
  return passed
}

/** By the name as browsers read it: up to `=`, trimmed; a nameless cookie is sent as its bare value. */
function setsGatewayCookie(line: string, isGatewayCookie: IsGatewayCookie): boolean {
  const semicolon = line.indexOf(';')
  const pair = semicolon === -1 ? line : line.slice(0, semicolon)
  const equals = pair.indexOf('=')
  const name = equals === -1 ? '' : pair.slice(0, equals).trim()
  return isGatewayCookie(name === '' ? pair.slice(equals + 1).trim() : name)
}

/** undici decodes the phrase as UTF-8, which cannot be undone; nobody reads it, so Node's own will do. */
export function reasonPhrase(status: number, text: string): string {
  if (text === STATUS_CODES[status]) return text
  return /^[\t\x20-\x7e]*$/.test(text) ? text : (STATUS_CODES[status] ?? '')
}
