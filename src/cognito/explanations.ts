// What Cognito's errors mean to whoever runs the gateway, endpoint by endpoint. What each of them is to the person
// in front of the page stands in errors.ts, under the code. docs/errors.md is made of these tables.
import type { ErrorCode } from '../errors.js'

/** Which of our errors it is, why it happens, what to do. */
export interface Explanation {
  readonly code: ErrorCode
  readonly cause: string
  readonly remedy: string
}

/** By the value of `error`. */
export type ExplanationTable = Readonly<Record<string, Explanation>>

/** Told by the look of a text, which is not stable: for cause and remedy alone, never for a decision. */
export interface Hint {
  readonly pattern: RegExp
  /** A text as Cognito writes it. */
  readonly example: string
  readonly cause: string
  readonly remedy: string
}

const misconfigured = 'GW_ERR_LOGIN_MISCONFIGURED'
const refused = 'GW_ERR_LOGIN_REFUSED'
const unavailable = 'GW_ERR_COGNITO_UNAVAILABLE'

const scope: Explanation = {
  code: misconfigured,
  cause:
    'a scope of COGNITO_SCOPES is not enabled at the app client, or does not exist (Cognito has no offline_access)',
  remedy:
    'cognito-gateway doctor says which one; enable it under "Login pages" of the app client, or leave it out of COGNITO_SCOPES',
}
const grant: Explanation = {
  code: misconfigured,
  cause:
    'the authorization code grant is not enabled at the app client, or its callback URL differs',
  remedy: 'enable "Authorization code grant" and register the callback URL to the letter',
}
const secretRefused: Explanation = {
  code: misconfigured,
  cause: 'the app client is unknown, has another secret, or has none while one was sent',
  remedy:
    'compare COGNITO_CLIENT_ID and COGNITO_CLIENT_SECRET with the app client in the console; for a client without a secret unset COGNITO_CLIENT_SECRET',
}
const secretMissing: Explanation = {
  code: misconfigured,
  cause: 'the app client is unknown, or has a secret while COGNITO_CLIENT_SECRET is not set',
  remedy: 'compare COGNITO_CLIENT_ID with the console, and set COGNITO_CLIENT_SECRET',
}
const trouble: Explanation = {
  code: unavailable,
  cause: 'Cognito had trouble of its own',
  remedy: 'try again; see the AWS health dashboard when it lasts',
}
const throttled: Explanation = {
  code: unavailable,
  cause:
    'Cognito throttles: more than 300 requests a second from one address or for one app client, 500 for the domain, or the UserAuthentication quota of the account',
  remedy:
    'wait; spread the load over several addresses, and ask AWS for a higher UserAuthentication quota',
}

/** Which of these it was stands only in the description, and that is no stable text. */
export const refusedLogin: Explanation = {
  code: refused,
  cause:
    'a trigger of the user pool refused, the identity provider failed or gave too few attributes, or the request was not valid',
  remedy:
    'read the description: "… failed with error" is a trigger (see its log), "attributes required" an attribute mapping that is missing, anything of an IdP is at the identity provider',
}

/** `error` at the callback, in both spellings: as documented, and as it is sent. */
export const callbackErrors: ExplanationTable = {
  access_denied: {
    code: refused,
    cause: 'the user cancelled, or an identity provider refused',
    remedy: 'sign in again; the identity provider has its own record of why',
  },
  invalid_request: refusedLogin,
  invalid_scope: scope,
  login_required: {
    code: refused,
    cause: 'prompt=none was asked and nobody was signed in at Cognito',
    remedy: 'sign in without prompt=none',
  },
  redirect_mismatch: {
    code: misconfigured,
    cause: 'the callback URL is not registered at the app client, or the app client is unknown',
    remedy:
      'register each origin of GATEWAY_URL plus the callback path under "Allowed callback URLs", to the letter',
  },
  server_error: trouble,
  temporarily_unavailable: trouble,
  unauthorized_client: grant,
}

/** The two descriptions that may be decided on: behind `invalid_request` they are the real error. */
export const exactDescriptions: ExplanationTable = {
  invalid_scope: scope,
  unauthorized_client: grant,
}

