// A token of the gateway's own for one application: short-lived, and good there alone. Its keys are at /oauth2/jwks.
import { repeatSeconds } from '../signed.js'
import type { Style } from '../style.js'
import { shownGroups } from './forwarded.js'

/** X-Gateway-Assertion: `iss` the first public origin, `aud` the route, `sub`, name, e-mail and groups; signed ES256. */
export const assertion: Style = {
  name: 'assertion',
  owns: ['X-Gateway-Assertion'],
  repeatSeconds: settings => repeatSeconds(settings.assertion.ttl),
  headers: ({ identity }, { signed, audience, onlyGroups }) => {
    const { subject, username, email, authenticatedAt, claims } = identity
    const token = signed?.assertion(
      { typ: 'JWT' },
      {
        sub: subject,
        aud: audience,
        groups: shownGroups(identity.groups, onlyGroups),
        ...(username === null ? {} : { preferred_username: username }),
        ...(email === null ? {} : { email, email_verified: claims.email_verified === true }),
        ...(authenticatedAt === null ? {} : { auth_time: authenticatedAt }),
      },
    )
    return [['X-Gateway-Assertion', token ?? null]]
  },
}
