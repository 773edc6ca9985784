// Accounts from outside: sign-up and forgotten passwords by the API. None of these calls is signed.
import { type Input, type Operations, optionalText, text } from '../aws/call.js'
import type { PoolClient } from '../pool.js'
import { PoolError } from '../pool-error.js'
import { findUser, type Realm } from '../realm.js'
import {
  confirmForgotPassword,
  confirmSignUp,
  forgotPassword,
  resendCode,
  signUp,
} from '../sign-in/sign-up.js'
import { readAttributes } from './attributes.js'
import { checkSecretHash, namedClient } from './client.js'

/** The operations, by name. */
export function accountOperations(realm: Realm): Operations {
  return {
    async SignUp(input) {
      const { client, username } = caller(input)
      const { user, delivery } = await signUp(realm, {
        clientId: client.id,
        username,
        password: text(input, 'Password'),
        attributes: readAttributes(input),
      })
      return {
        UserConfirmed: user.status === 'CONFIRMED',
        UserSub: user.sub,
        ...(delivery === null ? {} : { CodeDeliveryDetails: delivery }),
      }
    },

    async ConfirmSignUp(input) {
      const { client, username } = caller(input)
      const user = findUser(realm, username)
      if (user === undefined) throw missing(client, wrongCode())
      await confirmSignUp(realm, client.id, user, text(input, 'ConfirmationCode'))
      return {}
    },

    ResendConfirmationCode(input) {
      const { client, username } = caller(input)
      const user = findUser(realm, username)
      if (user === undefined) return pretend(client, username)
      return { CodeDeliveryDetails: resendCode(realm, user) }
    },

    ForgotPassword(input) {
      const { client, username } = caller(input)
      const user = findUser(realm, username)
      if (user === undefined) return pretend(client, username)
      return { CodeDeliveryDetails: forgotPassword(realm, user) }
    },

    async ConfirmForgotPassword(input) {
      const { client, username } = caller(input)
      const user = findUser(realm, username)
      if (user === undefined) throw missing(client, wrongCode())
      const code = text(input, 'ConfirmationCode')
      const password = text(input, 'Password')
      await confirmForgotPassword(realm, client.id, user, { code, password })
      return {}
    },
  }

  function caller(input: Input): { client: PoolClient; username: string } {
    const client = namedClient(realm, input)
    const username = text(input, 'Username')
    checkSecretHash(client, [username], optionalText(input, 'SecretHash'))
    return { client, username }
  }
}

/** The answer of a code that nobody gets. @throws PoolError where the client does not hide who is missing */
function pretend(client: PoolClient, username: string): object {
  if (!client.hideMissingUsers) throw missing(client, wrongCode())
  const Destination = `${username.slice(0, 1)}***@e***`
  return {
    CodeDeliveryDetails: { Destination, DeliveryMedium: 'EMAIL', AttributeName: 'email' },
  }
}

function missing({ hideMissingUsers }: PoolClient, instead: PoolError): PoolError {
  if (hideMissingUsers) return instead
  return new PoolError('UserNotFoundException', 'Username/client id combination not found.')
}

function wrongCode(): PoolError {
  const sentence = 'Invalid verification code provided, please try again.'
  return new PoolError('CodeMismatchException', sentence)
}
