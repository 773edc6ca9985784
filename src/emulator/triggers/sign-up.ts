// The triggers around a new account: may it be, and it is. Sources `PreSignUp_…`, `PostConfirmation_…`.
import type { PoolUser } from '../pool.js'
import type { Realm } from '../realm.js'
import { attributesForTrigger, runTrigger } from './run.js'

/** What the pre-sign-up trigger says. */
export interface Verdict {
  readonly isConfirmed: boolean
  /** Of `email` and `phone_number`, those that count as verified. */
  readonly verified: readonly string[]
}

/** Asks the pre-sign-up trigger. @throws PoolError when it refuses */
export async function mayJoin(
  realm: Realm,
  {
    clientId,
    username,
    attributes,
  }: { clientId: string; username: string; attributes: PoolUser['attributes'] },
  source:
    | 'PreSignUp_SignUp'
    | 'PreSignUp_ExternalProvider'
    | 'PreSignUp_AdminCreateUser' = 'PreSignUp_SignUp',
): Promise<Verdict> {
  const answer = await runTrigger(realm, 'preSignUp', {
    source,
    userName: username,
    clientId,
    request: { userAttributes: attributesForTrigger({ attributes }), validationData: null },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  })
  return {
    isConfirmed: answer?.autoConfirmUser === true,
    verified: [
      ...(answer?.autoVerifyEmail === true ? ['email'] : []),
      ...(answer?.autoVerifyPhone === true ? ['phone_number'] : []),
    ],
  }
}

/** Tells the post-confirmation trigger. @throws PoolError when it fails; what was done stays done */
export async function confirmed(
  realm: Realm,
  clientId: string,
  user: PoolUser,
  source: 'PostConfirmation_ConfirmSignUp' | 'PostConfirmation_ConfirmForgotPassword',
): Promise<void> {
  const request = { userAttributes: attributesForTrigger(user) }
  await runTrigger(realm, 'postConfirmation', {
    source,
    userName: user.username,
    clientId,
    request,
  })
}
