// The app client as it is registered, read through the AWS API: nothing is written.
// Source: Amazon Cognito API reference, DescribeUserPoolClient.
import { checkedTls } from '../../lib/aws-tls.js'
import { describeFailure, type Finding } from './finding.js'

/** What of an app client is looked at; absent is what AWS leaves out. */
export interface RegisteredClient {
  readonly ClientSecret?: string | undefined
  readonly CallbackURLs?: readonly string[] | undefined
  readonly LogoutURLs?: readonly string[] | undefined
  readonly AllowedOAuthFlows?: readonly string[] | undefined
  readonly AllowedOAuthFlowsUserPoolClient?: boolean | undefined
  readonly AllowedOAuthScopes?: readonly string[] | undefined
  readonly ReadAttributes?: readonly string[] | undefined
  readonly EnableTokenRevocation?: boolean | undefined
  readonly AccessTokenValidity?: number | undefined
  readonly RefreshTokenValidity?: number | undefined
  readonly TokenValidityUnits?:
    | { readonly AccessToken?: string | undefined; readonly RefreshToken?: string | undefined }
    | undefined
  readonly RefreshTokenRotation?:
    | {
        readonly Feature?: string | undefined
        readonly RetryGracePeriodSeconds?: number | undefined
      }
    | undefined
}

/** Loads the AWS SDK, which is no dependency of the gateway. */
export type LoadSdk = () => Promise<
  Pick<
    typeof import('@aws-sdk/client-cognito-identity-provider'),
    'CognitoIdentityProviderClient' | 'DescribeUserPoolClientCommand'
  >
>

const sdk = '@aws-sdk/client-cognito-identity-provider'
const timeoutMs = 8000

export const loadSdk: LoadSdk = () => import('@aws-sdk/client-cognito-identity-provider')

/**
 * Reads an app client with the credentials that the AWS SDK finds (`AWS_PROFILE`, roles, keys), in the Region of the pool
 * id. Gives a finding where it cannot.
 */
export async function readRegisteredClient(
  { userPoolId, clientId }: { userPoolId: string; clientId: string },
  load: LoadSdk = loadSdk,
): Promise<RegisteredClient | Finding> {
  try {
    const { CognitoIdentityProviderClient, DescribeUserPoolClientCommand } = await load()
    const [region = ''] = userPoolId.split('_')
    const aws = new CognitoIdentityProviderClient({ region, maxAttempts: 2, ...checkedTls })
    const asked = new DescribeUserPoolClientCommand({ UserPoolId: userPoolId, ClientId: clientId })
    const answer = await aws.send(asked, { abortSignal: AbortSignal.timeout(timeoutMs) })
    return answer.UserPoolClient ?? {}
  } catch (error) {
    return { check: 'AWS', outcome: 'failure', ...explain(error as NodeJS.ErrnoException) }
  }
}

/** By the name of the exception, which the API keeps stable; never by its text. */
const exceptions: Readonly<Record<string, readonly [cause: string, remedy: string]>> = {
  AccessDeniedException: [
    'these credentials may not read the app client',
    'allow cognito-idp:DescribeUserPoolClient on the user pool, which reads and changes nothing',
  ],
  CredentialsProviderError: [
    'the AWS SDK finds no credentials',
    'set AWS_PROFILE, or sign in with aws sso login; a read-only role is enough',
  ],
  ExpiredTokenException: ['the AWS credentials have expired', 'sign in to AWS once more'],
  ResourceNotFoundException: [
    'there is no such app client in this pool, Region and account',
    'compare COGNITO_USER_POOL_ID and COGNITO_CLIENT_ID with the console, and the account of the credentials',
  ],
  TooManyRequestsException: ['the AWS API throttles this account', 'run it again in a minute'],
  UnrecognizedClientException: [
    'AWS does not know these credentials',
    'check the access key, and whether the account is the right one',
  ],
}

function explain(error: NodeJS.ErrnoException): { seen: string; cause: string; remedy: string } {
  if (error.code === 'ERR_MODULE_NOT_FOUND') {
    return {
      seen: `the package ${sdk} is not installed`,
      cause: 'the gateway does not need it, so it does not bring it',
      remedy: `npm install ${sdk}`,
    }
  }
  const known = Object.hasOwn(exceptions, error.name) ? exceptions[error.name] : undefined
  if (known === undefined) return describeFailure(error)
  const [cause, remedy] = known
  return { seen: `DescribeUserPoolClient answers ${error.name}`, cause, remedy }
}
