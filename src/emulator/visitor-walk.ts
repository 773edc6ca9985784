// A browser of few abilities: follows redirects with a jar of cookies, as a navigation does. It brings a test, or a
// browser of its own, into a signed-in session without a click.
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

/** A cookie in Playwright's storage-state form. */
export interface StoredCookie {
  readonly name: string
  readonly value: string
  readonly domain: string
  readonly path: string
  /** NumericDate seconds; -1 for the browser's session. */
  readonly expires: number
  readonly httpOnly: boolean
  readonly secure: boolean
  readonly sameSite: 'Strict' | 'Lax' | 'None'
}

/** Where a walk ended. */
export interface Walk {
  readonly url: string
  readonly status: number
  readonly cookies: readonly StoredCookie[]
}

const maxRedirects = 20
const timeoutMs = 10_000
const navigation = {
  accept: 'text/html',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
}

/** Opens a URL and follows where it leads. Throws an Error after 20 redirects, or when nobody answers. */
export async function walk(start: string, cookies: readonly StoredCookie[]): Promise<Walk> {
  const jar = new Map(cookies.map(cookie => [keyOf(cookie), cookie]))
  let url = new URL(start)
  for (let hops = 0; hops <= maxRedirects; hops++) {
    const answer = await visit(url, [...jar.values()])
    for (const line of answer.headers['set-cookie'] ?? []) {
      const cookie = readCookie(line, url)
      if (cookie.expires === 0 || cookie.value === '') jar.delete(keyOf(cookie))
      else jar.set(keyOf(cookie), cookie)
    }
    const { statusCode: status = 0, headers } = answer
    if (headers.location === undefined) {
      return { url: url.href, status, cookies: [...jar.values()] }
    }
    url = new URL(headers.location, url)
  }
  throw new Error(`${new URL(start).origin} redirects again and again`)
}

/** A session cookie of this host. */
export function cookieFor(origin: string, name: string, value: string): StoredCookie {
  const { hostname, protocol } = new URL(origin)
  const rest = { path: '/', expires: -1, httpOnly: true, sameSite: 'Lax' } as const
  return { name, value, domain: hostname, secure: protocol === 'https:', ...rest }
}

/** The `Cookie` header that a browser with these cookies would send. */
export function cookieHeader(url: string | URL, cookies: readonly StoredCookie[]): string {
  const { hostname, pathname, protocol } = new URL(url)
  return cookies
    .filter(({ domain }) => domain === hostname)
    .filter(({ path }) => pathname === path || pathname.startsWith(path.replace(/\/?$/, '/')))
    .filter(({ secure }) => !secure || protocol === 'https:' || hostname === 'localhost')
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
}

function visit(url: URL, cookies: readonly StoredCookie[]): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  const cookie = cookieHeader(url, cookies)
  const headers = { ...navigation, ...(cookie === '' ? {} : { cookie }) }
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs)
    request(url, { headers, signal, agent: false }, answer => {
      answer.resume()
      answer.once('end', () => resolve(answer))
      answer.once('error', reject)
    })
      .once('error', reject)
      .end()
  })
}

function readCookie(line: string, url: URL): StoredCookie {
  const [pair = '', ...attributes] = line.split(';').map(part => part.trim())
  const equals = pair.indexOf('=')
  const named = new Map(
    attributes.map(attribute => {
      const [name = '', value = ''] = attribute.split('=')
      return [name.toLowerCase(), value]
    }),
  )
  const sameSite = named.get('samesite')?.toLowerCase()
  return {
    name: pair.slice(0, equals),
    value: pair.slice(equals + 1),
    domain: url.hostname,
    path: named.get('path') ?? '/',
    expires: expiryOf(named),
    httpOnly: named.has('httponly'),
    secure: named.has('secure'),
    sameSite: sameSite === 'strict' ? 'Strict' : sameSite === 'none' ? 'None' : 'Lax',
  }
}

/** 0 for one that is taken back. */
function expiryOf(named: ReadonlyMap<string, string>): number {
  const maxAge = named.get('max-age')
  const now = Math.floor(Date.now() / 1000)
  if (maxAge !== undefined) return Number(maxAge) <= 0 ? 0 : now + Number(maxAge)
  const expires = named.get('expires')
  if (expires === undefined) return -1
  const at = Math.floor(Date.parse(expires) / 1000)
  return at <= now ? 0 : at
}

function keyOf({ domain, path, name }: StoredCookie): string {
  return `${domain} ${path} ${name}`
}
