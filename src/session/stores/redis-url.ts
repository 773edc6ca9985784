// Redis URLs as people write them: one server, Sentinel, or Cluster; plain or TLS.

/** Where sessions are kept, parsed. */
export interface RedisAddress {
  readonly kind: 'single' | 'sentinel' | 'cluster'
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  readonly tls: boolean
  /** ACL user; absent: the default user. */
  readonly username: string | undefined
  readonly password: string | undefined
  readonly db: number
  /** Name of the monitored primary, with Sentinel. */
  readonly primary: string | undefined
}

const form =
  /^(?<tls>rediss?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<credentials>[^@/]*)@)?(?<nodes>[^/?#]+)(?:\/(?<path>[^?#]*))?$/
const defaultPorts = { single: 6379, sentinel: 26_379, cluster: 6379 } as const

/**
 * `redis://[user:password@]host[:port][/db]`, `rediss://` for TLS, `redis+sentinel://host,host/primary[/db]`,
 * `redis+cluster://host,host`.
 *
 * @throws RangeError that says what is wrong, never showing the password
 */
export function parseRedisUrl(text: string): RedisAddress {
  const groups = form.exec(text)?.groups
  if (groups === undefined) {
    throw new RangeError(
      'expected redis://host:6379, rediss://…, redis+sentinel://host,host/primary or redis+cluster://host,host; @, / and ? in a password have to be percent-encoded, and there is nothing behind a ?',
    )
  }
  const kind = (groups.kind ?? 'single') as RedisAddress['kind']
  const nodes = (groups.nodes ?? '').split(',').map(node => parseNode(node, defaultPorts[kind]))
  if (kind === 'single' && nodes.length > 1) {
    throw new RangeError('several hosts need redis+sentinel:// or redis+cluster://')
  }
  return {
    kind,
    nodes,
    tls: groups.tls === 'rediss',
    ...parseCredentials(groups.credentials),
    ...parsePath(kind, groups.path ?? ''),
  }
}

function parseNode(text: string, defaultPort: number): { host: string; port: number } {
  const [, host = '', port = ''] = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i.exec(text) ?? []
  if (host === '' || Number(port) > 65_535) {
    throw new RangeError(
      'expected host or host:port after the slashes; @ and / in a password have to be percent-encoded',
    )
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: port === '' ? defaultPort : Number(port) }
}

function parseCredentials(text: string | undefined): Pick<RedisAddress, 'username' | 'password'> {
  if (text === undefined) return { username: undefined, password: undefined }
  const colon = text.indexOf(':')
  if (colon === -1) throw new RangeError('expected user:password or :password before the @')
  return {
    username: decode(text.slice(0, colon)) || undefined,
    password: decode(text.slice(colon + 1)),
  }
}

function parsePath(kind: RedisAddress['kind'], path: string): Pick<RedisAddress, 'db' | 'primary'> {
  const parts = path.split('/').filter(part => part !== '')
  const primary = kind === 'sentinel' ? parts.shift() : undefined
  if (kind === 'sentinel' && primary === undefined) {
    throw new RangeError('Sentinel needs the name of the primary: redis+sentinel://host/primary')
  }
  const [db = '0', ...rest] = parts
  if (rest.length > 0 || !/^\d{1,3}$/.test(db))
    throw new RangeError('expected a database number at the end')
  if (kind === 'cluster' && db !== '0') throw new RangeError('Cluster has no databases but 0')
  return { db: Number(db), primary }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new RangeError('user or password is not percent-encoded correctly')
  }
}
