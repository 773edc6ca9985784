// Authenticator apps by the API: a secret, its first code, and whether it is used.
import { type Input, type Operations, optionalText, text } from '../aws/call.js'
import type { PoolUser } from '../pool.js'
import { PoolError } from '../pool-error.js'
import type { Realm } from '../realm.js'
import { checkTotp, setUpFactor } from '../sign-in/challenge.js'
import { createTotpSecret } from '../sign-in/totp.js'
import { changeUser } from '../users.js'
import { ownUser } from './own-account.js'

/** The operations, by name. */
export function softwareTokenOperations(realm: Realm): Operations {
  const { state } = realm

  return {
    async AssociateSoftwareToken(input) {
      const session = optionalText(input, 'Session')
      if (session !== undefined) {
        return { SecretCode: setUpChallenge(session).totpSecret, Session: session }
      }
      const user = await ownUser(realm, input)
      const secret = createTotpSecret()
      state.offeredSecrets.set(user.sub ?? '', secret)
      return { SecretCode: secret }
    },

    async VerifySoftwareToken(input) {
      const code = text(input, 'UserCode')
      const session = optionalText(input, 'Session')
      if (session !== undefined) {
        setUpFactor(realm, setUpChallenge(session), code)
        return { Status: 'SUCCESS', Session: session }
      }
      const user = await ownUser(realm, input)
      const secret = state.offeredSecrets.get(user.sub ?? '')
      if (secret === undefined) {
        throw new PoolError('InvalidParameterException', 'No software token is being set up.')
      }
      checkTotp(realm, user, secret, code)
      state.offeredSecrets.take(user.sub ?? '')
      changeUser(realm, user, { totpSecret: secret }, 'SetUserMFAPreference')
      return { Status: 'SUCCESS' }
    },

    async SetUserMFAPreference(input) {
      setPreference(await ownUser(realm, input), input)
      return {}
    },
  }

  function setUpChallenge(session: string) {
    const challenge = state.challenges.get(session)
    if (challenge !== undefined && challenge.name === 'MFA_SETUP') return challenge
    throw new PoolError('NotAuthorizedException', 'Invalid session for the user.')
  }

  /** Here an app that is set up is used; switching it off forgets it. */
  function setPreference(user: PoolUser, input: Input): void {
    const { Enabled: enabled } = (input.SoftwareTokenMfaSettings ?? {}) as Record<string, unknown>
    if (enabled === false && user.totpSecret !== undefined) {
      changeUser(realm, user, { totpSecret: undefined }, 'SetUserMFAPreference')
    }
    if (enabled === true && user.totpSecret === undefined) {
      throw new PoolError('InvalidParameterException', 'User has not verified software token mfa')
    }
  }
}
