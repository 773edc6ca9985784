// Which headers belong to one connection and end here (RFC 9110 section 7.6.1), in both directions.

/** Never passed on. `connection` names further ones, `transfer-encoding` is judged first by who reads it. */
export const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

const namesNothing = /^(?:keep-alive|close)$/i

/**
 * The raw header list without the names that the Connection header nominates.
 *
 * Not for lines that the gateway adds: a client would nominate X-Forwarded-User to get rid of it
 * (CVE-2024-45410, CVE-2026-33805). Content-Length stays, since it was read already.
 * @param nominated  the value of Connection; several joined by commas
 */
export function withoutNominated(headers: string[], nominated: string): string[] {
  if (namesNothing.test(nominated)) return headers
  const names = new Set(
    nominated
      .toLowerCase()
      .split(',')
      .map(name => name.trim()),
  )
  names.delete('content-length')
  const kept: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string
    if (!names.has(name.toLowerCase())) kept.push(name, headers[at + 1] as string)
  }
  return kept
}

/** Header names that are remembered; clients and applications use a few dozen. */
const maxNames = 1000
/** Longer names are judged each time, so that nobody fills the memory with them. */
const maxNameLength = 64

/**
 * The judge with a bounded memory by exact name: one look-up for a name that came before.
 *
 * A full memory is emptied and not kept as it is, so a flood of odd names cannot push the usual ones out for good.
 */
export function rememberByName<Verdict>(
  judge: (name: string) => Verdict,
): (name: string) => Verdict {
  const known = new Map<string, Verdict>()

  function ask(name: string): Verdict {
    const verdict = judge(name)
    if (name.length > maxNameLength) return verdict
    if (known.size >= maxNames) known.clear()
    known.set(name, verdict)
    return verdict
  }

  return name => known.get(name) ?? ask(name)
}
