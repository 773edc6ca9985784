// The pool and its app clients, to be read.
import { type Operations, text } from '../aws/call.js'
import { PoolError } from '../pool-error.js'
import { findClient, type Realm } from '../realm.js'
import { describeClient } from './describe.js'
import { demandPool } from './sign-in.js'

/** The operations, by name. */
export function poolOperations(realm: Realm): Operations {
  const { settings } = realm
  return {
    DescribeUserPool(input, call) {
      demandPool(realm, input, call)
      const { minLength, upperCase, lowerCase, digits, symbols } = settings.passwordPolicy
      return {
        UserPool: {
          Id: settings.poolId,
          Name: 'local emulator',
          MfaConfiguration: settings.mfa.toUpperCase(),
          EstimatedNumberOfUsers: settings.users.length,
          AdminCreateUserConfig: { AllowAdminCreateUserOnly: !settings.selfSignUp },
          Policies: {
            PasswordPolicy: {
              MinimumLength: minLength,
              RequireUppercase: upperCase,
              RequireLowercase: lowerCase,
              RequireNumbers: digits,
              RequireSymbols: symbols,
            },
          },
        },
      }
    },

    DescribeUserPoolClient(input, call) {
      demandPool(realm, input, call)
      const id = text(input, 'ClientId')
      const client = findClient(realm, id)
      if (client === undefined) {
        throw new PoolError('ResourceNotFoundException', `User pool client ${id} does not exist.`)
      }
      return { UserPoolClient: describeClient(settings.poolId, client) }
    },

    ListUserPoolClients(input, call) {
      demandPool(realm, input, call)
      const UserPoolId = settings.poolId
      return {
        UserPoolClients: settings.clients.map(({ id, name }) => ({
          ClientId: id,
          ClientName: name ?? id,
          UserPoolId,
        })),
      }
    },
  }
}
