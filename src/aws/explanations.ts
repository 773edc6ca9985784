// What the exceptions of identity pools and STS mean to whoever runs the gateway. docs/errors.md is made of these tables.
// Source: Amazon Cognito Federated Identities API reference; AWS STS API reference, AssumeRoleWithWebIdentity.
import type { ErrorCode } from '../errors.js'

/** Which of our errors it is, why it happens, what to do. */
export interface AwsExplanation {
  readonly code: ErrorCode
  readonly cause: string
  readonly remedy: string
}

/** Told by the look of a message, which is not stable: for cause and remedy alone, never for a decision. */
export interface AwsHint {
  readonly pattern: RegExp
  /** A message as AWS writes it. */
  readonly example: string
  readonly cause: string
  readonly remedy: string
}

const refused = 'GW_ERR_AWS_REFUSED'
const misconfigured = 'GW_ERR_AWS_MISCONFIGURED'
const unavailable = 'GW_ERR_AWS_UNAVAILABLE'

const throttled: AwsExplanation = {
  code: unavailable,
  cause:
    'AWS throttles: GetId has 25 calls a second, GetCredentialsForIdentity and GetOpenIdToken 200',
  remedy: 'wait; ask AWS for higher quotas of the identity pool when it lasts',
}
const trouble: AwsExplanation = {
  code: unavailable,
  cause: 'AWS had trouble of its own',
  remedy: 'try again; see the AWS health dashboard when it lasts',
}
const tokenExpired: AwsExplanation = {
  code: refused,
  cause: 'the token was over when it arrived',
  remedy:
    'give ID and access token of the app client the same expiration; compare the clock of this machine',
}

/** By name of the exception. */
export const awsErrors: Readonly<Record<string, AwsExplanation>> = {
  NotAuthorizedException: {
    code: refused,
    cause:
      'the identity pool does not take the ID token, or does not let this person have the role',
    remedy:
      'compare user pool and app client with the authentication providers of the identity pool, and the role with cognito:roles of the token',
  },
  ResourceNotFoundException: {
    code: misconfigured,
    cause: 'there is no such identity pool in the Region that its id begins with',
    remedy: 'compare COGNITO_IDENTITY_POOL_ID with the console (Cognito → Identity pools)',
  },
  InvalidParameterException: {
    code: misconfigured,
    cause: 'the identity pool does not take what it was asked, or the basic flow is switched off',
    remedy:
      'compare COGNITO_IDENTITY_POOL_ID with the console; for aws.flow basic activate "Basic (classic) authentication" there',
  },
  InvalidIdentityPoolConfigurationException: {
    code: misconfigured,
    cause: 'the identity pool has no role for people who are signed in, or may not give it out',
    remedy:
      'Identity pools → User access → Authenticated access: choose a role; its trust policy needs cognito-identity.amazonaws.com:aud of this pool and amr authenticated',
  },
  ResourceConflictException: {
    code: refused,
    cause: 'this login belongs to another identity already',
    remedy: 'unlink it there (UnlinkIdentity), or delete the identity that is not used',
  },
  TooManyRequestsException: throttled,
  LimitExceededException: throttled,
  ThrottlingException: throttled,
  Throttling: throttled,
  ExternalServiceException: {
    code: unavailable,
    cause: 'the identity pool could not ask the user pool or another provider',
    remedy: trouble.remedy,
  },
  InternalErrorException: trouble,
  InternalFailure: trouble,
  ServiceUnavailable: trouble,
  AccessDenied: {
    code: refused,
    cause: 'the trust policy of the role does not let this identity assume it',
    remedy:
      'allow sts:AssumeRoleWithWebIdentity for cognito-identity.amazonaws.com, with aud = the identity pool and amr = authenticated',
  },
  ExpiredTokenException: tokenExpired,
  IDPRejectedClaimException: {
    code: refused,
    cause: 'STS does not take the token of the identity pool',
    remedy: 'compare the conditions of the trust policy with the identity pool (aud, amr, sub)',
  },
  InvalidIdentityTokenException: {
    code: misconfigured,
    cause: 'STS does not know who issued the token',
    remedy: 'the role needs cognito-identity.amazonaws.com as federated principal',
  },
  IDPCommunicationErrorException: trouble,
  RegionDisabledException: {
    code: misconfigured,
    cause: 'STS is switched off in this Region for the account',
    remedy: 'IAM → Account settings → STS endpoints: activate the Region',
  },
  ValidationError: {
    code: misconfigured,
    cause: 'STS does not take the request: the role is no ARN that it knows',
    remedy: 'compare aws.role and aws.roles with the roles of the account',
  },
}

/** Messages behind NotAuthorizedException, which has one name for everything; the first that fits. */
export const awsHints: readonly AwsHint[] = [
  {
    pattern: /not from a supported provider/i,
    example: 'Token is not from a supported provider of this identity pool.',
    cause: 'this user pool and app client are no provider of the identity pool',
    remedy:
      'Identity pools → User access → Identity providers → Add: the user pool COGNITO_USER_POOL_ID with COGNITO_CLIENT_ID',
  },
  {
    pattern: /token (?:is )?expired/i,
    example: 'Invalid login token. Token expired: 1700000000 >= 1700000000',
    cause: tokenExpired.cause,
    remedy: tokenExpired.remedy,
  },
  {
    pattern: /incorrect token audience/i,
    example: 'Invalid login token. Incorrect token audience.',
    cause: 'the provider in the identity pool names another app client',
    remedy: 'Identity pools → User access → the user pool: add the app client COGNITO_CLIENT_ID',
  },
  {
    pattern: /revoked/i,
    example: 'Invalid login token. Token has been revoked.',
    cause:
      'the identity pool asks the user pool (server-side token check), where the sign-in is over',
    remedy: 'the person signs in again',
  },
  {
    pattern: /couldn't verify signed token|issuer doesn't match/i,
    example: "Invalid login token. Couldn't verify signed token.",
    cause:
      'the token is of another user pool, or of an issuer that the identity pool does not know',
    remedy: 'compare COGNITO_USER_POOL_ID with the providers of the identity pool',
  },
  {
    pattern: /logins don't match/i,
    example:
      "Logins don't match. Please include at least one valid login for this identity or identity pool.",
    cause: 'the identity belongs to another login',
    remedy: 'end the session; the next sign-in asks for the identity again',
  },
  {
    pattern: /access to identity .* forbidden/i,
    example: "Access to Identity 'eu-west-1:12345678-1234-1234-1234-123456789012' is forbidden.",
    cause:
      'the identity pool knows this person under another identity, or gives no role by its rules',
    remedy: 'look at role selection and rules: Identity pools → User access → the provider',
  },
  {
    pattern: /role/i,
    example: 'Role is not allowed for this identity.',
    cause: 'the role stands not in cognito:roles of the token, or no rule gives this person one',
    remedy:
      'give the group of the person this role in the user pool, or choose it by the rules of the identity pool',
  },
]

/** No answer, or one that AWS is not known to give. */
export const noAwsVerdicts = {
  nothing: {
    code: unavailable,
    cause: 'AWS did not answer in time, or could not be reached',
    remedy:
      'let this machine reach cognito-identity.REGION.amazonaws.com, and sts.REGION.amazonaws.com for the basic flow',
  },
  other: {
    code: unavailable,
    cause: 'the answer is not one that AWS is known to give',
    remedy: 'look for a proxy or firewall on the way, and at aws.endpoint',
  },
} as const satisfies Readonly<Record<string, AwsExplanation>>
