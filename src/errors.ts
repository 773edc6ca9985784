// One table of everything that can go wrong in front of a client: stable code, HTTP status, what the
// public reads, what the operator can do. Nothing here is ever filled with a value from a request.

interface ErrorRow {
  readonly status: number
  /** Heading of the page. */
  readonly title: string
  /** What happened and what to do, for the person in front of the page. */
  readonly message: string
  /** What the operator can do. */
  readonly hint: string
}

export const errorTable = {
  GW_ERR_TARGET_REFUSED: {
    status: 400,
    title: 'This address cannot be read',
    message:
      'The address of this page has characters that can be read in more than one way. Check the link and try again.',
    hint: 'The request target could be understood differently by the application; the log names the reason.',
  },
  GW_ERR_METHOD_REFUSED: {
    status: 405,
    title: 'This request is not possible here',
    message: 'The gateway does not pass on requests of this kind.',
    hint: 'TRACE and CONNECT are never forwarded.',
  },
  GW_ERR_HOST_UNKNOWN: {
    status: 421,
    title: 'This site is not served here',
    message: 'The gateway does not know the name of this site. Check the address.',
    hint: 'The Host header matches no origin in GATEWAY_URL. Add the origin, or mend the Host header that the proxy in front sends.',
  },
  GW_ERR_NOT_FOUND: {
    status: 404,
    title: 'There is nothing here',
    message: 'No page is known under this address. Check the link.',
    hint: 'No route matches the request, so nothing was forwarded.',
  },
  GW_ERR_LOGIN_REQUIRED: {
    status: 401,
    title: 'Please sign in',
    message: 'You need to be signed in to see this.',
    hint: 'The route needs a signed-in user and the request is not a page navigation, so it gets no redirect.',
  },
  GW_ERR_TOKEN_INVALID: {
    status: 401,
    title: 'This proof is not good',
    message: 'What says who you are is incomplete, has expired, or is for another place.',
    hint: 'A Bearer token failed verification (signature, issuer, client, token_use or time); the log names the check.',
  },
  GW_ERR_EVENTS_KEY: {
    status: 401,
    title: 'This is not for people',
    message: 'Events are taken from those who have the key to it.',
    hint: 'The header X-Api-Key is not session.events.key. The connection in EventBridge has another key, or somebody tries.',
  },
  GW_ERR_FORBIDDEN: {
    status: 403,
    title: 'You may not see this',
    message: 'This page is for other people. Ask whoever runs this application for access.',
    hint: 'The access rule of the route refuses this user; the log names the requirement.',
  },
  GW_ERR_CROSS_SITE: {
    status: 403,
    title: 'This request came from another site',
    message:
      'Another site asked your browser to do this, so it was not done. Go to the page yourself and try again.',
    hint: 'The request carries no proof of same origin (Sec-Fetch-Site or Origin); for a WebSocket: its Origin is none of those in GATEWAY_URL.',
  },
  GW_ERR_UPGRADE_REFUSED: {
    status: 403,
    title: 'This connection is not possible here',
    message: 'This part of the site keeps no open connections.',
    hint: 'The route has websocket: false, and the request asks for an upgrade.',
  },
  GW_ERR_RETURN_TO_REFUSED: {
    status: 400,
    title: 'This link leads somewhere else',
    message:
      'The link asks to go on to a place that this site does not allow. Open the application by its own address.',
    hint: 'rd leads neither to a public origin of the gateway nor to an entry of login.returnTo.',
  },
  GW_ERR_CALLBACK_INVALID: {
    status: 400,
    title: 'This sign-in answer is not complete',
    message: 'The answer from the sign-in page was damaged on its way. Please sign in again.',
    hint: 'The callback lacks code or state, or has one of them twice.',
  },
  GW_ERR_STATE_UNKNOWN: {
    status: 400,
    title: 'This sign-in was not started here',
    message: 'This answer does not belong to a sign-in that this site began. Please sign in again.',
    hint: 'The state was not sealed by this gateway: another deployment, another secret, or a forged link.',
  },
  GW_ERR_TRANSACTION_EXPIRED: {
    status: 400,
    title: 'This sign-in took too long',
    message:
      'The sign-in was begun more than an hour ago or in another browser. Please sign in again.',
    hint: 'The transaction cookie is gone or expired, and starting again did not help.',
  },
  GW_ERR_LOGIN_LOOP: {
    status: 400,
    title: 'Signing in does not get through',
    message:
      'You were sent to the sign-in page several times and each time the browser came back without its cookie. Allow cookies for this site, then try again.',
    hint: 'The browser does not keep the cookie: Secure cookie on plain http, GATEWAY_URL of another host than the browser sees, cookies blocked, or clocks apart.',
  },
  GW_ERR_COOKIES_BLOCKED: {
    status: 400,
    title: 'Cookies are blocked',
    message:
      'Your browser keeps no cookies for this site, so you cannot be signed in. Allow cookies for this site in the settings of your browser, then sign in again.',
    hint: 'The browser came back from the sign-in page three times without any cookie of the gateway: it blocks them, the page is plain http while GATEWAY_URL says https, or a proxy in front takes cookies away.',
  },
  GW_ERR_LOGIN_REFUSED: {
    status: 403,
    title: 'The sign-in was refused',
    message:
      'The sign-in page did not let you in. Try again, or ask whoever runs this application.',
    hint: 'Cognito sent the browser back with an error; the log has its code and description.',
  },
  GW_ERR_LOGIN_NOT_ALLOWED: {
    status: 403,
    title: 'This account may not sign in here',
    message:
      'You proved who you are, but this account has no access to this site. Use another account, or ask whoever runs it.',
    hint: 'The person does not meet login.require; no session was made, and the tokens were revoked.',
  },
  GW_ERR_LOGIN_MISCONFIGURED: {
    status: 500,
    title: 'Signing in is not set up correctly',
    message:
      'The fault is on our side, not yours. Whoever runs this application has to mend it; give them the id below.',
    hint: 'Cognito does not accept this gateway as its app client (secret, scope, grant or callback URL); the log names the cause and the remedy.',
  },
  GW_ERR_CODE_REFUSED: {
    status: 400,
    title: 'This sign-in was used already or is too old',
    message:
      'The answer from the sign-in page works only once and for five minutes. Please sign in again.',
    hint: 'The token endpoint answered invalid_grant for the authorization code.',
  },
  GW_ERR_TOKENS_REFUSED: {
    status: 502,
    title: 'The sign-in could not be verified',
    message:
      'The answer from the sign-in service did not pass our checks, so you are not signed in. Please try again.',
    hint: 'A token failed verification (signature, issuer, client, nonce, token_use or time); the log names the check.',
  },
  GW_ERR_COGNITO_UNAVAILABLE: {
    status: 503,
    title: 'The sign-in service does not answer',
    message: 'Please try again in a moment. You have not lost anything.',
    hint: 'Cognito could not be reached, was too slow, or answered 429 or 5xx.',
  },
  GW_ERR_SESSION_UNAVAILABLE: {
    status: 503,
    title: 'Your session cannot be checked right now',
    message: 'Please try again in a moment. You are still signed in.',
    hint: 'The session is due for a refresh and Cognito could not be reached. The session is kept.',
  },
  GW_ERR_SESSION_TOO_LARGE: {
    status: 500,
    title: 'Your sign-in does not fit into a cookie',
    message:
      'You have more roles or attributes than this site can carry. Whoever runs it has to change a setting; give them the id below.',
    hint: 'The sealed session exceeds what browsers keep in cookies; the log has size and limit.',
  },
  GW_ERR_IDENTITY_TOO_LARGE: {
    status: 431,
    title: 'You have more roles than this application takes',
    message: 'Whoever runs this application has to change a setting; give them the id below.',
    hint: 'The identity headers exceed maxIdentityBytes of the route; show the application fewer groups with groups.only.',
  },
  GW_ERR_HEADERS_TOO_LARGE: {
    status: 431,
    title: 'Your browser sent too much',
    message:
      'The cookies or headers of this request are too large. Clear the cookies of this site and try again.',
    hint: 'The request head is larger than 32 KB.',
  },
  GW_ERR_REQUEST_INVALID: {
    status: 400,
    title: 'This request cannot be read',
    message: 'The request was damaged on its way. Please try again.',
    hint: 'The request breaks the rules of HTTP/1.1 framing or of the endpoint; the log names the reason.',
  },
  GW_ERR_BODY_TOO_LARGE: {
    status: 413,
    title: 'This is too large to send',
    message: 'What you sent is larger than this part of the site accepts.',
    hint: 'The body is larger than maxBody of the route.',
  },
  GW_ERR_UPLOAD_TIMEOUT: {
    status: 408,
    title: 'Sending took too long',
    message: 'Nothing arrived for a while, so the gateway stopped waiting. Please try again.',
    hint: 'The client paused its upload for longer than timeout.idle of the route, or took more than 15 s for the head of a request.',
  },
  GW_ERR_EXPECTATION_FAILED: {
    status: 417,
    title: 'This request is not possible here',
    message: 'The request expects something that the gateway does not do.',
    hint: 'The Expect header has another value than 100-continue.',
  },
  GW_ERR_UPSTREAM_UNREACHABLE: {
    status: 502,
    title: 'The application does not answer',
    message:
      'You are signed in, but the application behind this page cannot be reached. Please try again in a moment.',
    hint: 'The upstream refused the connection, broke it, or failed TLS verification; the log has the cause.',
  },
  GW_ERR_UPSTREAM_INVALID: {
    status: 502,
    title: 'The application gave an answer that cannot be read',
    message: 'The fault is in the application behind this page. Please try again in a moment.',
    hint: 'The response head of the upstream is not valid HTTP or too large.',
  },
  GW_ERR_UPSTREAM_TIMEOUT: {
    status: 504,
    title: 'The application takes too long',
    message:
      'The application behind this page did not answer in time. Please try again in a moment.',
    hint: 'No connection, or no response head, within the time limits of the route (timeout).',
  },
  GW_ERR_UPSTREAM_BUSY: {
    status: 503,
    title: 'The application has too much to do',
    message: 'Please try again in a moment.',
    hint: 'As many requests as the gateway allows are under way to this upstream.',
  },
  GW_ERR_AWS_REFUSED: {
    status: 403,
    title: 'You have no access to this part',
    message:
      'You are signed in, but what lies behind this page does not take your sign-in. Ask whoever runs it.',
    hint: 'The identity pool or STS gives this person no AWS credentials (role, provider, expired token); the log has cause and remedy.',
  },
  GW_ERR_AWS_MISCONFIGURED: {
    status: 500,
    title: 'Access is not set up correctly',
    message:
      'The fault is on our side, not yours. Whoever runs this application has to mend it; give them the id below.',
    hint: 'Identity pool, role or STS is not set up for this gateway (COGNITO_IDENTITY_POOL_ID, aws.*); the log has cause and remedy.',
  },
  GW_ERR_AWS_UNAVAILABLE: {
    status: 503,
    title: 'Access cannot be checked right now',
    message: 'Please try again in a moment. You are still signed in.',
    hint: 'Identity pool or STS could not be reached, was too slow, or throttles.',
  },
  GW_ERR_UPSTREAM_DOWN: {
    status: 503,
    title: 'The application cannot be reached',
    message: 'It will be tried again in a moment. Please try again then.',
    hint: 'As many connections to the upstream as limits.breaker.failures failed one after the other, so requests are not sent until one succeeds; the log says when it began, and why.',
  },
  GW_ERR_GATEWAY_BUSY: {
    status: 503,
    title: 'There is too much to do',
    message: 'Too many people are here at once. Please try again in a moment.',
    hint: 'As many requests as limits.requests allows are under way in this process.',
  },
  GW_ERR_TOO_MANY_SIGN_INS: {
    status: 429,
    title: 'Too many sign-ins at once',
    message: 'Many sign-ins came from your network within a minute. Please try again in a moment.',
    hint: 'One address began, completed or ended more sign-ins than limits.signInsPerMinute. If it is a proxy of yours, name it in trustedProxies, so that clients are told apart.',
  },
  GW_ERR_INTERNAL: {
    status: 500,
    title: 'Something went wrong',
    message:
      'The fault is on our side. Please try again; if it happens again, tell whoever runs this application the id below.',
    hint: 'An error nobody planned for; the log has it under the same id.',
  },
} as const satisfies Record<string, ErrorRow>

