// The usual proof: the ID token of the user pool, under the name by which identity pools know that.
import { GatewayError } from '../errors.js'
import type { Clock } from '../model.js'
import type { FindLogin } from './credentials.js'

/** Less than this left, and the call may come too late. */
const leastSeconds = 5

/**
 * `Logins` with the issuer without its scheme as the name (developer guide, "Identity pools: user pools as a provider").
 *
 * The function throws GW_ERR_AWS_REFUSED for who has no ID token, or one that has expired.
 */
export function createUserPoolLogin({
  issuer,
  clock,
}: {
  issuer: string
  clock: Clock
}): FindLogin {
  const provider = issuer.replace(/^https?:\/\//, '')
  return ({ identity, tokens: { idToken } }) => {
    if (idToken === null) {
      throw refused(
        'there is no ID token: who comes with an access token alone cannot be known to an identity pool (tokenUse: id lets a route take ID tokens)',
      )
    }
    const { exp } = identity.claims
    if (typeof exp === 'number' && exp - leastSeconds <= clock()) {
      throw refused(
        'the ID token has expired while the access token is good: give both the same expiration at the app client',
      )
    }
    return { logins: { [provider]: idToken } }
  }
}

function refused(reason: string): GatewayError {
  return new GatewayError('GW_ERR_AWS_REFUSED', { reason })
}
