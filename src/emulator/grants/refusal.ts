// How the token endpoint says no: the exact body of the wire, and the reason for the emulator's log.

/** The errors of the token endpoint that this pool gives. */
export type TokenError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'

export interface Refusal {
  readonly body: { readonly error: TokenError; readonly error_description?: string }
  /** Never on the wire. */
  readonly reason: string
}

/** @param description  only where Cognito gives one */
export function refusal(error: TokenError, reason: string, description?: string): Refusal {
  const body = description === undefined ? { error } : { error, error_description: description }
  return { body, reason }
}
