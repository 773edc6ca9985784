// GET /oauth2/aws-credentials: the temporary AWS credentials of the person who is signed in, for scripts of the
// application, and for the AWS SDKs of programs that send an ID token.
// Source: AWS SDKs and tools guide, "Container credential provider".
import type { RouteHandlerMethod } from 'fastify'
import type { AwsCredentials } from '../aws/credentials.js'
import type { IdentityPool } from '../aws/identity-pool.js'
import { GatewayError } from '../errors.js'

/**
 * Answers JSON: `AccessKeyId`, `SecretAccessKey`, `Token`, `Expiration`, and `RoleArn` where it is known.
 *
 * With a session only for a script of the same origin, by Fetch Metadata: no other page, no sibling host, no element of a
 * page, no address bar. Fails with GW_ERR_LOGIN_REQUIRED, GW_ERR_CROSS_SITE and what the identity pool throws.
 */
export function awsCredentialsEndpoint(
  pool: Pick<IdentityPool, 'credentialsOf'>,
): RouteHandlerMethod {
  return async ({ caller, session, headers }, reply) => {
    if (caller === null) throw new GatewayError('GW_ERR_LOGIN_REQUIRED')
    const { 'sec-fetch-site': site, 'sec-fetch-dest': destination } = headers
    if (session !== null && !(site === 'same-origin' && destination === 'empty')) {
      const reason = 'expected Sec-Fetch-Site same-origin and Sec-Fetch-Dest empty'
      throw new GatewayError('GW_ERR_CROSS_SITE', { reason })
    }
    return reply
      .headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
      .send(describe(await pool.credentialsOf(caller)))
  }
}

function describe(credentials: AwsCredentials): object {
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt, roleArn } = credentials
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: new Date(expiresAt * 1000).toISOString(),
    ...(roleArn === null ? {} : { RoleArn: roleArn }),
  }
}
