// The pre token generation trigger, version 2: claims, scopes and groups of the tokens to come. What says who the
// token is for and how long it lives stays Cognito's. Source: developer guide, "Pre token generation Lambda trigger".
import type { Realm } from '../realm.js'
import type { SignIn } from '../state.js'
import { attributesForTrigger, runTrigger } from './run.js'
import type { TokenChanges } from './token-changes.js'

/** Why tokens are made: `TokenGeneration_…`. */
export type TokenOccasion =
  | 'HostedAuth'
  | 'Authentication'
  | 'NewPasswordChallenge'
  | 'RefreshTokens'

/** Claims that no trigger can change. */
const reserved: ReadonlySet<string> = new Set([
  'acr',
  'amr',
  'at_hash',
  'aud',
  'auth_time',
  'azp',
  'client_id',
  'cognito:username',
  'device_key',
  'event_id',
  'exp',
  'iat',
  'identities',
  'iss',
  'jti',
  'nbf',
  'nonce',
  'origin_jti',
  'sub',
  'token_use',
  'username',
  'version',
])

/** Asks the trigger. @throws PoolError when it fails */
export async function tokenChanges(
  realm: Realm,
  { user, scopes, clientId }: SignIn,
  occasion: TokenOccasion,
): Promise<TokenChanges> {
  const answer = await runTrigger(realm, 'preTokenGeneration', {
    version: '2',
    source: `TokenGeneration_${occasion}`,
    userName: user.username,
    clientId,
    request: {
      userAttributes: attributesForTrigger(user),
      scopes,
      groupConfiguration: { groupsToOverride: user.groups, iamRolesToOverride: [] },
    },
    response: { claimsAndScopeOverrideDetails: null },
  })
  const details = record(answer?.claimsAndScopeOverrideDetails)
  const access = record(details.accessTokenGeneration)
  const groups = record(details.groupOverrideDetails).groupsToOverride
  return {
    idToken: claimChanges(record(details.idTokenGeneration)),
    accessToken: claimChanges(access),
    addScopes: texts(access.scopesToAdd),
    suppressScopes: texts(access.scopesToSuppress),
    groups: Array.isArray(groups) ? texts(groups) : null,
  }
}

function claimChanges({ claimsToAddOrOverride, claimsToSuppress }: Record<string, unknown>) {
  const add = Object.entries(record(claimsToAddOrOverride)).filter(([name]) => !reserved.has(name))
  const suppress = texts(claimsToSuppress).filter(name => !reserved.has(name))
  return { add: Object.fromEntries(add), suppress }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}
