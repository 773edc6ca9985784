// User migration: somebody whom the pool does not know is looked up elsewhere, and moved in at the first sign-in.
// Source: developer guide, "Migrate user Lambda trigger".
import type { PoolUser } from '../pool.js'
import { PoolError } from '../pool-error.js'
import type { Realm } from '../realm.js'
import { addUser } from '../users.js'
import { runTrigger } from './run.js'

/**
 * The user whom the trigger finds and whose password it has checked; null when there is no trigger or it knows
 * nobody.
 * @throws PoolError `UserNotFoundException` when the trigger fails, as Cognito answers then
 */
export async function migrateUser(
  realm: Realm,
  { clientId, login, password }: { clientId: string; login: string; password: string },
): Promise<PoolUser | null> {
  if (realm.triggers.userMigration === undefined) return null
  const answer = await askTrigger(realm, clientId, login, password)
  const attributes = readAttributes(answer?.userAttributes)
  if (attributes === null) return null
  const { username = login, ...rest } = attributes
  const mustReset = answer?.finalUserStatus === 'RESET_REQUIRED'
  return addUser(
    realm,
    {
      username: String(username),
      password,
      groups: [],
      enabled: true,
      status: mustReset ? 'RESET_REQUIRED' : 'CONFIRMED',
      attributes: rest,
      identities: [],
      createdAt: realm.clock(),
    },
    'UserCreatedAtSignIn',
  )
}

async function askTrigger(realm: Realm, clientId: string, login: string, password: string) {
  try {
    return await runTrigger(realm, 'userMigration', {
      source: 'UserMigration_Authentication',
      userName: login,
      clientId,
      request: { password, validationData: null, userAttributes: null },
      response: { userAttributes: null, finalUserStatus: null, messageAction: null },
    })
  } catch {
    throw new PoolError('UserNotFoundException', 'Exception migrating user in app client.')
  }
}

/** Texts, with the two verdicts as booleans. */
function readAttributes(given: unknown): Record<string, string | boolean> | null {
  if (typeof given !== 'object' || given === null) return null
  return Object.fromEntries(
    Object.entries(given)
      .filter(([name]) => name !== 'sub')
      .map(([name, value]) => [
        name,
        name.endsWith('_verified') ? String(value) === 'true' : String(value),
      ]),
  )
}
