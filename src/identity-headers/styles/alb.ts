// What AWS Application Load Balancer adds after `authenticate-cognito`, for applications written for it.
// Source: Elastic Load Balancing guide, "Authenticate users using an Application Load Balancer".
import type { Claims, Identity } from '../../model.js'
import { repeatSeconds } from '../signed.js'
import type { Style } from '../style.js'
import { shownGroups } from './forwarded.js'

/**
 * x-amzn-oidc-identity (`sub`), -accesstoken, and -data: a token of userInfo's claims, signed ES256.
 *
 * Groups are in it as `cognito:groups`, which the load balancer's lacks.
 */
export const alb: Style = {
  name: 'alb',
  owns: ['x-amzn-oidc-identity', 'x-amzn-oidc-accesstoken', 'x-amzn-oidc-data'],
  repeatSeconds: settings => repeatSeconds(settings.alb.ttl),
  headers: ({ identity, tokens }, { alb: { signer }, signed, onlyGroups }) => [
    ['x-amzn-oidc-identity', identity.subject],
    ['x-amzn-oidc-accesstoken', tokens.accessToken],
    [
      'x-amzn-oidc-data',
      signed?.alb(
        { typ: 'JWT', iss: identity.issuer, client: clientOf(identity.claims), signer },
        { ...userInfo(identity), ...groupsOf(shownGroups(identity.groups, onlyGroups)) },
      ) ?? null,
    ],
  ],
}

/** `aud` of an ID token, `client_id` of an access token. */
function clientOf({ aud, client_id: clientId }: Claims): string {
  return String(aud ?? clientId ?? '')
}

function groupsOf(groups: readonly string[]): object {
  return groups.length === 0 ? {} : { 'cognito:groups': groups }
}

/** What speaks of the token or the sign-in, and not of the person: userInfo has none of it. */
const ofTheToken: ReadonlySet<string> = new Set([
  ...['iss', 'aud', 'exp', 'iat', 'nbf', 'jti', 'nonce', 'at_hash', 'auth_time', 'acr', 'amr'],
  ...['origin_jti', 'event_id', 'token_use', 'version', 'client_id', 'scope', 'device_key'],
  ...['username', 'cognito:username', 'cognito:groups', 'cognito:roles', 'cognito:preferred_role'],
])

/** As Cognito's userInfo answers: every value is text, `email_verified` and what is no text included. */
function userInfo({ subject, username, issuer, claims }: Identity): object {
  const own = Object.entries(claims)
    .filter(([name, value]) => !ofTheToken.has(name) && value !== null && value !== undefined)
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)])
  return {
    ...Object.fromEntries(own),
    sub: subject,
    ...(username === null ? {} : { username }),
    iss: issuer,
  }
}
