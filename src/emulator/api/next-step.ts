// What follows a right password at the API: a challenge, or tokens.
import { beginSignIn, firstRefreshToken, freshTokens } from '../grant.js'
import type { PoolClient, PoolUser } from '../pool.js'
import type { Realm } from '../realm.js'
import { nextChallenge, openChallenge } from '../sign-in/challenge.js'
import type { TokenOccasion } from '../triggers/token-generation.js'
import { describeTokens } from './describe.js'

/** The only scope of tokens that the API gives. */
export const ownAccountScope = 'aws.cognito.signin.user.admin'

/** The answer of InitiateAuth and RespondToAuthChallenge. */
export async function afterPassword(
  realm: Realm,
  client: PoolClient,
  user: PoolUser,
  {
    hasFactor = false,
    occasion = 'Authentication',
  }: { hasFactor?: boolean; occasion?: TokenOccasion } = {},
): Promise<object> {
  const name = nextChallenge(realm, user, hasFactor)
  if (name === null) return { AuthenticationResult: await signIn(realm, client, user, occasion) }
  const Session = openChallenge(realm, { name, user, clientId: client.id, hasFactor })
  return {
    ChallengeName: name,
    Session,
    ChallengeParameters: { USER_ID_FOR_SRP: user.username, ...parametersOf(realm, name, user) },
  }
}

async function signIn(
  realm: Realm,
  client: PoolClient,
  user: PoolUser,
  occasion: TokenOccasion,
): Promise<object> {
  const signIn = beginSignIn(realm, {
    user,
    authTime: realm.clock(),
    clientId: client.id,
    scopes: [ownAccountScope],
    nonce: null,
    resource: null,
    via: 'api',
  })
  const tokens = await freshTokens(realm, client, signIn, occasion)
  const refreshToken = await firstRefreshToken(realm, client, signIn)
  const { username } = user
  realm.tell({ event: 'sign-in', username })
  realm.tell({ event: 'tokens', grantType: 'api', username, clientId: client.id })
  return describeTokens(tokens, refreshToken)
}

function parametersOf(
  { settings: { requiredAttributes } }: Realm,
  name: string,
  { attributes }: PoolUser,
): Record<string, string> {
  switch (name) {
    case 'NEW_PASSWORD_REQUIRED': {
      const missing = requiredAttributes.filter(attribute => attributes[attribute] === undefined)
      return {
        userAttributes: JSON.stringify(attributes),
        requiredAttributes: JSON.stringify(missing.map(attribute => `userAttributes.${attribute}`)),
      }
    }
    case 'MFA_SETUP':
      return { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]' }
    default:
      return {}
  }
}
