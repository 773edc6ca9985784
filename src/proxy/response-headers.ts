// What a client sees of an application's answer: every header byte for byte, without what belongs to one
// connection, without cookies that would pass for the gateway's, and with the gateway's own cookies.

/** Whether a cookie name is the gateway's. */
export type IsGatewayCookie = (name: string) => boolean

const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
/** What would let a shared cache keep a Set-Cookie of ours. */
const caching: ReadonlySet<string> = new Set([
  'cache-control',
  'expires',
  'pragma',
  'surrogate-control',
])

/**
 * The raw header list for the client.
 *
 * @param raw         as undici gives it: name, value, name, value, …
 * @param setCookies  the gateway's Set-Cookie lines; with any, the answer becomes `no-store`
 */
export function buildResponseHeaders(
  raw: readonly Buffer[],
  setCookies: readonly string[],
  isGatewayCookie: IsGatewayCookie,
): string[] {
  const headers: string[] = []
  let nominated: string | null = null
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] as Buffer).toString('latin1')
    const value = (raw[at + 1] as Buffer).toString('latin1')
    const lower = name.toLowerCase()
    if (hopByHop.has(lower)) {
      if (lower === 'connection') nominated = nominated === null ? value : `${nominated},${value}`
      continue
    }
    if (lower === 'set-cookie' && setsGatewayCookie(value, isGatewayCookie)) continue
    if (setCookies.length > 0 && caching.has(lower)) continue
    headers.push(name, value)
  }
  if (setCookies.length > 0) {
    for (const line of setCookies) headers.push('Set-Cookie', line)
    headers.push('Cache-Control', 'no-store')
  }
  return nominated === null ? headers : withoutNominated(headers, nominated)
}

/** By the name as browsers read it: trimmed, up to `=`, and the value of a nameless cookie as well. */
function setsGatewayCookie(line: string, isGatewayCookie: IsGatewayCookie): boolean {
  const [pair = ''] = line.split(';')
  const equals = pair.indexOf('=')
  const name = equals === -1 ? pair : pair.slice(0, equals) || pair.slice(1)
  return isGatewayCookie(name.trim())
}

function withoutNominated(headers: string[], nominated: string): string[] {
  if (/^(?:keep-alive|close)$/i.test(nominated)) return headers
  const names = new Set(
    nominated
      .toLowerCase()
      .split(',')
      .map(name => name.trim()),
  )
  names.delete('set-cookie')
  const kept: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string
    if (!names.has(name.toLowerCase())) kept.push(name, headers[at + 1] as string)
  }
  return kept
}
