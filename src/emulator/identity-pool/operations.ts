// Operations of an identity pool (`AWSCognitoIdentityService`). Only the one for developers is signed.
// Source: Amazon Cognito Federated Identities API reference.
import {
  demandSignature,
  type Input,
  type Operations,
  optionalText,
  text,
  texts,
  wholeNumber,
} from '../aws/call.js'
import type { Realm } from '../realm.js'
import { issueCredentials } from './credentials.js'
import { refused } from './error.js'
import { guestId, identityIdOf, ownProvider, readLogins } from './login.js'
import { makeOpenIdToken } from './open-id-token.js'
import { chooseRole } from './role.js'
import type { IdentityPool } from './settings.js'

const credentialSeconds = 3600
const tokenSeconds = 600
const dayInSeconds = 86_400

/** The operations, by name. */
export function identityPoolOperations(realm: Realm): Operations {
  const { settings, state } = realm

  return {
    async GetId(input) {
      const pool = getPool(text(input, 'IdentityPoolId'))
      const login = await readLogins(realm, pool, texts(input, 'Logins'))
      return { IdentityId: login?.identityId ?? admitGuest(pool) }
    },

    async GetCredentialsForIdentity(input) {
      const { pool, identityId, login } = await whoIs(input)
      const asked = optionalText(input, 'CustomRoleArn')
      const roleArn =
        login === null ? guestRole(pool, asked) : chooseRole(pool, login.claims, asked)
      const session = issueCredentials(realm, { roleArn, identityId }, credentialSeconds)
      return {
        IdentityId: identityId,
        Credentials: {
          AccessKeyId: session.accessKeyId,
          SecretKey: session.secretAccessKey,
          SessionToken: session.sessionToken,
          Expiration: session.expiresAt,
        },
      }
    },

    async GetOpenIdToken(input) {
      const { pool, identityId, login } = await whoIs(input)
      if (!pool.basicFlow) {
        throw refused(
          'InvalidParameterException',
          'Basic (classic) flow is not enabled, please use enhanced flow.',
        )
      }
      const Token = await makeOpenIdToken(realm, pool, { identityId, login }, tokenSeconds)
      return { IdentityId: identityId, Token }
    },

    async GetOpenIdTokenForDeveloperIdentity(input, call) {
      demandSignature(call)
      const pool = getPool(text(input, 'IdentityPoolId'))
      const [entry] = Object.entries(texts(input, 'Logins'))
      if (entry === undefined || entry[0] !== pool.developerProvider) {
        throw refused(
          'InvalidParameterException',
          'Please provide a valid developer provider name.',
        )
      }
      const bounds = { usual: 900, min: 1, max: dayInSeconds }
      const seconds = wholeNumber(input, 'TokenDuration', bounds)
      const identityId = identityIdOf(pool, ...entry)
      const login = { identityId, provider: entry[0], claims: {} }
      const Token = await makeOpenIdToken(realm, pool, { identityId, login }, seconds)
      return { IdentityId: identityId, Token }
    },
  }

  function getPool(id: string): IdentityPool {
    const pool = settings.identityPools.find(known => known.id === id)
    if (pool !== undefined) return pool
    throw refused('ResourceNotFoundException', `IdentityPool '${id}' not found.`)
  }

  /** The identity of a call that names it but not its pool. */
  async function whoIs(input: Input) {
    const identityId = text(input, 'IdentityId')
    const logins = texts(input, 'Logins')
    const guest = state.guests.get(identityId)
    if (guest !== undefined && Object.keys(logins).length === 0) {
      return { pool: getPool(guest), identityId, login: null }
    }
    const found = await findIdentity(identityId, logins)
    return { ...found, identityId }
  }

  async function findIdentity(identityId: string, logins: Record<string, string>) {
    const problems: unknown[] = []
    for (const pool of settings.identityPools) {
      try {
        const login = await readLogins(realm, pool, logins)
        if (login?.identityId === identityId) return { pool, login }
      } catch (error) {
        problems.push(error)
      }
    }
    if (problems.length === settings.identityPools.length && problems.length > 0) throw problems[0]
    if (Object.keys(logins).length === 0 && !logins[ownProvider]) {
      throw refused('ResourceNotFoundException', `Identity '${identityId}' not found.`)
    }
    const reason =
      "Logins don't match. Please include at least one valid login for this identity or identity pool."
    throw refused('NotAuthorizedException', reason)
  }

  function admitGuest(pool: IdentityPool): string {
    guestRole(pool, undefined)
    const identityId = guestId(pool)
    state.guests.set(identityId, pool.id)
    return identityId
  }

  function guestRole({ unauthenticatedRole }: IdentityPool, asked: string | undefined): string {
    if (unauthenticatedRole !== undefined && asked === undefined) return unauthenticatedRole
    throw refused(
      'NotAuthorizedException',
      asked === undefined
        ? 'Unauthenticated access is not supported for this identity pool.'
        : `Access to Role '${asked}' is forbidden.`,
    )
  }
}
