// The names that no client may use towards an application, whichever style is on. What is not stripped
// today is what an application trusts tomorrow, so families go as a whole.

/** Families, by what their names begin with. */
const families = [
  // Styles `forwarded` and `bearer`, and where a request came from and what it asked for: proxies add to this
  // family (-Uri, -Method, -Prefix, -Client-Cert, …) and applications believe all of it.
  'X-Forwarded-',
  // Style `auth-request`: what nginx and ingress controllers pass on from oauth2-proxy.
  'X-Auth-Request-',
  // Style `alb`: what AWS ALB signs; applications often skip the check of the signature.
  'X-Amzn-Oidc-',
  // What Apache, Authelia and others say of a signed-in user.
  'Remote-',
  'X-Remote-',
  // The target before a proxy rewrote it: Symfony, Zend and IIS route by it, auth_request servers decide by it.
  'X-Original-',
  // Switches inside Next.js: CVE-2025-29927, a guard that a header turns off.
  'X-Middleware-',
]

/** Names that stand alone. */
const names = [
  // RFC 7239, read by frameworks in place of X-Forwarded-*.
  'Forwarded',
  // The peer's address under other names.
  'X-Real-Ip',
  'X-Client-Ip',
  'Client-Ip',
  'X-Cluster-Client-Ip',
  'True-Client-Ip',
  // The target and the host under other names.
  'X-Rewrite-Url',
  'X-Host',
  'X-Http-Host-Override',
  // Style `assertion`.
  'X-Gateway-Assertion',
  // Ours in logs: a client must not be able to write the id of another request.
  'X-Request-Id',
  // CGI makes HTTP_PROXY of it (httpoxy, CVE-2016-5385).
  'Proxy',
  // Grafana's name for a user that a proxy has signed in.
  'X-Webauth-User',
]

/**
 * Names that framing, routing or the decision rest on, as HTTP spells them. CGI and WSGI read `Content_Length` and
 * `Transfer_Encoding` as these, and the real ones beside them as well, or instead.
 */
const exactNames: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'cookie',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'origin',
  'proxy-authorization',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** A method in the place of the one that was decided on: Rails, Symfony, Express and others route by these. */
export const methodOverrides: readonly string[] = [
  'X-HTTP-Method',
  'X-HTTP-Method-Override',
  'X-Method-Override',
]

const ownedFamilies = families.map(family => `${normalise(family)}-`)
const ownedNames: ReadonlySet<string> = new Set(names.map(normalise))

/**
 * Whether a header name belongs to the gateway, under any spelling that an application may fold together:
 * CGI, WSGI and PHP read `X-Forwarded-User`, `x_forwarded.user` and `X-FORWARDED_USER` as one.
 *
 * Not cheap: a caller on the hot path remembers the answer by name.
 */
export function isOwned(name: string): boolean {
  const normal = normalise(name)
  if (exactNames.has(normal)) return name.toLowerCase() !== normal
  return ownedNames.has(normal) || ownedFamilies.some(family => normal.startsWith(family))
}

/** A header name as applications may fold it: lower case, every run of other signs as one `-`, none at the edges. */
export function normalise(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}

/**
 * The same judge, which knows further names: those of a free map, and Authorization where a style sets it.
 */
export function createOwned(further: readonly string[]): (name: string) => boolean {
  const names = new Set(further.map(normalise))
  return name => isOwned(name) || names.has(normalise(name))
}
