// Who calls the token and revocation endpoints. Source: developer guide,
// "Token endpoint"; the exact bodies from public reports.
import { timingSafeEqual } from 'node:crypto'
import { type Refusal, refusal } from './grants/refusal.js'
import type { PoolClient } from './pool.js'
import { findClient, type Parameters, type Realm } from './realm.js'

/** The client of a call, by Basic or in the body, or the refusal. */
export function authenticateClient(
  realm: Realm,
  authorization: string | undefined,
  form: Parameters,
): PoolClient | Refusal {
  const basic = readBasic(authorization)
  if (basic === 'damaged') return refuse('the Authorization header is no Basic header')
  const client = findClient(realm, basic?.id ?? form.client_id)
  if (client === undefined) return refuse('client_id is unknown')
  if (form.client_id !== undefined && form.client_id !== client.id) {
    return refuse('client_id in the body differs from the Basic header')
  }
  const secret = basic?.secret ?? form.client_secret
  // A public client refuses any secret, the empty one of a Basic header too.
  if (client.secrets.length === 0) {
    return secret === undefined ? client : refuse('the client has no secret, and one was sent')
  }
  if (secret === undefined) return refuseSecret(realm, 'the client has a secret, and none was sent')
  const isKnown = client.secrets.some(known => isSame(known, secret))
  return isKnown ? client : refuseSecret(realm, 'the secret is wrong')
}

export function isRefused(result: PoolClient | Refusal): result is Refusal {
  return 'reason' in result
}

function refuse(reason: string): Refusal {
  return refusal('invalid_client', reason)
}

function refuseSecret({ settings }: Realm, reason: string): Refusal {
  const isDescribed = settings.unpublished.describeWrongSecret
  return refusal('invalid_client', reason, isDescribed ? 'invalid_client_secret' : undefined)
}

/** RFC 7617, without the form-encoding of RFC 6749 section 2.3.1 (our guess). */
function readBasic(header: string | undefined): { id: string; secret: string } | 'damaged' | null {
  if (header === undefined) return null
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header) ?? []
  const text = Buffer.from(encoded ?? '', 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 1 ? 'damaged' : { id: text.slice(0, colon), secret: text.slice(colon + 1) }
}

function isSame(known: string, given: string): boolean {
  const [a, b] = [Buffer.from(known), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}