/** Descriptions at the callback, behind `invalid_request`, `server_error` and `access_denied`; the first that fits. */
export const callbackHints: readonly Hint[] = [
  {
    pattern: /\bPreTokenGeneration failed/i,
    example: 'PreTokenGeneration failed with error no department. ',
    cause: 'the pre token generation Lambda trigger failed or refused, so nobody gets tokens',
    remedy:
      "read the function's log in CloudWatch (/aws/lambda/…): an exception, a time-out of 5 seconds, or an answer of the wrong version",
  },
  {
    pattern: /\b\w+ failed with error\b/i,
    example: 'PreSignUp failed with error not invited. ',
    cause: 'a Lambda trigger of the user pool, named in the description, failed or refused',
    remedy: "read the function's log in CloudWatch (/aws/lambda/…)",
  },
  {
    pattern: /attributes required/i,
    example: 'attributes required: [email]',
    cause: 'the identity provider gave no value for an attribute that the user pool requires',
    remedy:
      'map that attribute under Authentication → Social and external providers → the provider → Attribute mapping, and let the provider release it',
  },
  {
    pattern: /user is (?:disabled|not enabled)/i,
    example: 'User is disabled.',
    cause: 'the user is disabled in the user pool',
    remedy: 'enable the user: User pools → Users → the user → Enable user access',
  },
  {
    pattern: /already found an entry for username/i,
    example: 'Already found an entry for username Google_123',
    cause: 'a pre sign-up trigger linked this federated user to a user during the first sign-in',
    remedy: 'sign in once more: the second time goes through; it happens once for each user',
  },
  {
    pattern:
      /timeout occurred in calling IdP|timeout in calling jwks|connection reset|read timed out/i,
    example: 'Timeout occurred in calling IdP token endpoint',
    cause: 'Cognito could not reach the identity provider in time',
    remedy: "check that the provider's token and JWKS endpoints answer from the internet, quickly",
  },
  {
    pattern: /\[IDP\] Error|bad token response|Error - \d{3}\b/i,
    example: '[IDP] Error - 400 error getting token',
    cause: 'the identity provider refused the request that Cognito makes behind the scenes',
    remedy:
      'compare client id, client secret and redirect URI (…/oauth2/idpresponse) at the provider with Authentication → Social and external providers',
  },
  {
    pattern: /SAML/,
    example: 'Invalid SAML response received: no audience',
    cause: 'Cognito does not accept the SAML response of the identity provider',
    remedy:
      'compare entity id (urn:amazon:cognito:sp:POOL_ID), ACS URL (…/saml2/idpresponse), certificate and clock of the provider',
  },
  {
    pattern: /rate exceeded|too many requests|throttl/i,
    example: 'Rate exceeded',
    cause: throttled.cause,
    remedy: throttled.remedy,
  },
]

/** `error` of the token endpoint (RFC 6749 section 5.2) for a code, with Cognito's status 400 for all of them. */
export const tokenErrors: ExplanationTable = {
  invalid_client: secretRefused,
  invalid_grant: {
    code: 'GW_ERR_CODE_REFUSED',
    cause: 'the code is unknown, used, older than five minutes, or of another code_verifier',
    remedy:
      'sign in again; when it always happens, let the app client read every attribute that its scopes cover (email and email_verified)',
  },
  invalid_request: {
    code: misconfigured,
    cause: 'the token endpoint did not understand the request',
    remedy: 'check that COGNITO_DOMAIN is the domain of this user pool',
  },
  invalid_scope: scope,
  unauthorized_client: grant,
  unsupported_grant_type: grant,
}

/** The same when no secret was sent. */
export const tokenErrorsWithoutSecret: ExplanationTable = { invalid_client: secretMissing }

/** Descriptions of the token endpoint; there it has few. */
export const tokenHints: readonly Hint[] = [
  {
    pattern: /^invalid_redirect$/,
    example: 'invalid_redirect',
    cause: 'the redirect URI of the code is another one than that of the authorize request',
    remedy:
      'give every instance the same GATEWAY_URL and callback path, the public origin as browsers see it',
  },
]

/** `invalid_grant` for a refresh token: the one answer that ends a session. */
export const refreshRefused: Omit<Explanation, 'code'> = {
  cause:
    'the refresh token expired, was revoked or rotated out, or its user was disabled, deleted or signed out everywhere',
  remedy:
    'the person signs in again; where it comes too early compare the refresh token expiration of the app client with session.max, and give rotation a grace period',
}

/** `error` of the revocation endpoint (RFC 7009 section 2.2.1). */
export const revocationErrors: ExplanationTable = {
  invalid_client: secretRefused,
  invalid_request: {
    code: misconfigured,
    cause: 'token revocation is switched off at the app client',
    remedy: 'switch "Enable token revocation" on, or refresh tokens live on after sign-out',
  },
  unsupported_token_type: {
    code: misconfigured,
    cause: 'what was to be revoked is no refresh token',
    remedy: 'end sessions that another version of the gateway began; report it if it happens again',
  },
}

