// A session as bytes. Only what cannot be derived is written: the identity comes from the tokens, or from the claims of
// those that are not kept, and the seal around these bytes is the proof that the tokens were verified when they came.
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
  /** Of the tokens that are not kept. */
  claims?: Claims,
]

/**
 * Among the claims of the ID token, those of the access token. A place of their own would be lost when a gateway of
 * before writes the session again: it knows the claims of the ID token alone, and writes all of them.
 */
const accessName = 'cognito-gateway:access'
/** They belong to the sign-in and to the access token, which were compared with them. Nobody asks for them again. */
const dropped: ReadonlySet<string> = new Set(['nonce', 'at_hash'])

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
  const claims = {
    ...(idToken === null ? keptClaims(identity.claims) : {}),
    ...(accessToken === null ? { [accessName]: accessClaims(identity) } : {}),
  }
  return JSON.stringify(Object.keys(claims).length > 0 ? [...encoded, claims] : encoded)
}

function keptClaims(claims: Claims): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !dropped.has(name)))
}

/** What identities have of an access token. */
function accessClaims({ scopes, username, claims }: Identity): Claims {
  const named = username === null || claims['cognito:username'] === username
  return { scope: scopes.join(' '), ...(named ? {} : { username }) }
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
  const { ofId, ofAccess } = readKept(kept)
  const claims = idToken === null ? ofId : claimsOf(idToken)
  if (typeof id !== 'string' || claims === null) return null
  const accessClaims = accessToken === null ? ofAccess : claimsOf(accessToken)
  const identity = readIdentity(claims, accessClaims ?? {})
  if (identity.subject === '') return null
  return {
    id,
    identity,
    tokens: { idToken, accessToken, refreshToken, issuedAt, expiresAt },
    signedInAt,
    seenAt,
  }
}

/** The claims of tokens that are not kept. */
function readKept(kept: Claims | undefined): { ofId: Claims; ofAccess: Claims | null } {
  if (kept === undefined) return { ofId: {}, ofAccess: null }
  const { [accessName]: ofAccess, ...ofId } = toClaims(kept) ?? {}
  return { ofId, ofAccess: toClaims(ofAccess) }
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
  const [, payload = ''] = String(jwt).split('.', 2)
  return toClaims(parse(Buffer.from(payload, 'base64url').toString('utf8')))
}

function toClaims(claims: unknown): Claims | null {
  return typeof claims === 'object' ? (claims as Claims | null) : null
}
