// The URLs of the gateway itself: one table, from which the paths, the routes and the README come.

/** Method and meaning of each, under the prefix unless `isAbsolute`; named as users of oauth2-proxy know them. */
export const urlTable = {
  start: {
    method: 'GET',
    path: '/start',
    what: 'begin a login; `rd=/path` says where to go afterwards, `lang=ko` in which language, `idp=Google` with which provider, `login_hint=jane@example.com` as whom, `screen=signup` to sign up first (`login.parameters` says what a link may ask), `prompt=login` to be asked for the password although Cognito knows who it is',
  },
  signIn: { method: 'GET', path: '/sign_in', what: 'the same as `/start`' },
  callback: {
    method: 'GET',
    path: '/callback',
    what: 'Cognito sends the browser here: register it as a callback URL',
  },
  signOut: {
    method: 'GET, POST',
    path: '/sign_out',
    what: 'end the session, revoke the refresh token, sign out at Cognito; `rd=/path` says where to go afterwards, `scope=gateway` stays signed in at Cognito, `scope=everywhere` ends the sessions of your other browsers too',
  },
  signedOut: {
    method: 'GET',
    path: '/signed_out',
    what: 'the page after signing out: register it as a sign-out URL',
  },
  account: {
    method: 'GET, POST',
    path: '/account',
    what: 'page: who you are, how long this session lasts, your other sessions (with Redis), sign out here or everywhere; `POST` with `end=…` ends one of the others, same origin only',
  },
  landing: {
    method: 'GET',
    path: '/landing',
    what: 'page: where a sign-in comes back to that has kept the part behind `#` (`keepFragment` of a route); goes on to `rd=/path`',
  },
  auth: {
    method: 'GET',
    path: '/auth',
    what: 'for nginx `auth_request`, Traefik, Caddy, HAProxy: 202 with identity headers, 401 or 403; `redirect=1` sends navigations to the login, `allowed_groups=a,b` asks for one of them',
  },
  userinfo: {
    method: 'GET',
    path: '/userinfo',
    what: 'JSON: who is signed in and until when; 401 when nobody is; never a token',
  },
  refresh: {
    method: 'POST',
    path: '/refresh',
    what: 'refresh now, so that new groups count at once; same origin only, answers as `/userinfo`',
  },
  resourceMetadata: {
    method: 'GET',
    path: '/.well-known/oauth-protected-resource',
    isAbsolute: true,
    what: 'JSON: which user pool issues the Bearer tokens that are taken here (RFC 9728)',
  },
  awsCredentials: {
    method: 'GET',
    path: '/aws-credentials',
    what: 'JSON: temporary AWS credentials of the person who is signed in, as AWS SDKs read them from a container; with `aws.credentialsEndpoint` alone, and for pages of the same origin',
  },
  albKeys: {
    method: 'GET',
    path: '/public-keys',
    below: '/KID',
    what: 'the public key (PEM) of identity style `alb` with this `kid`, under any host name; `paths.albKeys` moves it',
  },
  jwks: {
    method: 'GET',
    path: '/jwks',
    what: 'JSON: the public keys of identity style `assertion` (RFC 7517), under any host name',
  },
  events: {
    method: 'POST',
    path: '/events',
    what: 'takes what CloudTrail says of users, from EventBridge: ends or refreshes their sessions; with `session.events.key` alone, which the header `X-Api-Key` has to carry',
  },
  ping: { method: 'GET', path: '/ping', what: '200 under any host name, for load balancers' },
} as const

/** What every URL of the gateway is called in the code. */
export type Paths = Readonly<Record<keyof typeof urlTable, string>>

/** The paths under a prefix; the callback and the keys of style `alb` may stand elsewhere. */
export function createPaths({
  prefix,
  callback,
  albKeys,
}: {
  prefix: string
  callback: string
  albKeys?: string | undefined
}): Paths {
  const entries = Object.entries(urlTable).map(([name, { path, ...url }]) => [
    name,
    'isAbsolute' in url ? path : prefix + path,
  ])
  const all = Object.fromEntries(entries) as Paths
  return { ...all, callback, albKeys: albKeys ?? all.albKeys }
}

/** Whether a path is the gateway's own, and never an application's. */
export function createIsOwnPath(
  paths: Pick<Paths, 'callback' | 'resourceMetadata' | 'albKeys'>,
  { prefix, resourceMetadata: hasMetadata }: { prefix: string; resourceMetadata: boolean },
): (path: string) => boolean {
  const below = `${prefix}/`
  const { callback } = paths
  const resourceMetadata = hasMetadata ? paths.resourceMetadata : callback
  const belowKeys = `${paths.albKeys}/`
  return path =>
    path === prefix ||
    path.startsWith(below) ||
    path === callback ||
    path === resourceMetadata ||
    path.startsWith(belowKeys)
}
