// What Cognito's errors mean to whoever runs the gateway. Cognito says little and often something else than
// its documentation; decisions are taken on the exact codes below and on no other text.
import type { ErrorCode } from '../errors.js'
import { quote } from './quote.js'

/** A row of the tables: which of our errors it is, why it happens, what to do. */
export interface Explanation {
  readonly code: ErrorCode
  readonly cause: string
  readonly remedy: string
}

type ExplanationTable = Readonly<Record<string, Explanation>>

const scope: Explanation = {
  code: 'GW_ERR_LOGIN_MISCONFIGURED',
  cause: 'a scope of COGNITO_SCOPES is not enabled at the app client',
  remedy: 'enable it under "Login pages" of the app client, or leave it out of COGNITO_SCOPES',
}
const grant: Explanation = {
  code: 'GW_ERR_LOGIN_MISCONFIGURED',
  cause:
    'the authorization code grant is not enabled at the app client, or its callback URL differs',
  remedy: 'enable "Authorization code grant" and register the callback URL to the letter',
}
const secretRefused: Explanation = {
  code: 'GW_ERR_LOGIN_MISCONFIGURED',
  cause: 'the app client is unknown, has another secret, or has none while one was sent',
  remedy:
    'compare COGNITO_CLIENT_ID and COGNITO_CLIENT_SECRET with the app client in the console; for a client without a secret unset COGNITO_CLIENT_SECRET',
}
const secretMissing: Explanation = {
  code: 'GW_ERR_LOGIN_MISCONFIGURED',
  cause: 'the app client is unknown, or has a secret while COGNITO_CLIENT_SECRET is not set',
  remedy: 'compare COGNITO_CLIENT_ID with the console, and set COGNITO_CLIENT_SECRET',
}
const trouble: Explanation = {
  code: 'GW_ERR_COGNITO_UNAVAILABLE',
  cause: 'Cognito had trouble of its own',
  remedy: 'try again; see the AWS health dashboard when it lasts',
}
/** Which of these it was stands only in the description, and that is no stable text. */
const refused: Explanation = {
  code: 'GW_ERR_LOGIN_REFUSED',
  cause:
    'a trigger of the user pool refused, the identity provider failed or gave too few attributes, or the request was not valid',
  remedy:
    'read the description: "… failed with error" is a trigger (see its log), "attributes required" an attribute mapping that is missing, anything of an IdP is at the identity provider',
}

/** `error` at the callback, as documented; and at Cognito's own error page. */
const callbackErrors: ExplanationTable = {
  access_denied: {
    code: 'GW_ERR_LOGIN_REFUSED',
    cause: 'the user cancelled, or an identity provider refused',
    remedy: 'sign in again; the identity provider has its own record of why',
  },
  invalid_request: refused,
  invalid_scope: scope,
  login_required: {
    code: 'GW_ERR_LOGIN_REFUSED',
    cause: 'prompt=none was asked and nobody was signed in at Cognito',
    remedy: 'sign in without prompt=none',
  },
  redirect_mismatch: {
    code: 'GW_ERR_LOGIN_MISCONFIGURED',
    cause: 'the callback URL is not registered at the app client, or the app client is unknown',
    remedy:
      'register each origin of GATEWAY_URL plus the callback path under "Allowed callback URLs", to the letter',
  },
  server_error: trouble,
  temporarily_unavailable: trouble,
  unauthorized_client: grant,
}

/** The two descriptions that may be decided on: behind `invalid_request` they are the real error. */
const exactDescriptions: ExplanationTable = { invalid_scope: scope, unauthorized_client: grant }

/** `error` of the token endpoint (RFC 6749 section 5.2), with Cognito's status 400 for all of them. */
const tokenErrors: ExplanationTable = {
  invalid_client: secretRefused,
  invalid_grant: {
    code: 'GW_ERR_CODE_REFUSED',
    cause: 'the code is unknown, used, older than five minutes, or of another code_verifier',
    remedy:
      'sign in again; when it always happens, let the app client read every attribute that its scopes cover (email and email_verified)',
  },
  invalid_request: {
    code: 'GW_ERR_LOGIN_MISCONFIGURED',
    cause: 'the token endpoint did not understand the request',
    remedy: 'check that COGNITO_DOMAIN is the domain of this user pool',
  },
  invalid_scope: scope,
  unauthorized_client: grant,
  unsupported_grant_type: grant,
}

/** `error` of the revocation endpoint (RFC 7009 section 2.2.1). */
const revocationErrors: ExplanationTable = {
  invalid_client: secretRefused,
  invalid_request: {
    code: 'GW_ERR_LOGIN_MISCONFIGURED',
    cause: 'token revocation is switched off at the app client',
    remedy: 'switch "Enable token revocation" on, or refresh tokens live on after sign-out',
  },
}

/** What an error at the callback means. Never shown on a page: anybody can write such a link. */
export function explainCallbackError(error: string, description: string | null): Explanation {
  const exact = description === null ? undefined : own(exactDescriptions, description)
  return exact ?? own(callbackErrors, error) ?? refused
}

/**
 * What a refusal of the token or revocation endpoint means; null when it is none that Cognito is known to
 * give, and so says nothing about code, token or client.
 */
export function explainTokenError({
  error,
  hasSecret,
  endpoint = 'token',
}: {
  error: string
  /** Whether a client secret was sent. */
  hasSecret: boolean
  endpoint?: 'token' | 'revocation'
}): Explanation | null {
  if (error === 'invalid_client' && !hasSecret) return secretMissing
  return own(endpoint === 'token' ? tokenErrors : revocationErrors, error) ?? null
}

/** An explanation and what was received, as one line for the log. */
export function toReason({ cause, remedy }: Explanation, ...received: (string | null)[]): string {
  const quoted = received.filter(text => text !== null).map(text => quote(text))
  return `${cause}; ${remedy} (received: ${quoted.join(', ')})`
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
