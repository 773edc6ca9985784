// The user of somebody at a provider: made at the first sign-in, brought up to date at every later one.
// Source: developer guide, "User pool sign-in with third party identity providers".
import type { PoolUser } from '../pool.js'
import { PoolError } from '../pool-error.js'
import type { Realm } from '../realm.js'
import type { Person, Provider } from '../settings/provider.js'
import { confirmed, mayJoin } from '../triggers/sign-up.js'
import { addUser, changeUser } from '../users.js'

/**
 * The user named `PROVIDER_ID`, in the group `POOLID_PROVIDER`.
 * @throws PoolError with Cognito's description: a required attribute is missing, a trigger refuses, or the user is
 *   disabled
 */
export async function linkUser(
  realm: Realm,
  clientId: string,
  provider: Provider,
  { id, attributes }: Person,
): Promise<PoolUser> {
  const { requiredAttributes, users } = realm.settings
  const missing = requiredAttributes.filter(name => attributes[name] === undefined)
  if (missing.length > 0) {
    const sentence = `attributes required: [${missing.join(', ')}]`
    throw new PoolError('InvalidParameterException', sentence)
  }
  const username = `${provider.name}_${id}`
  const known = users.find(user => user.username === username)
  if (known === undefined) return join(realm, clientId, provider, { id, attributes }, username)
  if (!known.enabled) throw new PoolError('NotAuthorizedException', 'User is not enabled')
  const isNew = Object.entries(attributes).some(([name, value]) => known.attributes[name] !== value)
  if (isNew) changeUser(realm, known, { attributes: { ...known.attributes, ...attributes } })
  return known
}

async function join(
  realm: Realm,
  clientId: string,
  { name, type, issuer }: Provider,
  { id, attributes }: Person,
  username: string,
): Promise<PoolUser> {
  const about = { clientId, username, attributes }
  const { verified } = await mayJoin(realm, about, 'PreSignUp_ExternalProvider')
  const verdicts = verified.map(address => [`${address}_verified`, true] as const)
  const user = addUser(
    realm,
    {
      username,
      password: '',
      status: 'EXTERNAL_PROVIDER',
      enabled: true,
      groups: [`${realm.settings.poolId}_${name}`],
      attributes: { email_verified: false, ...attributes, ...Object.fromEntries(verdicts) },
      identities: [
        {
          userId: id,
          providerName: name,
          providerType: type,
          issuer,
          primary: true,
          dateCreated: realm.clock() * 1000,
        },
      ],
      createdAt: realm.clock(),
    },
    'UserCreatedAtSignIn',
  )
  await confirmed(realm, clientId, user, 'PostConfirmation_ConfirmSignUp')
  return user
}
