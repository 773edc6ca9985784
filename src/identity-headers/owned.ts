// The names that no client may use towards an application, whichever style is on. What is not stripped
// today is what an application trusts tomorrow.

/** Who somebody is, in every style of ours and of the proxies that applications were written for. */
const identityNames = [
  'X-Forwarded-User',
  'X-Forwarded-Preferred-Username',
  'X-Forwarded-Email',
  'X-Forwarded-Groups',
  'X-Forwarded-Access-Token',
  'X-Auth-Request-User',
  'X-Auth-Request-Preferred-Username',
  'X-Auth-Request-Email',
  'X-Auth-Request-Groups',
  'X-Auth-Request-Access-Token',
  'X-Auth-Request-Redirect',
  'X-Amzn-Oidc-Identity',
  'X-Amzn-Oidc-Accesstoken',
  'X-Amzn-Oidc-Data',
  'X-Remote-User',
  'Remote-User',
  'Remote-Groups',
  'Remote-Email',
  'Remote-Name',
]

/** Where a request came from and what it asked for: rebuilt from the socket and the public origin. */
const forwardingNames = [
  'Forwarded',
  'X-Forwarded-For',
  'X-Forwarded-Proto',
  'X-Forwarded-Host',
  'X-Forwarded-Port',
  'X-Forwarded-Prefix',
  'X-Forwarded-Server',
  'X-Forwarded-Scheme',
  'X-Forwarded-Ssl',
  'X-Forwarded-Uri',
  'X-Forwarded-Method',
  'X-Real-Ip',
  'X-Client-Ip',
  'X-Original-Url',
  'X-Original-Uri',
  'X-Original-Host',
  'X-Original-Method',
  'X-Rewrite-Url',
  'X-Request-Id',
]

/** Switches inside applications: CGI's HTTP_PROXY (httpoxy), guards that a header turns off. */
const internalNames = ['Proxy', 'X-Middleware-Subrequest']

const owned: ReadonlySet<string> = new Set(
  [...identityNames, ...forwardingNames, ...internalNames].map(normalise),
)

/**
 * Whether a header name belongs to the gateway, under any spelling that an application may fold together:
 * CGI, WSGI and PHP read `X-Forwarded-User`, `x_forwarded.user` and `X-FORWARDED_USER` as one.
 */
export function isOwned(name: string): boolean {
  return owned.has(normalise(name))
}

/** Lower case, and every character that is neither letter nor digit as `-`. */
function normalise(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')
}
