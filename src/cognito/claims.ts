// Verified claims as a person. Source: Amazon Cognito developer guide, "Understanding the ID token".
import type { Claims, Identity } from '../model.js'

/** The person an ID token speaks of. Claims of another type than Cognito's count as absent. */
export function toIdentity(claims: Claims): Identity {
  return {
    issuer: text(claims.iss) ?? '',
    subject: text(claims.sub) ?? '',
    username: text(claims['cognito:username']),
    email: text(claims.email),
    groups: texts(claims['cognito:groups']),
    authenticatedAt: typeof claims.auth_time === 'number' ? claims.auth_time : null,
    claims,
  }
}

function text(claim: unknown): string | null {
  return typeof claim === 'string' && claim !== '' ? claim : null
}

function texts(claim: unknown): readonly string[] {
  return Array.isArray(claim) ? claim.filter(item => typeof item === 'string') : []
}
