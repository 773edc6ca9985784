// The nouns of this room.
import type { Caller } from '../model.js'

/** Temporary credentials of one person. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** NumericDate seconds. */
  readonly expiresAt: number
  /** Null where the identity pool chose the role, which it does not tell. */
  readonly roleArn: string | null
  /** `REGION:UUID`, the person's name in the identity pool. */
  readonly identityId: string
}

/**
 * What proves a person to an identity pool: the `Logins` map.
 *
 * A seam: for developer authenticated identities, a function of this type asks your backend, which holds AWS credentials of
 * its own, for GetOpenIdTokenForDeveloperIdentity, and gives `{ 'cognito-identity.amazonaws.com': Token }` with its `identityId`.
 */
export type FindLogin = (caller: Caller) => Login | Promise<Login>

/** @see FindLogin */
export interface Login {
  readonly logins: Readonly<Record<string, string>>
  /** Where it is known already, GetId is not asked. */
  readonly identityId?: string
}

/** Asks AWS for credentials, once. Throws GW_ERR_AWS_REFUSED, GW_ERR_AWS_MISCONFIGURED or GW_ERR_AWS_UNAVAILABLE. */
export type FetchCredentials = (login: Login, roleArn: string | null) => Promise<AwsCredentials>
