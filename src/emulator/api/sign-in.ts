// Signing in by the API: InitiateAuth, RespondToAuthChallenge, and their twins for administrators.
// Source: API reference; developer guide, "Authentication flows".
import {
  type Call,
  demandSignature,
  type Input,
  type Operations,
  optionalText,
  type Texts,
  text,
  texts,
} from '../aws/call.js'
import type { PoolClient, PoolUser } from '../pool.js'
import { PoolError } from '../pool-error.js'
import { findUser, type Realm } from '../realm.js'
import { authenticate, wrongPassword } from '../sign-in/authenticate.js'
import { checkFactor, findChallenge, setFirstPassword } from '../sign-in/challenge.js'
import type { Challenge } from '../state.js'
import { changeUser } from '../users.js'
import { checkSecretHash, namedClient } from './client.js'
import { afterPassword } from './next-step.js'
import { answerPasswordVerifier, askPasswordVerifier } from './password-verifier.js'
import { refreshTokens } from './refresh.js'

type Flow = PoolClient['authFlows'][number]

/** The operations, by name. */
export function signInOperations(realm: Realm): Operations {
  return {
    InitiateAuth: input => initiate(input, flow => flow !== 'ADMIN_USER_PASSWORD_AUTH'),
    AdminInitiateAuth(input, call) {
      demandPool(realm, input, call)
      return initiate(input, flow => flow !== 'USER_PASSWORD_AUTH')
    },
    RespondToAuthChallenge: respond,
    AdminRespondToAuthChallenge(input, call) {
      demandPool(realm, input, call)
      return respond(input)
    },
    async GetTokensFromRefreshToken(input) {
      const client = namedClient(realm, input)
      const [secret] = client.secrets
      if (
        secret !== undefined &&
        !client.secrets.includes(optionalText(input, 'ClientSecret') ?? '')
      ) {
        throw new PoolError(
          'NotAuthorizedException',
          `Client ${client.id} is configured with secret but secret was not received`,
        )
      }
      return refreshTokens(realm, client, text(input, 'RefreshToken'))
    },
  }

  async function initiate(input: Input, isAllowed: (flow: Flow) => boolean): Promise<object> {
    const client = namedClient(realm, input)
    const parameters = texts(input, 'AuthParameters')
    const named = text(input, 'AuthFlow').replace(/^REFRESH_TOKEN$/, 'REFRESH_TOKEN_AUTH')
    const flow = client.authFlows.find(known => known === named)
    if (flow === undefined || !isAllowed(flow)) {
      const sentence = `${named} flow not enabled for this client`
      throw new PoolError('InvalidParameterException', sentence)
    }
    if (flow === 'REFRESH_TOKEN_AUTH') return initiateRefresh(client, parameters)
    const login = text(parameters, 'USERNAME')
    checkSecretHash(client, [login], parameters.SECRET_HASH)
    if (flow === 'USER_SRP_AUTH') {
      return askPasswordVerifier(realm, client, login, text(parameters, 'SRP_A'))
    }
    const password = text(parameters, 'PASSWORD')
    const user = await hideMissing(client, () =>
      authenticate(realm, { clientId: client.id, login, password }),
    )
    return afterPassword(realm, client, user)
  }

  function initiateRefresh(client: PoolClient, parameters: Texts): Promise<object> {
    if (client.rotation !== undefined) {
      const sentence = 'Refresh token rotation is enabled: use GetTokensFromRefreshToken.'
      throw new PoolError('InvalidParameterException', sentence)
    }
    const token = text(parameters, 'REFRESH_TOKEN')
    const user = realm.state.refreshTokens.get(token)?.signIn.user
    const names = user === undefined ? [] : [user.username, user.sub ?? '']
    if (user !== undefined) checkSecretHash(client, names, parameters.SECRET_HASH)
    return refreshTokens(realm, client, token)
  }

  async function respond(input: Input): Promise<object> {
    const client = namedClient(realm, input)
    const name = text(input, 'ChallengeName')
    const answers = texts(input, 'ChallengeResponses')
    const login = text(answers, 'USERNAME')
    checkSecretHash(client, [login, ...namesOf(login)], answers.SECRET_HASH)
    if (name === 'PASSWORD_VERIFIER') {
      return hideMissing(client, () => answerPasswordVerifier(realm, client, answers))
    }
    const session = optionalText(input, 'Session')
    const challenge = findChallenge(realm, session, client.id)
    const { user = null } = challenge ?? {}
    const isOwn = challenge?.name === name && user !== null && findUser(realm, login) === user
    if (challenge === null || user === null || !isOwn) {
      throw new PoolError('NotAuthorizedException', 'Invalid session for the user.')
    }
    const hasFactor = meet(challenge, user, answers)
    realm.state.challenges.take(session ?? '')
    const occasion = name === 'NEW_PASSWORD_REQUIRED' ? 'NewPasswordChallenge' : 'Authentication'
    return afterPassword(realm, client, user, { hasFactor, occasion })
  }

  /** Takes the answer to a challenge; says whether the second factor has been given. */
  function meet(challenge: Challenge, user: PoolUser, answers: Texts): boolean {
    switch (challenge.name) {
      case 'NEW_PASSWORD_REQUIRED': {
        setFirstPassword(realm, user, text(answers, 'NEW_PASSWORD'))
        const given = Object.entries(answers).flatMap(([name, value]) =>
          name.startsWith('userAttributes.') ? [[name.slice('userAttributes.'.length), value]] : [],
        )
        const attributes = Object.fromEntries(given) as Record<string, string>
        if (given.length > 0) {
          changeUser(realm, user, { attributes: { ...user.attributes, ...attributes } })
        }
        return challenge.hasFactor
      }
      case 'SOFTWARE_TOKEN_MFA':
        checkFactor(realm, challenge, text(answers, 'SOFTWARE_TOKEN_MFA_CODE'))
        return true
      case 'MFA_SETUP':
        // VerifySoftwareToken has been there.
        if (user.totpSecret !== undefined && user.totpSecret === challenge.totpSecret) return true
        throw new PoolError('NotAuthorizedException', 'Invalid session for the user.')
      default:
        throw new PoolError('InvalidParameterException', 'Unknown challenge.')
    }
  }

  function namesOf(login: string): string[] {
    const user = findUser(realm, login)
    return user === undefined ? [] : [user.username, user.sub ?? '']
  }
}

/** Makes users who are not there look like wrong passwords, where the client wants that. */
async function hideMissing<T>(client: PoolClient, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    const isMissing = error instanceof PoolError && error.name === 'UserNotFoundException'
    throw isMissing && client.hideMissingUsers ? wrongPassword() : error
  }
}

/** Checks the signature and `UserPoolId` of an administrator's call. @throws ServiceError */
export function demandPool({ settings: { poolId } }: Realm, input: Input, call: Call): void {
  demandSignature(call)
  const named = text(input, 'UserPoolId')
  if (named === poolId) return
  throw new PoolError('ResourceNotFoundException', `User pool ${named} does not exist.`)
}
