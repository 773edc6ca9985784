// The public origins of the gateway, and which of them a request is for. Nothing a client sends becomes
// part of a URL of ours: the Host header only chooses from the list.

/** One public origin. */
export interface PublicOrigin {
  /** Scheme, host and port, as browsers write it. */
  readonly origin: string
  readonly secure: boolean
  /** The app client of this origin, where it has one of its own. */
  readonly client: string | undefined
}

/** Finds the origin that a Host header names; null when it names none. */
export type FindOrigin = (host: string | undefined) => PublicOrigin | null

/**
 * Compares without case and trailing dot, and without port where no origin has just that port, since
 * port mappings in front of the gateway are common. Of several origins with one name the first wins.
 * @param clientOf  the app client that an origin has of its own
 */
export function createOriginFinder(
  urls: readonly string[],
  clientOf: (origin: string) => string | undefined = () => undefined,
): FindOrigin {
  const byHost = new Map<string, PublicOrigin>()
  const byName = new Map<string, PublicOrigin>()
  for (const url of urls) {
    const { origin, host, hostname, protocol } = new URL(url)
    const found: PublicOrigin = {
      origin,
      secure: protocol === 'https:',
      client: clientOf(origin),
    }
    if (!byHost.has(host)) byHost.set(host, found)
    if (!byName.has(hostname)) byName.set(hostname, found)
  }

  return host => {
    if (host === undefined) return null
    const exact = byHost.get(host)
    if (exact !== undefined) return exact
    const { name, port } = splitHost(host)
    return byHost.get(name + port) ?? byName.get(name) ?? null
  }
}

interface HostParts {
  readonly name: string
  readonly port: string
}

/** Most requests are for the same host as the one before. */
let lastSplit: { readonly host: string; readonly parts: HostParts } = {
  host: '',
  parts: { name: '', port: '' },
}

/** A Host header as name in lower case, without trailing dot, and port with its colon. */
export function splitHost(host: string): HostParts {
  if (host !== lastSplit.host) lastSplit = { host, parts: split(host) }
  return lastSplit.parts
}

function split(host: string): HostParts {
  const port = /:\d{1,5}$/.exec(host)?.[0] ?? ''
  const name = host.slice(0, host.length - port.length).toLowerCase()
  return { name: name.endsWith('.') ? name.slice(0, -1) : name, port }
}