/** `error` of userInfo, for applications that call it with the access token that they are sent. */
export const userInfoErrors: ExplanationTable = {
  insufficient_scope: {
    code: 'GW_ERR_FORBIDDEN',
    cause: 'the access token has not the scope openid, as those of the SDK sign-in',
    remedy: 'ask for openid in COGNITO_SCOPES; sign in at the hosted UI',
  },
  invalid_request: {
    code: 'GW_ERR_REQUEST_INVALID',
    cause: 'the Authorization header is missing or odd',
    remedy: 'send `Authorization: Bearer` and the access token; not the ID token',
  },
  invalid_token: {
    code: 'GW_ERR_TOKEN_INVALID',
    cause:
      'the access token is expired or revoked, or its user disabled, deleted or signed out everywhere',
    remedy: 'take the token of the present request, not one kept from earlier',
  },
}

/** Answers that say nothing of code, token and client, by status; 5xx and everything else stand under their names. */
export const noVerdicts = {
  '400': {
    code: unavailable,
    cause: 'Cognito answered 400 with an error that its endpoints are not known to give',
    remedy: 'a proxy or firewall (AWS WAF) on the way may have answered in its place',
  },
  '403': {
    code: unavailable,
    cause: 'a firewall in front of Cognito (AWS WAF on the user pool) refuses the gateway',
    remedy: "let the gateway's address pass in the web ACL of the user pool",
  },
  '404': {
    code: unavailable,
    cause: 'there is no such endpoint: the domain is not that of a user pool',
    remedy: 'compare COGNITO_DOMAIN with Branding → Domain in the console',
  },
  '405': {
    code: unavailable,
    cause: 'something on the way turned the POST into a GET',
    remedy: 'check the proxy that the gateway uses for its own calls, and COGNITO_INTERNAL_URL',
  },
  '429': throttled,
  '5xx': trouble,
  nothing: {
    code: unavailable,
    cause: 'Cognito did not answer in time, or could not be reached',
    remedy: 'check DNS, firewall and proxy of this machine with cognito-gateway doctor',
  },
  other: {
    code: unavailable,
    cause: 'the answer is not one that Cognito is known to give',
    remedy: 'look for a proxy or firewall between gateway and COGNITO_DOMAIN',
  },
} as const satisfies ExplanationTable

/** `error` of a 400 in the manner of the AWS API, behind which throttling hides. */
export const throttlingErrors: ReadonlySet<string> = new Set([
  'TooManyRequestsException',
  'LimitExceededException',
  'Rate exceeded',
])

/**
 * What a browser sees at Cognito and never at the gateway: the address or the text of the page tells.
 */
export const errorPages: readonly Hint[] = [
  {
    pattern: /redirect_mismatch/,
    example: '/error?error=redirect_mismatch&client_id=…',
    cause: 'it is not a callback URL of the app client, to the letter, or the client is unknown',
    remedy: 'App clients → the client → Login pages → Edit → Allowed callback URLs: add it exactly',
  },
  {
    pattern: /Client is not enabled for OAuth2\.0 flows/,
    example: 'Client is not enabled for OAuth2.0 flows.',
    cause: 'OAuth is switched off at the app client (AllowedOAuthFlowsUserPoolClient)',
    remedy:
      'App clients → the client → Login pages → Edit: choose callback URL, grant and scopes, and save',
  },
  {
    pattern: /Login pages unavailable/i,
    example: 'Login pages unavailable',
    cause: 'managed login is on, and no style is assigned to this app client',
    remedy: 'Branding → Managed login → Styles → Create, or set the domain to Hosted UI (classic)',
  },
  {
    pattern: /Required String parameter '?redirect_uri/,
    example: "Required String parameter 'redirect_uri' is not present",
    cause:
      'at /logout: the sign-out URL is not registered to the letter; at /oauth2/authorize: redirect_uri got lost on the way',
    remedy:
      'App clients → the client → Login pages → Edit → Allowed sign-out URLs: add …/oauth2/signed_out exactly',
  },
  {
    pattern: /status 429|too many requests|rate exceeded/i,
    example: 'status 429',
    cause: throttled.cause,
    remedy: throttled.remedy,
  },
  {
    pattern: /status 403|request blocked/i,
    example: 'status 403',
    cause: 'a firewall in front of Cognito (AWS WAF on the user pool) refuses this address',
    remedy: 'let it pass in the web ACL of the user pool',
  },
  {
    pattern: /\/error\b.*invalid_request/,
    example: '/error?error=invalid_request',
    cause: 'the app client is unknown, or the request was damaged on its way',
    remedy: 'compare COGNITO_CLIENT_ID and COGNITO_DOMAIN with the console: App clients',
  },
  {
    pattern: /Something went wrong/i,
    example: 'Something went wrong',
    cause: 'the sign-in was not finished within five minutes, or a page was opened from a bookmark',
    remedy: 'begin again at the application, not at the address of the sign-in page',
  },
]
