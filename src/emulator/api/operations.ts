// Every operation of the user pool's API (`AWSCognitoIdentityProviderService`) that the emulator has.
import type { Operations } from '../aws/call.js'
import type { Realm } from '../realm.js'
import { accountOperations } from './account.js'
import { adminUserOperations } from './admin-users.js'
import { groupOperations } from './groups.js'
import { ownAccountOperations } from './own-account.js'
import { poolOperations } from './pool.js'
import { signInOperations } from './sign-in.js'
import { softwareTokenOperations } from './software-token.js'

/** The operations, by name. */
export function userPoolOperations(realm: Realm): Operations {
  return {
    ...signInOperations(realm),
    ...accountOperations(realm),
    ...ownAccountOperations(realm),
    ...softwareTokenOperations(realm),
    ...adminUserOperations(realm),
    ...groupOperations(realm),
    ...poolOperations(realm),
  }
}
