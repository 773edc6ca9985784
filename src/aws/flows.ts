// The two ways from a login to credentials. Source: Amazon Cognito developer guide, "Identity pools authentication flow".
import { GatewayError } from '../errors.js'
import { checkedTls } from '../lib/aws-tls.js'
import type { Clock } from '../model.js'
import type { AwsCredentials, FetchCredentials, Login } from './credentials.js'
import { toAwsFailure } from './failure.js'
import type { Sdk } from './sdk.js'
import type { AwsSettings } from './settings.js'

const timeoutMs = 5000
const maxAttempts = 2
const roleSessionSeconds = 3600

/** A way to credentials, over connections that are to be closed. */
export interface Flow {
  readonly fetchCredentials: FetchCredentials
  readonly close: () => void
}

/**
 * Fetches by the flow of the settings.
 *
 * Enhanced: GetId, GetCredentialsForIdentity, with the chosen role as CustomRoleArn. Basic: GetId, GetOpenIdToken,
 * AssumeRoleWithWebIdentity.
 */
export function createFlow(
  { identityPoolId, flow, endpoint }: Pick<AwsSettings, 'identityPoolId' | 'flow' | 'endpoint'>,
  { identity: sdk, sts }: Sdk,
  clock: Clock,
): Flow {
  const [region = ''] = identityPoolId?.split(':') ?? []
  const settings = {
    region,
    maxAttempts,
    ...checkedTls,
    ...(endpoint === undefined ? {} : { endpoint }),
  }
  const pool = new sdk.CognitoIdentityClient(settings)
  const tokens = sts === null ? null : new sts.STSClient(settings)

  async function idOf({ identityId, logins: Logins }: Login): Promise<string> {
    if (identityId !== undefined) return identityId
    const asked = new sdk.GetIdCommand({ IdentityPoolId: identityPoolId, Logins: { ...Logins } })
    const { IdentityId } = await within('GetId', options => pool.send(asked, options))
    return IdentityId ?? ''
  }

  async function enhanced(login: Login, roleArn: string | null): Promise<AwsCredentials> {
    const IdentityId = await idOf(login)
    const asked = new sdk.GetCredentialsForIdentityCommand({
      IdentityId,
      Logins: { ...login.logins },
      ...(roleArn === null ? {} : { CustomRoleArn: roleArn }),
    })
    const call = 'GetCredentialsForIdentity'
    const { Credentials } = await within(call, options => pool.send(asked, options))
    const { AccessKeyId, SecretKey, SessionToken, Expiration } = Credentials ?? {}
    return complete(
      { accessKeyId: AccessKeyId, secretAccessKey: SecretKey, sessionToken: SessionToken },
      { expiration: Expiration, roleArn, identityId: IdentityId, clock },
    )
  }

  async function basic(login: Login, roleArn: string | null): Promise<AwsCredentials> {
    if (sts === null || tokens === null) throw new Error('the basic flow was not loaded')
    if (roleArn === null) {
      const reason =
        'no role is chosen for this person: aws.roles has no rule that matches, aws.role is no ARN, and the token has no cognito:preferred_role nor exactly one of cognito:roles'
      throw new GatewayError('GW_ERR_AWS_REFUSED', { reason })
    }
    const IdentityId = await idOf(login)
    const token = new sdk.GetOpenIdTokenCommand({ IdentityId, Logins: { ...login.logins } })
    const { Token } = await within('GetOpenIdToken', options => pool.send(token, options))
    const asked = new sts.AssumeRoleWithWebIdentityCommand({
      RoleArn: roleArn,
      RoleSessionName: sessionNameOf(IdentityId),
      WebIdentityToken: Token,
      DurationSeconds: roleSessionSeconds,
    })
    const call = 'AssumeRoleWithWebIdentity'
    const { Credentials } = await within(call, options => tokens.send(asked, options))
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {}
    return complete(
      { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
      { expiration: Expiration, roleArn, identityId: IdentityId, clock },
    )
  }

  return {
    fetchCredentials: flow === 'basic' ? basic : enhanced,
    close() {
      pool.destroy()
      tokens?.destroy()
    },
  }
}

/** In CloudTrail it says who it was; letters that STS takes, 64 at most. */
function sessionNameOf(identityId: string): string {
  return identityId.replaceAll(/[^\w+=,.@-]/g, '-').slice(0, 64)
}

/** One call with a deadline; its errors become ours here. */
async function within<Answer>(
  operation: string,
  call: (options: { abortSignal: AbortSignal }) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await call({ abortSignal: AbortSignal.timeout(timeoutMs) })
  } catch (error) {
    throw toAwsFailure(error, operation)
  }
}

type Keys = Readonly<Record<'accessKeyId' | 'secretAccessKey' | 'sessionToken', string | undefined>>

function complete(
  { accessKeyId, secretAccessKey, sessionToken }: Keys,
  {
    expiration,
    roleArn,
    identityId,
    clock,
  }: { expiration: Date | undefined; roleArn: string | null; identityId: string; clock: Clock },
): AwsCredentials {
  const expiresAt = Math.floor((expiration?.getTime() ?? Number.NaN) / 1000)
  if (!accessKeyId || !secretAccessKey || !sessionToken || !(expiresAt > clock())) {
    const reason =
      'the answer has no credentials, or some that are over already: do the clocks agree?'
    throw new GatewayError('GW_ERR_AWS_UNAVAILABLE', { reason })
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiresAt, roleArn, identityId }
}
