// Where a user pool's endpoints are. The issuer and the hosted UI's domain are two different hosts; no
// discovery document is needed to know either.
// Source: Amazon Cognito developer guide, "User pool endpoints and managed login reference".
import type { CognitoSettings } from './settings.js'

/** The endpoints of one user pool, as absolute URLs. */
export interface Endpoints {
  /** `iss` of every token, without a slash at its end. */
  readonly issuer: string
  readonly jwksUri: string
  readonly authorization: string
  readonly token: string
  readonly userInfo: string
  readonly revocation: string
  readonly logout: string
}

/**
 * Endpoints as browsers see them; the gateway's own calls go through {@link toInternal}.
 *
 * The region of the pool id names the partition: China ends in `.cn`, and GovCloud has its login pages
 * under `auth-fips`.
 */
export function resolveEndpoints(settings: CognitoSettings): Endpoints {
  const region = settings.userPoolId.slice(0, settings.userPoolId.indexOf('_'))
  const issuer = settings.issuer?.replace(/\/$/, '') ?? issuerOf(settings.userPoolId, region)
  const domain = domainUrl(settings.domain, region)
  return {
    issuer,
    jwksUri: `${issuer}/.well-known/jwks.json`,
    authorization: `${domain}/oauth2/authorize`,
    token: `${domain}/oauth2/token`,
    userInfo: `${domain}/oauth2/userInfo`,
    revocation: `${domain}/oauth2/revoke`,
    logout: `${domain}/logout`,
  }
}

/**
 * A URL of the gateway's own calls (token, revocation, userInfo, JWKS): `cognito.internalUrl` replaces its
 * origin, path and query stay. What browsers follow (authorize, logout) is never changed.
 */
export function toInternal(
  url: string,
  { internalUrl }: Pick<CognitoSettings, 'internalUrl'>,
): string {
  if (internalUrl === undefined) return url
  const { pathname, search } = new URL(url)
  return new URL(pathname + search, internalUrl).href
}

/**
 * Cognito's own sign-out URL: `client_id` and `logout_uri`, nothing else. It is not OpenID Connect logout.
 *
 * @param logoutUri  one of the app client's sign-out URLs, to the letter
 */
export function logoutUrl(endpoints: Endpoints, clientId: string, logoutUri: string): string {
  return `${endpoints.logout}?${new URLSearchParams({ client_id: clientId, logout_uri: logoutUri })}`
}

function issuerOf(userPoolId: string, region: string): string {
  return `https://cognito-idp.${region}.${partitionDomain(region)}/${userPoolId}`
}

function domainUrl(domain: string, region: string): string {
  if (/^https?:/.test(domain)) return domain.replace(/\/$/, '')
  if (domain.includes('.')) return `https://${domain}`
  const service = region.startsWith('us-gov-') ? 'auth-fips' : 'auth'
  return `https://${domain}.${service}.${region}.amazoncognito.com${region.startsWith('cn-') ? '.cn' : ''}`
}

function partitionDomain(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
}
