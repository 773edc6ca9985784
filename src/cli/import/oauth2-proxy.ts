// oauth2-proxy's options as settings of ours. What cannot be said here closes rather than opens: an access rule that is
// not understood becomes `deny`, an open path that is not understood needs a sign-in.
// Source: oauth2-proxy 7, command line options.
import { formatDuration } from '../../lib/duration.js'
import { generateSecret } from '../../lib/keyring.js'
import { type Imported, joinImported, note, nothing, setting } from './imported.js'
import type { ProxyOptions } from './oauth2-proxy-file.js'
import { routesOf } from './oauth2-proxy-routes.js'

type Rule = (value: string, values: readonly string[]) => Imported

const issuerForm = /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/([\w-]+)\/?$/

const rules: Readonly<Record<string, Rule>> = {
  client_id: id => setting('cognito.clientId', id),
  client_secret: secret => setting('cognito.clientSecret', secret),
  client_secret_file: file =>
    note(`client_secret_file: start with COGNITO_CLIENT_SECRET_FILE=${file}`),
  oidc_issuer_url: issuer => {
    const [, userPoolId] = issuerForm.exec(issuer) ?? []
    return userPoolId === undefined
      ? note(`oidc_issuer_url: ${issuer} is no user pool of Amazon Cognito`)
      : setting('cognito.userPoolId', userPoolId)
  },
  login_url: url => domainOf(url),
  redeem_url: url => domainOf(url),
  scope: scopes => setting('cognito.scopes', scopes),
  redirect_url: url => readRedirectUrl(url),
  proxy_prefix: prefix => setting('paths.prefix', prefix),
  http_address: address => listenOn('listen', address),
  metrics_address: address => listenOn('admin', address),
  cookie_expire: text => {
    const seconds = goSeconds(text)
    if (seconds === null) return note(`cookie_expire: ${text} is not understood; see session.max`)
    return seconds === 0
      ? setting('session.endsWithBrowser', true)
      : setting('session.max', formatDuration(seconds))
  },
  cookie_secret: () => note('cookie_secret: secrets is a new one, so everybody signs in once more'),
  session_store_type: type => (type === 'redis' ? setting('session.store', 'redis') : nothing),
  redis_connection_url: url => setting('session.redis.url', url),
  redis_ca_path: file => setting('session.redis.ca', file),
  whitelist_domains: (_, domains) => readReturnTo(domains),
  trusted_proxy_ips: (_, ranges) => setting('trustedProxies', ranges),
  reverse_proxy: on =>
    on === 'true'
      ? note(
          'reverse_proxy: name the addresses of your proxies in trustedProxies; nobody is believed unnamed',
        )
      : nothing,
  prefer_email_to_user: on => (on === 'true' ? setting('identity.user', 'email') : nothing),
  pass_access_token: on => (on === 'true' ? setting('identity.accessToken', true) : nothing),
  provider: name =>
    name === 'oidc'
      ? nothing
      : note(`provider: ${name} signs in elsewhere; here it is Amazon Cognito`),
  oidc_groups_claim: claim =>
    claim === 'cognito:groups'
      ? nothing
      : note(
          `oidc_groups_claim: groups are those of cognito:groups; for ${claim} write claims into access`,
        ),
  user_id_claim: claim => setting('identity.user', claim),
}

/** The same happens here, or it makes no difference to anybody. */
const sameHere = new Set([
  ...['allowed_groups', 'basic_auth_password', 'email_domains', 'pass_authorization_header'],
  ...['pass_basic_auth', 'pass_host_header', 'pass_user_headers', 'proxy_websockets'],
  ...['skip_auth_regex', 'skip_auth_routes', 'upstream_timeout', 'upstreams'],
  ...['api_routes', 'code_challenge_method', 'cookie_httponly', 'cookie_refresh', 'encode_state'],
  ...['flush_interval', 'oidc_email_claim', 'oidc_jwks_url', 'set_authorization_header'],
  ...['set_xauthrequest', 'skip_auth_strip_headers', 'skip_oidc_discovery'],
  ...['skip_provider_button', 'skip_jwt_bearer_tokens', 'silence_ping_logging', 'config'],
])

