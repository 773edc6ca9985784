// Who may sign in at all, by `login.require`: looked at when somebody comes back from the hosted UI, and at each refresh.
import { compileAccess } from '../access/policy.js'
import type { Config } from '../config.js'
import type { Admit } from '../endpoints/callback.js'
import { GatewayError } from '../errors.js'
import type { Clock, Identity } from '../model.js'

/** The rule, ready to decide. */
export interface Admission {
  /** Refuses with GW_ERR_LOGIN_NOT_ALLOWED; nobody needs the tokens then, so they are revoked. */
  readonly admit: Admit
  /** Whether a session may go on. */
  readonly stays: (identity: Identity) => boolean
}

/** Everybody may where the settings require nothing. @param revoke  best effort, never rejects */
export function createAdmission(
  { require, explain }: Config['login'],
  { revoke, clock }: { revoke: (refused: Parameters<Admit>[0]) => void; clock: Clock },
): Admission {
  const policy = require === undefined ? null : compileAccess(require, clock)
  const may = (identity: Identity) => policy?.decide(identity).outcome !== 'refuse'

  return {
    admit(signedIn) {
      const { identity } = signedIn
      if (policy === null || policy.decide(identity).outcome === 'allow') return
      revoke(signedIn)
      throw new GatewayError('GW_ERR_LOGIN_NOT_ALLOWED', {
        reason: 'the person does not meet login.require',
        ...(explain === undefined ? {} : { detail: explain.text, detailLink: explain.link }),
      })
    },
    stays: may,
  }
}
