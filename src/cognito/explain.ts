// What Cognito's errors mean to whoever runs the gateway. Cognito says little and often something else than
// its documentation; decisions are taken on the exact codes below and on no other text.
import type { ErrorCode } from '../errors.js'

/** A row of the tables: which of our errors it is, why it happens, what to do. */
export interface Explanation {
  readonly code: ErrorCode
  readonly cause: string
  readonly remedy: string
}

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
const client: Explanation = {
  code: 'GW_ERR_LOGIN_MISCONFIGURED',
  cause: 'the app client is unknown, or its secret is wrong, missing, or sent though it has none',
  remedy: 'compare COGNITO_CLIENT_ID and COGNITO_CLIENT_SECRET with the app client in the console',
}
const trouble: Explanation = {
  code: 'GW_ERR_COGNITO_UNAVAILABLE',
  cause: 'Cognito had trouble of its own',
  remedy: 'try again; see the AWS health dashboard when it lasts',
}
const refused: Explanation = {
  code: 'GW_ERR_LOGIN_REFUSED',
  cause: 'the user or an identity provider refused, or a trigger of the user pool did',
  remedy: 'the description says which; look into the logs of the trigger or the identity provider',
}

/** `error` at the callback, and the two exact `error_description`s that carry the real reason. */
export const callbackErrors: Readonly<Record<string, Explanation>> = {
  access_denied: { ...refused, cause: 'the user cancelled, or an identity provider refused' },
  invalid_scope: scope,
  unauthorized_client: grant,
  login_required: {
    code: 'GW_ERR_LOGIN_REFUSED',
    cause: 'prompt=none was asked and nobody was signed in at Cognito',
    remedy: 'sign in without prompt=none',
  },
  server_error: trouble,
  temporarily_unavailable: trouble,
  invalid_request: refused,
}

/** `error` of the token endpoint (RFC 6749 section 5.2, with Cognito's status 400 for all of them). */
export const tokenErrors: Readonly<Record<string, Explanation>> = {
  invalid_grant: {
    code: 'GW_ERR_CODE_REFUSED',
    cause: 'the code is unknown, used, older than five minutes, or of another code_verifier',
    remedy: 'sign in again; when it always happens, compare clocks and callback URLs',
  },
  invalid_client: client,
  unauthorized_client: grant,
  invalid_scope: scope,
  invalid_request: {
    code: 'GW_ERR_LOGIN_MISCONFIGURED',
    cause: 'the token endpoint did not understand the request',
    remedy: 'check that COGNITO_DOMAIN is the domain of this user pool',
  },
  unsupported_grant_type: grant,
}

/** The explanation of an error at the callback; Cognito's own text is only quoted, bounded and cleaned. */
export function explainCallbackError(error: string, description: string | null): Explanation {
  const exact = description === null ? undefined : own(callbackErrors, description)
  return exact ?? own(callbackErrors, error) ?? refused
}

/** An explanation and what was received, as one line for the log. */
export function toReason({ cause, remedy }: Explanation, ...received: (string | null)[]): string {
  const quoted = received.filter(text => text !== null).map(text => clean(text))
  return `${cause}; ${remedy} (received: ${quoted.join(', ')})`
}

/** Text from outside: printable and short. */
function clean(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200)
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
