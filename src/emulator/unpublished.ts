// What nobody outside AWS has published about Cognito. Each is a switch with our best guess as its default,
// so that a gateway can be tested against every answer.
import * as z from 'zod'

/** The switches; all have defaults. */
export const unpublishedSchema = z.strictObject({
  /** Body of a throttled answer: 429 HTML, 429 `{"message":"Rate exceeded"}`, or 400 as the AWS API. */
  throttling: z.enum(['html', 'json', 'api']).default('html'),
  /** Whether a wrong or missing secret gets `"error_description":"invalid_client_secret"`. */
  describeWrongSecret: z.boolean().default(true),
  /** The `error` of the error page for an unknown `client_id`. */
  unknownClient: z.enum(['invalid_request', 'redirect_mismatch']).default('invalid_request'),
  /** `wire`: `invalid_request` with a description, as seen. `documented`: `invalid_scope` and the like. */
  authorizeErrors: z.enum(['wire', 'documented']).default('wire'),
  /** Whether errors sent back to the application carry `state`. */
  stateInErrors: z.boolean().default(true),
  /** A rotated refresh token after its grace period: refused alone, or with all tokens of its sign-in. */
  reuseAfterGrace: z.enum(['refused', 'family-revoked']).default('refused'),
  /** A rotated refresh token within its grace period: yet another new token, or the first successor again. */
  refreshInGrace: z.enum(['new-token', 'same-token']).default('new-token'),
  /** userInfo for an access token without `openid`: 401 `invalid_token` or 403 `insufficient_scope`. */
  userInfoWithoutOpenid: z.enum(['invalid_token', 'insufficient_scope']).default('invalid_token'),
  /** `client_credentials` with a scope that the client lacks. */
  clientCredentialsScope: z.enum(['invalid_scope', 'invalid_grant']).default('invalid_scope'),
  /** The token endpoint when the pre token generation trigger fails. */
  tokenTriggerFailure: z.enum(['invalid_request', 'invalid_grant']).default('invalid_request'),
  /** A `logout_uri` that is not registered: 400, or 302 to the error page. */
  unregisteredLogoutUri: z.enum(['bad_request', 'redirect_mismatch']).default('bad_request'),
})

export type Unpublished = z.output<typeof unpublishedSchema>
