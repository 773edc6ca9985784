// Users, groups and tokens as the API writes them.
import type { FreshTokens } from '../grant.js'
import type { PoolClient, PoolGroup, PoolUser } from '../pool.js'

/** A list of `{Name, Value}`; `sub` comes first. */
export function describeAttributes({ sub = '', attributes, identities }: PoolUser) {
  const own = Object.entries(attributes).map(([Name, value]) => ({ Name, Value: String(value) }))
  const linked =
    identities.length === 0 ? [] : [{ Name: 'identities', Value: JSON.stringify(identities) }]
  return [{ Name: 'sub', Value: sub }, ...own, ...linked]
}

/** What several answers say of a user. */
export function describeUser(user: PoolUser) {
  return {
    Username: user.username,
    Enabled: user.enabled,
    UserStatus: user.status,
    UserCreateDate: user.createdAt ?? 0,
    UserLastModifiedDate: user.createdAt ?? 0,
  }
}

/** The second factors of a user. */
export function describeFactors({ totpSecret }: PoolUser) {
  return totpSecret === undefined
    ? {}
    : { PreferredMfaSetting: 'SOFTWARE_TOKEN_MFA', UserMFASettingList: ['SOFTWARE_TOKEN_MFA'] }
}

/** `AuthenticationResult`. */
export function describeTokens(tokens: FreshTokens, refreshToken?: string) {
  return {
    AccessToken: tokens.access_token,
    ExpiresIn: tokens.expires_in,
    TokenType: tokens.token_type,
    ...(tokens.id_token === undefined ? {} : { IdToken: tokens.id_token }),
    ...(refreshToken === undefined ? {} : { RefreshToken: refreshToken }),
  }
}

export function describeGroup(
  poolId: string,
  { name, description, roleArn, precedence }: PoolGroup,
) {
  return {
    GroupName: name,
    UserPoolId: poolId,
    ...(description === undefined ? {} : { Description: description }),
    ...(roleArn === undefined ? {} : { RoleArn: roleArn }),
    ...(precedence === undefined ? {} : { Precedence: precedence }),
  }
}

/** `UserPoolClientType`, as far as this pool has it. */
export function describeClient(poolId: string, client: PoolClient) {
  const [secret] = client.secrets
  const flows = client.clientCredentials
    ? ['client_credentials']
    : client.responseTypes.map(type => (type === 'code' ? 'code' : 'implicit'))
  return {
    UserPoolId: poolId,
    ClientId: client.id,
    ClientName: client.name ?? client.id,
    ...(secret === undefined ? {} : { ClientSecret: secret }),
    CallbackURLs: client.callbackUrls,
    LogoutURLs: client.logoutUrls,
    AllowedOAuthScopes: client.scopes,
    AllowedOAuthFlows: flows,
    AllowedOAuthFlowsUserPoolClient: flows.length > 0,
    ExplicitAuthFlows: client.authFlows.map(flow =>
      flow === 'REFRESH_TOKEN_AUTH' ? 'ALLOW_REFRESH_TOKEN_AUTH' : `ALLOW_${flow}`,
    ),
    ...(client.providers === undefined ? {} : { SupportedIdentityProviders: client.providers }),
    ...(client.readAttributes === undefined ? {} : { ReadAttributes: client.readAttributes }),
    PreventUserExistenceErrors: client.hideMissingUsers ? 'ENABLED' : 'LEGACY',
    EnableTokenRevocation: client.tokenRevocation,
    IdTokenValidity: client.idTokenSeconds,
    AccessTokenValidity: client.accessTokenSeconds,
    RefreshTokenValidity: client.refreshTokenSeconds,
    TokenValidityUnits: { IdToken: 'seconds', AccessToken: 'seconds', RefreshToken: 'seconds' },
    RefreshTokenRotation:
      client.rotation === undefined
        ? { Feature: 'DISABLED' }
        : { Feature: 'ENABLED', RetryGracePeriodSeconds: client.rotation.graceSeconds },
  }
}
