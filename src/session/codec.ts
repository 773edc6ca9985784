// A session as bytes. Only what cannot be derived is written: the identity comes from the ID token, and
// the seal around these bytes is the proof that the token was verified when it came.
import type { Claims, Identity, Session } from '../model.js'

/** Reads an identity from the claims of a verified ID token. */
export type ReadIdentity = (claims: Claims, accessClaims?: Claims) => Identity

const version = 1

type Encoded = readonly [
  version: number,
  id: string,
  idToken: string | null,
  accessToken: string | null,
  refreshToken: string | null,
  issuedAt: number,
  expiresAt: number,
  signedInAt: number,
  seenAt: number,
  /** Only where there is no ID token to read them from. */
  claims?: Claims,
]

/** The session as JSON text, without anything its tokens already say. */
export function encodeSession({ id, identity, tokens, signedInAt, seenAt }: Session): string {
  const { idToken, accessToken, refreshToken, issuedAt, expiresAt } = tokens
  const encoded: Encoded = [
    version,
    id,
    idToken,
    accessToken,
    refreshToken,
    issuedAt,
    expiresAt,
    signedInAt,
    seenAt,
  ]
  return JSON.stringify(idToken === null ? [...encoded, identity.claims] : encoded)
}

/** A session that a newer version of the gateway wrote: nobody here, and to be kept for that version. */
export class SessionOfNewerVersion extends Error {}

/** The session, or null when the bytes are none. @throws SessionOfNewerVersion */
export function decodeSession(bytes: Buffer, readIdentity: ReadIdentity): Session | null {
  const encoded = parse(bytes.toString('utf8'))
  if (!Array.isArray(encoded) || typeof encoded[0] !== 'number') return null
  if (encoded[0] > version) throw new SessionOfNewerVersion('written by a newer version')
  if (encoded[0] !== version) return null
  const [, id, idToken, accessToken, refreshToken, issuedAt, expiresAt, signedInAt, seenAt, kept] =
    encoded as unknown as Encoded
  const claims = idToken === null ? toClaims(kept) : claimsOf(idToken)
  if (typeof id !== 'string' || claims === null) return null
  return {
    id,
    identity: readIdentity(claims, claimsOf(accessToken) ?? {}),
    tokens: { idToken, accessToken, refreshToken, issuedAt, expiresAt },
    signedInAt,
    seenAt,
  }
}

/** What another version wrote may be no JSON at all. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function claimsOf(jwt: unknown): Claims | null {
  const [, payload = ''] = String(jwt).split('.')
  return toClaims(parse(Buffer.from(payload, 'base64url').toString('utf8')))
}

function toClaims(claims: unknown): Claims | null {
  return typeof claims === 'object' ? (claims as Claims | null) : null
}