/** Stable code of a failure, as in logs, JSON answers and README. */
export type ErrorCode = keyof typeof errorTable

/**
 * A failure with a row in {@link errorTable}; everything else leaves as `GW_ERR_INTERNAL`.
 *
 * `reason` is for the log alone: what was expected and what was seen, never a secret.
 */
export class GatewayError extends Error {
  readonly code: ErrorCode
  readonly reason: string | undefined
  /** One more sentence for the page and the answer: numbers and names of settings, nothing of a person's. */
  readonly detail: string | undefined
  /** Where that sentence leads: https or a path, from the settings. */
  readonly detailLink: string | undefined
  /** Value of `Retry-After`, in seconds, for what passes by itself. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: ErrorCode,
    options: {
      reason?: string
      detail?: string
      detailLink?: string | undefined
      cause?: unknown
      retryAfterSeconds?: number
    } = {},
  ) {
    super(
      errorTable[code].title,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.code = code
    this.reason = options.reason
    this.detail = options.detail
    this.detailLink = options.detailLink
    this.retryAfterSeconds = options.retryAfterSeconds
  }

  get status(): number {
    return errorTable[this.code].status
  }
}

/** Settings that cannot be used. Carries every complaint at once, each ready to be printed. */
export class SettingsRefused extends Error {
  readonly complaints: readonly string[]

  constructor(complaints: readonly string[]) {
    super(`${complaints.length} setting${complaints.length === 1 ? '' : 's'} cannot be used`)
    this.complaints = complaints
  }
}
