// Verified claims as a person. Source: Amazon Cognito developer guide, "Understanding the ID token".
import type { Claims, Identity } from '../model.js'

/**
 * The person an ID token speaks of. Claims of another type than Cognito's count as absent.
 *
 * @param claims        of a verified token
 * @param accessClaims  of the access token that came with it, for the name when the ID token has none
 */
export function toIdentity(claims: Claims, accessClaims: Claims = claims): Identity {
  return {
    issuer: text(claims, 'iss') ?? '',
    subject: text(claims, 'sub') ?? '',
    username: text(claims, 'cognito:username') ?? text(accessClaims, 'username'),
    email: text(claims, 'email'),
    groups: texts(own(claims, 'cognito:groups')),
    scopes: (text(accessClaims, 'scope') ?? '').split(' ').filter(scope => scope !== ''),
    authenticatedAt: finite(own(claims, 'auth_time')),
    claims,
  }
}

/** Claims may be called anything, `__proto__` too: only what the token itself says counts. */
function own(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined
}

function text(claims: Claims, name: string): string | null {
  const claim = own(claims, name)
  return typeof claim === 'string' && claim !== '' ? claim : null
}

function texts(claim: unknown): readonly string[] {
  return Array.isArray(claim) ? claim.filter(item => typeof item === 'string') : []
}

function finite(claim: unknown): number | null {
  return Number.isFinite(claim) ? (claim as number) : null
}