const instead: Readonly<Record<string, string>> = {
  authenticated_emails_file: 'write the addresses into access: { claims: { email: […] } }',
  cookie_csrf_per_request: 'each sign-in has a cookie of its own',
  cookie_domains: 'cookies belong to one host; list every origin in url',
  cookie_name: 'cookies have names of their own',
  cookie_samesite: 'Lax, or None for the sites of embedding.ancestors',
  cookie_secure: 'cookies are Secure whenever url is https',
  extra_jwt_issuers:
    'tokens of one user pool are taken; further app clients by cognito.bearerClientIds',
  force_https: 'let the proxy in front do it',
  htpasswd_file: 'people sign in at Cognito alone',
  https_address: 'TLS ends at the proxy in front',
  insecure_oidc_allow_unverified_email:
    'addresses that are not verified meet no rule of emailDomains',
  insecure_oidc_skip_issuer_verification: 'the issuer is always verified',
  ping_path: '/oauth2/ping',
  prompt: 'maxAuthAge in access asks for the password again',
  ready_path: '/readyz on the admin listener',
  redis_cluster_connection_urls: 'session.redis.url: redis+cluster://host,host',
  redis_sentinel_connection_urls: 'session.redis.url: redis+sentinel://host,host/primary',
  skip_auth_preflight: 'cors of a route answers preflights',
  ssl_insecure_skip_verify: 'TLS is always verified; NODE_EXTRA_CA_CERTS adds an authority',
  ssl_upstream_insecure_skip_verify: 'TLS is always verified; tls.ca of a route names an authority',
  tls_cert_file: 'TLS ends at the proxy in front',
  tls_key_file: 'TLS ends at the proxy in front',
  trusted_ips: 'nobody passes by their address',
}

/** Options as settings. @param domain  of the hosted UI, which oauth2-proxy does not have to know */
export function importProxyOptions(
  options: ProxyOptions,
  { domain }: { domain?: string | undefined },
): Imported {
  const parts = [...options].map(([name, values]) => translate(name, values))
  const listens = options.has('http_address') ? [] : [listenOn('listen', '127.0.0.1:4180')]
  return joinImported([
    ...listens,
    ...parts,
    identityOf(options),
    routesOf(options),
    domain === undefined ? nothing : setting('cognito.domain', domain),
    setting('secrets', generateSecret()),
  ])
}

function translate(name: string, values: readonly string[]): Imported {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  const value = values.at(-1) ?? ''
  if (value === '' || sameHere.has(name)) return nothing
  if (rule !== undefined) return rule(value, values)
  const other = Object.hasOwn(instead, name) ? instead[name] : undefined
  return note(`${name}: has no counterpart${other === undefined ? '' : `; here: ${other}`}`)
}

/** Which headers tell who somebody is. */
function identityOf(options: ProxyOptions): Imported {
  const isOn = (name: string, fallback: boolean) =>
    (options.get(name)?.at(-1) ?? String(fallback)) === 'true'
  const password = options.get('basic_auth_password')?.at(-1)
  const basic = isOn('pass_basic_auth', true) && password !== undefined && password !== ''
  const bearer = isOn('pass_authorization_header', false)
  if (basic && !bearer) {
    const style = setting('identity.style', ['forwarded', 'basic'])
    return joinImported([style, setting('identity.password', password)])
  }
  if (bearer) {
    const style = setting('identity.style', ['forwarded', 'bearer'])
    return joinImported([
      style,
      setting('identity.token', 'id'),
      basic ? note('basic_auth_password: Authorization carries the ID token already') : nothing,
    ])
  }
  const silent = !isOn('pass_basic_auth', true) && !isOn('pass_user_headers', true)
  return silent ? note('pass_user_headers: X-Forwarded-User and its like are always sent') : nothing
}

function domainOf(url: string): Imported {
  return URL.canParse(url)
    ? setting('cognito.domain', new URL(url).origin)
    : note(`login_url: ${url} is no URL`)
}

function readRedirectUrl(text: string): Imported {
  if (!URL.canParse(text)) return note(`redirect_url: ${text} has no host; set url by hand`)
  const { origin, pathname } = new URL(text)
  return joinImported([setting('url', origin), setting('paths.callback', pathname)])
}

function listenOn(place: 'listen' | 'admin', address: string): Imported {
  const [, host = '', port] = /^(?:http:\/\/)?(.*):(\d+)$/.exec(address) ?? []
  if (port === undefined)
    return note(`${address}: only addresses such as 127.0.0.1:4180 can be listened on`)
  const plain = host.replace(/^\[|\]$/g, '')
  return setting(place, { host: plain === '' ? '0.0.0.0' : plain, port: Number(port) })
}

function readReturnTo(domains: readonly string[]): Imported {
  const isHost = (domain: string) => /^[\w-]+(?:\.[\w-]+)*(?::\d+)?$/.test(domain)
  const origins = domains.filter(isHost).map(domain => `https://${domain}`)
  const wide = domains.filter(domain => !isHost(domain))
  return joinImported([
    origins.length === 0 ? nothing : setting('login.returnTo', origins),
    ...wide.map(domain =>
      note(`whitelist_domains: ${domain} stands for several hosts; list each in login.returnTo`),
    ),
  ])
}

/** Go writes 1h30m, 168h0m0s. */
function goSeconds(text: string): number | null {
  if (/^0+$/.test(text)) return 0
  if (!/^(?:\d+[hms])+$/.test(text)) return null
  const unit = { h: 3600, m: 60, s: 1 } as const
  const parts = [...text.matchAll(/(\d+)([hms])/g)]
  return parts.reduce((sum, [, n, u]) => sum + Number(n) * unit[u as keyof typeof unit], 0)
}
